"""Promises of consumer groups: one owner per partition and generation, and nothing committed that was not handled."""

from models.smartsearch.events import Generation, Handled, OffsetCommitted, StartRose
from models.smartsearch.invariants.copies import COPY_EVENTS, Copies
from sim import Emitted
from sim.invariants import Invariant, when


class OneOwner(Invariant):
    """In one generation a partition has one member; who commits is that member, and the generation the present one.

    What coordinators tell is in the order of the partition of offsets; one that takes over tells the old parts again.
    """

    name = "one-owner"
    claim = "offsets were committed by the owners of their partitions in the present generation"
    watches = (Generation, OffsetCommitted)

    def __init__(self) -> None:
        super().__init__()
        self._upto: dict[str, int] = {}
        self._present: dict[str, Generation] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the generation that stands before it in the partition of offsets."""
        event = emitted.event
        assert isinstance(event, (Generation, OffsetCommitted)), "these two are watched"
        first = event.at > self._upto.get(event.group, -1)
        self._upto[event.group] = max(event.at, self._upto.get(event.group, -1))
        if not first:
            return
        if isinstance(event, Generation):
            self._begin(emitted, event)
        elif event.generation:
            self._commit(emitted, event)

    def _begin(self, emitted: Emitted, event: Generation) -> None:
        before = self._present.get(event.group)
        if before is not None and event.n <= before.n:
            self.contradict(emitted, f"{event.group} begins generation {event.n} after {before.n} ({when(emitted)})")
        owned = [partition for _, partitions in event.assignment for partition in partitions]
        if len(owned) != len(set(owned)):
            said = f"generation {event.n} of {event.group} gives a partition to two members"
            self.contradict(emitted, f"{said}: {event.assignment} ({when(emitted)})")
        self._present[event.group] = event

    def _commit(self, emitted: Emitted, event: OffsetCommitted) -> None:
        present = self._present.get(event.group)
        said = f"{event.member} commits {event.offset} of partition {event.partition} in generation {event.generation}"
        if present is None or event.generation != present.n:
            now = "none began" if present is None else f"{present.n} is the present one"
            self.contradict(emitted, f"{said}, but {now} ({when(emitted)})")
        elif event.partition not in dict(present.assignment).get(event.member, ()):
            self.contradict(emitted, f"{said}, whose partition it is not ({when(emitted)})")


class AtLeastOnce(Invariant):
    """When an offset is committed, every record below it was handled, by anybody, unless retention took it before."""

    name = "at-least-once"
    claim = "no offset was committed before all records below it were handled"
    watches = (*COPY_EVENTS, Handled, OffsetCommitted)

    def __init__(self, copies: Copies) -> None:
        super().__init__()
        self._copies = copies
        self._handled: dict[int, set[int]] = {}
        self._checked: dict[int, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look for a record below a committed offset that nobody handled."""
        self._copies.see(emitted)
        event = emitted.event
        if isinstance(event, Handled):
            self._handled.setdefault(event.partition, set()).add(event.offset)
        elif isinstance(event, OffsetCommitted):
            self._commit(emitted, event)
        elif isinstance(event, StartRose):
            first = self._copies.starts.get(event.partition, 0)
            self._checked[event.partition] = max(first, self._checked.get(event.partition, 0))

    def _commit(self, emitted: Emitted, event: OffsetCommitted) -> None:
        handled = self._handled.get(event.partition, set())
        for offset in range(self._checked.get(event.partition, 0), event.offset):
            if offset not in handled:
                said = f"{event.member} committed {event.offset} of partition {event.partition} ({when(emitted)})"
                self.contradict(emitted, f"{said}, and nobody has handled offset {offset}")
                return
        self._checked[event.partition] = max(event.offset, self._checked.get(event.partition, 0))
