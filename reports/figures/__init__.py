"""Figures of results: each draws on `ax`, or on axes of its own, and returns the Axes.

Of a run:    fault_strip, timeline, space_time, state_bands, latency
Of a sweep:  shares, heat_map, accumulation
Of several:  recovery, survival, message_cost
Beside:      panels (axes for several), save

One style for all (paper.mplstyle). Axes carry units, faults are shaded, intervals of 95% are drawn where there is
chance, and what a colour says a hatch, a marker or a line style says too. Equal input gives equal bytes.
"""

from reports.figures.accumulation import accumulation
from reports.figures.canvas import panels, save
from reports.figures.fault_strip import fault_strip
from reports.figures.heat_map import heat_map
from reports.figures.latency import latency
from reports.figures.message_cost import message_cost
from reports.figures.recovery import recovery
from reports.figures.shares import shares
from reports.figures.space_time import space_time
from reports.figures.state_bands import state_bands
from reports.figures.survival import survival
from reports.figures.timeline import timeline

__all__ = [
    "accumulation",
    "fault_strip",
    "heat_map",
    "latency",
    "message_cost",
    "panels",
    "recovery",
    "save",
    "shares",
    "space_time",
    "state_bands",
    "survival",
    "timeline",
]
