"""States that a run should have reached: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.agentflow import LANDMARKS as ENGINE_LANDMARKS
from models.agentflow import Completed, Recorded
from models.ui_navigator.agent import BUDGET, STUCK, UNCERTAIN, UNREACHABLE
from models.ui_navigator.events import ActRefused, Planned, SaveDropped, Silence
from models.ui_navigator.words import BLOCKED, STALE
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _refused(why: str) -> Callable[[], Predicate]:
    return lambda: lambda one: isinstance(one.event, ActRefused) and one.event.why == why


def _ended(*words: str) -> Callable[[], Predicate]:
    def reached(one: Emitted) -> bool:
        event = one.event.event if isinstance(one.event, Recorded) else None
        return isinstance(event, Completed) and event.result.decode() in words

    return lambda: reached


def _erred() -> Predicate:
    return lambda one: isinstance(one.event, Planned) and one.event.erred


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("silence_after_effect", (Silence,), _always),
    Landmark("save_dropped", (SaveDropped,), _always),
    Landmark("stale_act", (ActRefused,), _refused(STALE)),
    Landmark("modal_in_between", (ActRefused,), _refused(BLOCKED)),
    Landmark("planner_erred", (Planned,), _erred),
    Landmark("given_up", (Recorded,), _ended(UNREACHABLE, STUCK, BUDGET)),
    Landmark("uncertain", (Recorded,), _ended(UNCERTAIN)),
)

LANDMARKS: Mapping[str, Landmark] = {**ENGINE_LANDMARKS, **{landmark.name: landmark for landmark in _ALL}}
