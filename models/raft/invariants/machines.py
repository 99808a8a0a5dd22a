"""Promises about the state machines: State Machine Safety of Figure 3, and that equal logs give equal states."""

from models.raft.events import Applied, Recovered, SnapshotInstalled, StateDigest
from models.raft.invariants.chains import short
from sim import Emitted
from sim.invariants import Invariant, when


class StateMachineSafety(Invariant):
    """No two servers apply different entries at one index, and each applies all of them in order (section 5.4.3)."""

    name = "state-machine-safety"
    claim = "every index was applied as the same entry everywhere"
    watches = (Applied, Recovered, SnapshotInstalled)

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[int, tuple[bytes, Emitted]] = {}
        self._last: dict[tuple[str, int], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per index; indices of an incarnation are consecutive from its snapshot on."""
        event = emitted.event
        life = (emitted.node, emitted.incarnation)
        if isinstance(event, Recovered):
            self._last[life] = event.snapshot_index
        elif isinstance(event, SnapshotInstalled):
            self._go_on(emitted, event)
        elif isinstance(event, Applied):
            self._apply(emitted, event)

    def _go_on(self, emitted: Emitted, event: SnapshotInstalled) -> None:
        """A snapshot leads a state forward, never back."""
        life = (emitted.node, emitted.incarnation)
        before = self._last.get(life, 0)
        self._last[life] = event.index
        if event.index < before:
            self.contradict(emitted, f"{when(emitted)} went back to a snapshot of index {event.index} from {before}")

    def _apply(self, emitted: Emitted, event: Applied) -> None:
        index = event.index
        chain, first = self._chains.setdefault(index, (event.chain, emitted))
        if chain != event.chain:
            self.contradict(
                emitted,
                f"at index {index} {when(first)} applied {short(chain)} and {when(emitted)} {short(event.chain)}",
            )
        life = (emitted.node, emitted.incarnation)
        before = self._last.get(life, 0)
        self._last[life] = index
        if index != before + 1:
            self.contradict(emitted, f"{when(emitted)} applied index {index} directly after {before}")


class SameState(Invariant):
    """Servers that applied the same index are in the same state."""

    name = "same-state"
    claim = "equal indices gave equal states"
    watches = (StateDigest,)

    def __init__(self) -> None:
        super().__init__()
        self._digests: dict[int, tuple[bytes, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per digest."""
        event = emitted.event
        assert isinstance(event, StateDigest), "this one is watched"
        digest, first = self._digests.setdefault(event.index, (event.digest, emitted))
        if digest != event.digest:
            self.contradict(
                emitted,
                f"after index {event.index} the state of {when(first)} is {short(digest)}, that of {when(emitted)} "
                f"{short(event.digest)}",
            )
