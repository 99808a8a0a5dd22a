"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.tyche.events import (
    DROPPED,
    KILLED,
    LOADING,
    RESIDENT,
    Arrived,
    ContainerState,
    LoadState,
    Planned,
    Predicted,
    Served,
    WorkerStarted,
)
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _served(how: str) -> Callable[[], Predicate]:
    return lambda: lambda emitted: isinstance(emitted.event, Served) and emitted.event.how == how


def _ended(target: str, why: str) -> Callable[[], Predicate]:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        return isinstance(event, LoadState) and event.target == target and event.why == why

    return lambda: reached


def _dropped_late() -> Predicate:
    """A request comes after its model was dropped because its time was over."""
    dropped: dict[str, bool] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, LoadState):
            dropped[event.function] = event.target == DROPPED and event.why == "its time is over"
        return isinstance(event, Arrived) and dropped.pop(event.function, False)

    return reached


def _stale_hint_used() -> Predicate:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        return isinstance(event, Served) and event.hinted and event.how not in ("hit", "caught")

    return reached


def _load_lost_in_crash() -> Predicate:
    """A container dies in the middle of a load, or its whole worker does."""
    loading: dict[tuple[str, str], str] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, WorkerStarted):
            lost = [key for key, node in loading.items() if node == emitted.node]
            for key in lost:
                del loading[key]
            return bool(lost)
        if not isinstance(event, LoadState):
            return False
        key = (event.container, event.function)
        if event.target == LOADING:
            loading[key] = emitted.node
            return False
        return loading.pop(key, "") != "" and event.why == "its container crashed"

    return reached


def _knapsack_had_to_choose() -> Predicate:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        return isinstance(event, Planned) and (event.displaced > 0 or not event.chosen)

    return reached


def _burst_outran_prediction() -> Predicate:
    """A request comes before the load that was planned for it."""
    pending: dict[str, bool] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, Arrived):
            return pending.pop(event.function, False)
        if isinstance(event, Predicted):
            pending[event.function] = event.load_after > 0
        elif isinstance(event, LoadState) and event.target in (LOADING, RESIDENT):
            pending.pop(event.function, None)
        return False

    return reached


def _container_expired() -> Predicate:
    return lambda emitted: isinstance(emitted.event, ContainerState) and emitted.event.target == "EXPIRED"


_ALL = (
    Landmark("hit", (Served,), _served("hit")),
    Landmark("caught_loading", (Served,), _served("caught")),
    Landmark("killed_by_other", (LoadState,), _ended(KILLED, "another function runs")),
    Landmark("dropped_late", (LoadState, Arrived), _dropped_late),
    Landmark("evicted_by_claim", (LoadState,), _ended(KILLED, "claim")),
    Landmark("stale_hint_used", (Served,), _stale_hint_used),
    Landmark("load_lost_in_crash", (LoadState, WorkerStarted), _load_lost_in_crash),
    Landmark("knapsack_had_to_choose", (Planned,), _knapsack_had_to_choose),
    Landmark("burst_outran_prediction", (Arrived, Predicted, LoadState), _burst_outran_prediction),
    Landmark("container_expired", (ContainerState,), _container_expired),
    Landmark("superseded", (LoadState,), _ended(DROPPED, "superseded")),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
