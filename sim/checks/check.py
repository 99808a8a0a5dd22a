"""A check: a fold over emitted events, concluded with the history when the run is over."""

from dataclasses import dataclass

from sim.checks.history import History
from sim.checks.timeline import FaultSpan
from sim.checks.verdict import Verdict
from sim.world.message import Emitted, Event
from sim.world.operations import OperationRow


@dataclass(frozen=True)
class RunRecord:
    """What a check may know of a run beside the events it watched.

    Times are world times in ns: the storm lasted until `settle_ns`, the run until `end_ns`. `fired` counts injected
    faults. `servers` and `clients` are node names, `faults` what was on and when, `byzantine` the identities that a
    Byzantine fault touched at any time of the run, `down` the nodes that a fault holds down to its end.
    """

    history: History
    settle_ns: int
    end_ns: int
    fired: int
    servers: tuple[str, ...]
    clients: tuple[str, ...]
    faults: tuple[FaultSpan, ...] = ()
    byzantine: frozenset[str] = frozenset()
    down: tuple[str, ...] = ()


class Check:
    """One check of one run. `watches` lists the kinds of events that `observe` is shown, as they happen.

    Observing must disturb nothing: a check keeps the first violation it sees and reports it in `conclude`.
    """

    name: str = ""
    watches: tuple[type[Event], ...] = ()

    @property
    def violated(self) -> bool:
        """Whether a violation was seen that nothing can take back. Not every check knows before the end."""
        return False

    def observe(self, emitted: Emitted) -> None:
        """Take in one event."""

    def follow(self, row: OperationRow, *, returned: bool) -> None:
        """An operation was called, or ended: for checks of histories, in runs that stop at the first violation."""

    def conclude(self, record: RunRecord) -> Verdict:
        """Decide."""
        raise TypeError(f"{type(self).__name__} decides nothing: it has no conclude({record.end_ns=})")
