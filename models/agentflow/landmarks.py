"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.agentflow import history as h
from models.agentflow.events import LateResult, Leased, NonDeterminism, ReadBack, Recorded, Refusal, Restarted
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _records(*kinds: type) -> Callable[[], Predicate]:
    """An event of one of these kinds is recorded."""

    def new() -> Predicate:
        return lambda one: isinstance(one.event, Recorded) and isinstance(one.event.event, kinds)

    return new


def _retried() -> Predicate:
    def reached(one: Emitted) -> bool:
        inner = one.event.event if isinstance(one.event, Recorded) else None
        return isinstance(inner, h.StepStarted) and inner.attempt > 1

    return reached


def _lease_moved() -> Predicate:
    leased: dict[str, None] = {}

    def reached(one: Emitted) -> bool:
        event = one.event
        if isinstance(event, Leased):
            moved = event.run in leased
            leased[event.run] = None
            return moved
        if isinstance(event, Recorded) and isinstance(event.event, h.DecisionTaken):
            leased.pop(event.run, None)
        return False

    return reached


def _undo_of_unknown() -> Predicate:
    done: dict[tuple[str, int], None] = {}

    def reached(one: Emitted) -> bool:
        event = one.event
        assert isinstance(event, Recorded), "this one is watched"
        inner = event.event
        if isinstance(inner, h.StepCompleted):
            done[event.run, inner.id] = None
        return isinstance(inner, h.UndoScheduled) and (event.run, inner.of) not in done

    return reached


def _overdue() -> Predicate:
    return lambda one: isinstance(one.event, Restarted) and one.event.overdue > 0


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("attempt_timed_out", (Recorded,), _records(h.StepTimedOut)),
    Landmark("retried", (Recorded,), _retried),
    Landmark("late_result", (LateResult,), _always),
    Landmark("lease_moved", (Leased, Recorded), _lease_moved),
    Landmark("compensated", (Recorded,), _records(h.Compensated)),
    Landmark("canceled", (Recorded,), _records(h.CancelRequested)),
    Landmark("undo_of_unknown", (Recorded,), _undo_of_unknown),
    Landmark("voided_then_late", (Refusal,), _always),
    Landmark("timer_overdue_at_restart", (Restarted,), _overdue),
    Landmark("nondeterminism_caught", (NonDeterminism,), _always),
    Landmark("patched", (Recorded,), _records(h.Patched)),
    Landmark("continued", (Recorded,), _records(h.Continued)),
    Landmark("read_back", (ReadBack,), _always),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
