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
from models.smartsearch.ingestion.events import BadRecordKept, DeadLetter, FencedWrite, Moved, Refusal
from models.smartsearch.ingestion.messages import BACKLOG, CONFLICT, PENDING, PROCESSING
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


def _rebalance_in_work() -> Predicate:
    under_way: dict[tuple[int, int], None] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, Moved):
            if event.now == PROCESSING:
                under_way[event.doc, event.job] = None
            else:
                under_way.pop((event.doc, event.job), None)
        return isinstance(event, Rebalancing) and bool(under_way)

    return reached


def _lease_expired() -> Predicate:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        return isinstance(event, Moved) and event.was == PROCESSING and event.now in (PENDING, PROCESSING)

    return reached


def _refused(why: str) -> Callable[[], Predicate]:
    def new() -> Predicate:
        return lambda emitted: isinstance(emitted.event, Refusal) and emitted.event.why == why

    return new


_ALL = (
    Landmark("leader_changed", (BecameLeader,), _another_leads),
    Landmark("log_truncated", (Truncated,), _always),
    Landmark("duplicate_produce_answered", (DuplicateAnswered,), _always),
    Landmark("unclean_election", (UncleanElection,), _always),
    Landmark("rebalanced", (Rebalancing,), _always),
    Landmark("replayed", (OffsetCommitted,), _replayed),
    Landmark("rebalance_in_work", (Moved, Rebalancing), _rebalance_in_work),
    Landmark("lease_expired_in_work", (Moved,), _lease_expired),
    Landmark("fenced_publish", (FencedWrite,), _always),
    Landmark("dead_letter", (DeadLetter, BadRecordKept), _always),
    Landmark("backlog_429", (Refusal,), _refused(BACKLOG)),
    Landmark("conflict_409", (Refusal,), _refused(CONFLICT)),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
