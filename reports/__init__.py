"""Results as text, frames, figures and pages."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.result import Run
    from sim.world.message import Emitted


def emitted(run: "Run") -> "tuple[Emitted, ...]":
    """All that a run's actors emitted, in order, as folds of models take it; the seed runs again once."""
    from reports.recording import recording_of

    return recording_of(run).emitted
