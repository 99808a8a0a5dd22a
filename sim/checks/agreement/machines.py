"""State machines: the same entry at every index everywhere, in order, and snapshots that stand for their prefix."""

from sim.checks.agreement.events import Applied, Committed, Snapshot
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.checks.check import RunRecord
from sim.world.message import Emitted


class StateMachineSafety(Promise):
    """An index has one prefix digest, over all nodes, incarnations and snapshots (Raft, section 5.4.3).

    A snapshot counts as having applied its last entry.
    """

    name = "state-machine-safety"
    watches = (Applied, Snapshot)
    evidence = (Applied,)
    claim = "every index was applied as the same entry everywhere"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._firsts: dict[int, tuple[bytes, Emitted]] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per event."""
        event = emitted.event
        assert isinstance(event, (Applied, Snapshot)), "these two are watched"
        digest, first = self._firsts.setdefault(event.index, (event.digest, emitted))
        if digest != event.digest:
            self.contradict(emitted.t_ns, f"at index {event.index} {_state(first)}, {_state(emitted)}")


class AppliedInOrder(Promise):
    """Each incarnation applies index after index, from the first, after a snapshot, or from where the node had been."""

    name = "applied-in-order"
    watches = (Applied, Snapshot)
    evidence = (Applied,)
    claim = "every node applied index after index"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._last: dict[tuple[str, int], int] = {}
        self._most: dict[str, int] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare with the index before."""
        event, life = emitted.event, (emitted.node, emitted.incarnation)
        assert isinstance(event, (Applied, Snapshot)), "these two are watched"
        last, most = self._last.get(life), self._most.get(emitted.node, 0)
        self._most[emitted.node] = max(most, event.index)
        if isinstance(event, Snapshot):
            self._last[life] = event.index if last is None else max(last, event.index)
            return
        self._last[life] = event.index
        if last is not None and event.index != last + 1:
            self.contradict(emitted.t_ns, f"{when(emitted)} applied index {event.index} directly after {last}")
        elif last is None and not 1 <= event.index <= most + 1:
            said = f"{when(emitted)} began to apply with index {event.index}"
            self.contradict(emitted.t_ns, f"{said}; no incarnation of it had come further than {most}")


class SnapshotPrefix(Promise):
    """A snapshot has the digest of the prefix that it replaces, as some node applied or committed it."""

    name = "snapshot-prefix"
    watches = (Applied, Committed, Snapshot)
    evidence = (Snapshot,)
    claim = "every snapshot stood for the prefix that was applied"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._prefixes: dict[int, Emitted] = {}
        self._snapshots: dict[int, Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare a snapshot with the prefix of its index, whichever came first."""
        event = emitted.event
        assert isinstance(event, (Applied, Committed, Snapshot)), "these are watched"
        mine, others = self._prefixes, self._snapshots
        if isinstance(event, Snapshot):
            mine, others = others, mine
        first, other = mine.setdefault(event.index, emitted), others.get(event.index)
        snapshots_differ = isinstance(event, Snapshot) and _digest(first) != event.digest
        against = first if snapshots_differ else other
        if against is not None and _digest(against) != event.digest:
            self.contradict(emitted.t_ns, f"at index {event.index} {_state(against)}, {_state(emitted)}")

    def finish(self, record: RunRecord) -> None:  # noqa: ARG002 - the events are all that counts
        """A snapshot of an index that nobody applied or committed was compared with nothing."""
        for index, emitted in self._snapshots.items():
            if index not in self._prefixes:
                self.doubt(f"{_state(emitted)} at index {index}, which nobody applied or committed")


def _digest(emitted: Emitted) -> bytes:
    event = emitted.event
    assert isinstance(event, (Applied, Committed, Snapshot)), "only these are kept"
    return event.digest


def _state(emitted: Emitted) -> str:
    did = {Applied: "applied", Committed: "committed"}.get(type(emitted.event), "has a snapshot of")
    return f"{when(emitted)} {did} {say(_digest(emitted))}"
