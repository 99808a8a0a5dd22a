"""States that a run should have reached: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.agentflow import LANDMARKS as ENGINE_LANDMARKS
from models.resumesnap.breaker import CLOSED, OPEN
from models.resumesnap.events import BreakerMoved, Called, Ended, Forgotten, Hit, Throttled
from models.resumesnap.words import DEGRADED, FAILED
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _ended(state: str) -> Callable[[], Predicate]:
    return lambda: lambda one: isinstance(one.event, Ended) and one.event.state == state


def _moved(state: str) -> Callable[[], Predicate]:
    return lambda: lambda one: isinstance(one.event, BreakerMoved) and one.event.after == state


def _hedged() -> Predicate:
    return lambda one: isinstance(one.event, Called) and one.event.why == "hedge"


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("cache_hit", (Hit,), _always),
    Landmark("hedged", (Called,), _hedged),
    Landmark("throttled", (Throttled,), _always),
    Landmark("breaker_opened", (BreakerMoved,), _moved(OPEN)),
    Landmark("breaker_closed_again", (BreakerMoved,), _moved(CLOSED)),
    Landmark("degraded", (Ended,), _ended(DEGRADED)),
    Landmark("request_failed", (Ended,), _ended(FAILED)),
    Landmark("user_deleted", (Forgotten,), _always),
)

LANDMARKS: Mapping[str, Landmark] = {**ENGINE_LANDMARKS, **{landmark.name: landmark for landmark in _ALL}}
