"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.llm_cache import events as e
from sim import Emitted, Event, Landmark

Predicate = Callable[[Emitted], bool]


def _seen(kind: type[Event]) -> Landmark:
    """An event of this kind, under the name that the page gives it."""
    return Landmark(_NAMES[kind], (kind,), lambda: lambda emitted: isinstance(emitted.event, kind))


def _evicted_under_pressure() -> Predicate:
    """Blocks go while somebody waits for memory, or right after they were last needed."""
    return lambda emitted: isinstance(emitted.event, e.Evicted) and len(emitted.event.blocks) > 0


def _taken_over() -> Predicate:
    return lambda emitted: isinstance(emitted.event, e.FillBegan) and emitted.event.taken_over


def _inventory_taken() -> Predicate:
    return lambda emitted: isinstance(emitted.event, e.Folded) and emitted.event.how == "inventory"


def _entries_recovered() -> Predicate:
    return lambda emitted: isinstance(emitted.event, e.Folded) and emitted.event.how == "recovered"


def _tail_cut() -> Predicate:
    return lambda emitted: isinstance(emitted.event, e.IndexRecovered) and emitted.event.torn


def _records_lost() -> Predicate:
    """A router reads fewer records than it wrote."""
    written: dict[str, int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.Written):
            written[emitted.node] = event.first + len(event.digests)
        return isinstance(event, e.IndexRecovered) and event.records < written.get(emitted.node, 0)

    return reached


def _stream_resumed() -> Predicate:
    """A request goes to another engine after the client has part of its answer."""
    had: dict[str, bool] = {}
    routed: dict[str, int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.Delivered):
            had[event.request] = True
        elif isinstance(event, e.Routed):
            routed[event.request] = routed.get(event.request, 0) + 1
            return routed[event.request] > 1 and had.get(event.request, False)
        return False

    return reached


_NAMES: Mapping[type[Event], str] = {
    e.Phantom: "phantom_hit",
    e.Missed: "missed_hit",
    e.Joined: "joined_fill",
    e.Preempted: "preempted",
    e.Collided: "collision_detected",
    e.FeedGap: "feed_gap",
    e.EpochRefused: "epoch_refused",
    e.SessionMoved: "session_moved",
    e.VersionRolled: "version_rolled",
    e.NodeDead: "node_dead",
    e.Compacted: "index_compacted",
    e.Reused: "reused",
    e.Answered: "answered",
}

_ALL = (
    *map(_seen, _NAMES),
    Landmark("evicted_under_pressure", (e.Evicted,), _evicted_under_pressure),
    Landmark("filler_lost_taken_over", (e.FillBegan,), _taken_over),
    Landmark("inventory_taken", (e.Folded,), _inventory_taken),
    Landmark("entries_recovered", (e.Folded,), _entries_recovered),
    Landmark("index_tail_cut", (e.IndexRecovered,), _tail_cut),
    Landmark("index_records_lost", (e.Written, e.IndexRecovered), _records_lost),
    Landmark("stream_resumed", (e.Delivered, e.Routed), _stream_resumed),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
"""All of them by name."""
