"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.smartsearch.events import (
    BecameLeader,
    DuplicateAnswered,
    OffsetCommitted,
    Rebalancing,
    Truncated,
    UncleanElection,
)
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _always() -> Predicate:
    return lambda _: True


def _another_leads() -> Predicate:
    leaders: dict[int, str] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        assert isinstance(event, BecameLeader), "this one is watched"
        return leaders.setdefault(event.partition, emitted.node) != emitted.node

    return reached


def _replayed() -> Predicate:
    highest: dict[int, int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        assert isinstance(event, OffsetCommitted), "this one is watched"
        if event.generation:
            highest[event.partition] = max(event.offset, highest.get(event.partition, 0))
        return not event.generation and event.offset < highest.get(event.partition, 0)

    return reached


_ALL = (
    Landmark("leader_changed", (BecameLeader,), _another_leads),
    Landmark("log_truncated", (Truncated,), _always),
    Landmark("duplicate_produce_answered", (DuplicateAnswered,), _always),
    Landmark("unclean_election", (UncleanElection,), _always),
    Landmark("rebalanced", (Rebalancing,), _always),
    Landmark("replayed", (OffsetCommitted,), _replayed),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
