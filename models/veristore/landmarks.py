"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.veristore.events import (
    Compacted,
    CorruptionFound,
    Durable,
    Recovered,
    RecoveryBegan,
    Restored,
    SpaceRanOut,
    TornTail,
)
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _crash_in_recovery() -> Predicate:
    open_recoveries: dict[str, int] = {}

    def reached(emitted: Emitted) -> bool:
        if isinstance(emitted.event, RecoveryBegan):
            before = open_recoveries.get(emitted.node, emitted.incarnation)
            open_recoveries[emitted.node] = emitted.incarnation
            return before != emitted.incarnation
        open_recoveries.pop(emitted.node, None)
        return False

    return reached


def _group_of_8() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Durable) and emitted.event.group >= 8


def _dropped_tombstone() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Compacted) and emitted.event.tombstones_dropped > 0


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("torn_tail_cut", (TornTail,), _always),
    Landmark("crash_in_recovery", (RecoveryBegan, Recovered, CorruptionFound), _crash_in_recovery),
    Landmark("corruption_found", (CorruptionFound,), _always),
    Landmark("compaction_dropped_tombstone", (Compacted,), _dropped_tombstone),
    Landmark("group_of_8", (Durable,), _group_of_8),
    Landmark("space_ran_out", (SpaceRanOut,), _always),
    Landmark("restored_elsewhere", (Restored,), _always),
)

ENGINE_LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
