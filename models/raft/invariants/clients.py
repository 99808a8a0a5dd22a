"""Promises that clients rely on: reads see what was committed before them, and every operation acts once."""

from models.raft.events import Applied, Committed, ReadBegan, ReadServed
from sim import Emitted
from sim.invariants import Invariant, when


class ReadFresh(Invariant):
    """A read sees everything that anyone had committed before it began (section 8, dissertation 6.4)."""

    name = "read-fresh"
    claim = "every read saw what had been committed before it began"
    watches = (Committed, ReadBegan, ReadServed)

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._teller: Emitted | None = None
        self._began: dict[tuple[str, int, int], tuple[int, Emitted | None, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Note the highest commit at the beginning; compare at the answer."""
        event = emitted.event
        if isinstance(event, Committed):
            if event.index > self._top:
                self._top, self._teller = event.index, emitted
        elif isinstance(event, ReadBegan):
            self._began[emitted.node, emitted.incarnation, event.read] = (self._top, self._teller, emitted)
        elif isinstance(event, ReadServed):
            began = self._began.pop((emitted.node, emitted.incarnation, event.read), None)
            if began is not None:
                self._compare(emitted, event, *began)

    def _compare(self, now: Emitted, event: ReadServed, top: int, teller: Emitted | None, began: Emitted) -> None:
        said = f"{when(now)} answered read {event.read}"
        if event.applied < event.read_index:
            self.contradict(now, f"{said} from index {event.applied}, though it had to see {event.read_index}")
        elif event.read_index < top and teller is not None:
            self.contradict(
                now,
                f"{said} as of index {event.read_index}; {when(teller)} had committed {top} before the read began "
                f"({when(began)})",
            )


class ExactlyOnce(Invariant):
    """An operation of a session acts at one index, the same on all servers (section 8)."""

    name = "exactly-once"
    claim = "no operation acted twice"
    watches = (Applied,)

    def __init__(self) -> None:
        super().__init__()
        self._acted: dict[tuple[int, int], Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per operation that acted."""
        event = emitted.event
        if not isinstance(event, Applied) or not event.effective:
            return
        first = self._acted.setdefault((event.session, event.serial), emitted)
        if isinstance(first.event, Applied) and first.event.index != event.index:
            self.contradict(
                emitted,
                f"operation {event.serial} of session {event.session} acted at index {first.event.index} "
                f"({when(first)}) and at index {event.index} ({when(emitted)})",
            )
