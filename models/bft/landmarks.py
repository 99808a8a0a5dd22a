"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.bft.events import (
    AbbaDecided,
    AbbaInput,
    Buffered,
    Dropped,
    Fetched,
    Resumed,
    RoundEntered,
    ViewEntered,
    Voted,
    VoteSent,
)
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _split() -> Predicate:
    estimates: dict[tuple[str, int], dict[int, None]] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if not isinstance(event, RoundEntered):
            return False
        seen = estimates.setdefault((event.instance, event.round), {})
        before = len(seen)
        seen[event.estimate] = None
        return event.round > 1 and before == 1 and len(seen) == 2

    return reached


def _decided_before_start() -> Predicate:
    begun: dict[tuple[str, str], None] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, AbbaInput):
            begun[emitted.node, event.instance] = None
        return isinstance(event, AbbaDecided) and (emitted.node, event.instance) not in begun

    return reached


def _plain(holds: Predicate) -> Callable[[], Predicate]:
    return lambda: holds


def _abstained(emitted: Emitted) -> bool:
    return isinstance(emitted.event, VoteSent) and emitted.event.phase == "mv" and emitted.event.value is None


def _soft(emitted: Emitted) -> bool:
    return isinstance(emitted.event, VoteSent) and emitted.event.why == "soft"


def _forged(emitted: Emitted) -> bool:
    return isinstance(emitted.event, Dropped) and emitted.event.reason.startswith(("bad", "not valid", "proposal"))


def _second_story(emitted: Emitted) -> bool:
    return isinstance(emitted.event, Dropped) and emitted.event.reason.startswith("second")


_ALL = (
    Landmark("coin_split_estimates", (RoundEntered,), _split),
    Landmark("abstain_seen", (VoteSent,), _plain(_abstained)),
    Landmark("soft_vote", (VoteSent,), _plain(_soft)),
    Landmark(
        "second_view", (ViewEntered,), _plain(lambda one: isinstance(one.event, ViewEntered) and one.event.round > 1)
    ),
    Landmark("second_iteration", (Voted,), _plain(lambda one: isinstance(one.event, Voted) and one.event.round > 0)),
    Landmark(
        "zero_decided", (AbbaDecided,), _plain(lambda one: isinstance(one.event, AbbaDecided) and one.event.value == 0)
    ),
    Landmark("request_needed", (Fetched,), _plain(lambda one: isinstance(one.event, Fetched))),
    Landmark("decide_before_start", (AbbaInput, AbbaDecided), _decided_before_start),
    Landmark("future_buffered", (Buffered,), _plain(lambda one: isinstance(one.event, Buffered))),
    Landmark("forged_certificate_dropped", (Dropped,), _plain(_forged)),
    Landmark("equivocation_seen", (Dropped,), _plain(_second_story)),
    Landmark("came_back", (Resumed,), _plain(lambda one: isinstance(one.event, Resumed))),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
