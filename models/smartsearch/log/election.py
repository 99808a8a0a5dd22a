"""Who leads a partition, and who is in its in-sync set: pure decisions of the controller (KIP-903, KIP-966)."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from models.smartsearch.log.messages import NOBODY, PartitionState


class Election:
    """The rules. `live` are the brokers that the controller hears."""

    def __init__(self, min_isr: int, *, unclean: bool) -> None:
        self._min_isr = min_isr
        self._unclean = unclean

    def candidates(self, state: PartitionState) -> Sequence[str]:
        """Who has all that was acknowledged, in order of preference: the in-sync set, then the eligible."""
        return (*state.isr, *state.eligible)

    def last_resort(self, state: PartitionState) -> Sequence[str]:
        """Who may lead though something may be lost: anybody if that was chosen, else who led last if no other is left.

        Nobody is in sync or eligible any more when all of them came back without knowing what they had.
        """
        if self._unclean:
            return state.replicas
        return () if state.isr or state.eligible else (state.last_leader,)

    def elect(self, state: PartitionState, live: Collection[str]) -> tuple[PartitionState, bool]:
        """Give the partition a new leader, or none; and whether it may lack what was acknowledged."""
        clean = [name for name in self.candidates(state) if name in live]
        leader = next(iter(clean), None)
        if leader is None:
            leader = next((name for name in self.last_resort(state) if name in live), NOBODY)
        if not leader:
            return replace(state, leader=NOBODY, version=state.version + 1), False
        isr = tuple(name for name in state.isr if name in live)
        isr = isr if leader in isr else (leader,)
        elected = self.with_isr(state, isr)
        return replace(elected, leader=leader, epoch=state.epoch + 1, last_leader=leader), leader not in clean

    def with_isr(self, state: PartitionState, isr: tuple[str, ...]) -> PartitionState:
        """The state with another in-sync set: who leaves a set that is too small to acknowledge stays eligible."""
        eligible: tuple[str, ...] = ()
        if len(isr) < self._min_isr:
            eligible = tuple(name for name in (*state.isr, *state.eligible) if name not in isr)
        return replace(state, isr=isr, eligible=tuple(dict.fromkeys(eligible)), version=state.version + 1)

    def without(self, state: PartitionState, broker: str) -> PartitionState:
        """The broker is dead: it leaves the in-sync set, unless it is the last one there."""
        rest = tuple(name for name in state.isr if name != broker)
        return self.with_isr(state, rest) if rest and rest != state.isr else state

    def stripped(self, state: PartitionState, broker: str) -> PartitionState:
        """The broker came back and may have lost anything: it is neither in sync nor eligible."""
        isr = tuple(name for name in state.isr if name != broker)
        eligible = tuple(name for name in state.eligible if name != broker)
        if (isr, eligible) == (state.isr, state.eligible):
            return state
        kept = self.with_isr(state, isr) if isr != state.isr else state
        eligible = tuple(name for name in kept.eligible if name != broker)
        return replace(kept, eligible=eligible, version=state.version + 1)
