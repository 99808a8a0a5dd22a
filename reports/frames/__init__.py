"""Results as pandas frames, with stated columns and dtypes: every call gives a fresh frame, rows in order of the trace.

Of a run:    operations, faults; events, messages and samples, for which the seed runs again once
Of a sweep:  rows
Of several:  recoveries

Times are integer nanoseconds (`_ns`) of the world, beside float seconds where a picture wants them.
"""

from reports.frames.events import events
from reports.frames.faults import faults
from reports.frames.messages import messages
from reports.frames.operations import operations
from reports.frames.recoveries import recoveries
from reports.frames.rows import rows
from reports.frames.samples import samples

__all__ = ["events", "faults", "messages", "operations", "recoveries", "rows", "samples"]
