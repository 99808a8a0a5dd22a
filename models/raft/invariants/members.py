"""Promises about configurations and leases: one change at a time, and nobody elected while a lease lasts."""

from models.raft.events import BecameLeader, Committed, ConfigAppended, ReadServed, Recovered, Truncated
from models.raft.invariants.logs import LOG_EVENTS, Logs, Members
from sim import Emitted
from sim.invariants import Invariant, when


class ConfigOneByOne(Invariant):
    """Consecutive configurations differ by one voter, and each waits for the one before (dissertation, section 4.1).

    A leader changes the configuration only after it has committed an entry of its own term.
    """

    name = "config-one-by-one"
    claim = "the group changed by one voter at a time, each change after the one before was committed"
    watches = (BecameLeader, Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs, bootstrap: Members) -> None:
        super().__init__()
        self._logs = logs
        self._bootstrap = bootstrap
        self._leads: dict[str, int] = {}  # server -> the term that it leads, or led last
        self._commits: dict[str, tuple[int, int]] = {}  # leader -> (term, index) of its last commit by its own count
        self._open: dict[str, tuple[int, Emitted]] = {}  # leader -> its last change

    def observe(self, emitted: Emitted) -> None:
        """Compare each change with the configuration before it in the same log."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, BecameLeader):
            self._leads[emitted.node] = event.term
            self._open.pop(emitted.node, None)
        elif isinstance(event, Committed) and event.leading:
            self._commits[emitted.node] = (event.term, event.index)
        elif isinstance(event, (Truncated, Recovered)):
            self._open.pop(emitted.node, None)
        elif isinstance(event, ConfigAppended) and self._leads.get(emitted.node) == event.term:
            self._change(emitted, event, self._logs.members(emitted.node, self._bootstrap, event.index))

    def _change(self, emitted: Emitted, event: ConfigAppended, before: Members) -> None:
        said = f"{when(emitted)}, leader of term {event.term}, changed the group to {', '.join(event.voters)}"
        different = set(before[0]) ^ set(event.voters)
        term, commit = self._commits.get(emitted.node, (0, 0))
        opened = self._open.get(emitted.node)
        self._open[emitted.node] = (event.index, emitted)
        if len(different) > 1:
            self.contradict(emitted, f"{said} from {', '.join(before[0])}: by more than one voter")
        elif term != event.term:
            self.contradict(emitted, f"{said} before it had committed an entry of its term")
        elif opened is not None and opened[0] > commit:
            self.contradict(
                emitted, f"{said} while its change at index {opened[0]} ({when(opened[1])}) was not committed"
            )


class OneLease(Invariant):
    """While a leader answers reads alone, nobody leads a higher term (dissertation, section 6.4.1)."""

    name = "one-lease"
    claim = "no leader answered alone when another led a later term"
    watches = (BecameLeader, ReadServed)

    def __init__(self) -> None:
        super().__init__()
        self._newest: tuple[int, Emitted] | None = None

    def observe(self, emitted: Emitted) -> None:
        """Compare an answer under a lease with the newest leadership."""
        event = emitted.event
        if isinstance(event, BecameLeader):
            if self._newest is None or event.term > self._newest[0]:
                self._newest = (event.term, emitted)
        elif isinstance(event, ReadServed) and event.mode == "lease" and self._newest is not None:
            term, elected = self._newest
            if term > event.term:
                self.contradict(
                    emitted,
                    f"{when(emitted)} answered read {event.read} alone as leader of term {event.term}; "
                    f"{when(elected)} had become leader of term {term}",
                )
