"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.veriflow import events as e
from sim import Emitted, Event, Landmark

Predicate = Callable[[Emitted], bool]


def _always() -> Predicate:
    return lambda _: True


def _of(kind: type[Event], holds: Callable[[Event], bool]) -> Callable[[], Predicate]:
    """An event of a kind for which something holds."""

    def new() -> Predicate:
        return lambda emitted: isinstance(emitted.event, kind) and holds(emitted.event)

    return new


def _went_back() -> Predicate:
    """A front showed, or would have shown, less than a loop had seen."""
    return lambda emitted: isinstance(emitted.event, e.Relisted) and emitted.event.why == "behind"


def _lost_then_back() -> Predicate:
    lost: dict[str, None] = {}

    def reached(emitted: Emitted) -> bool:
        assert isinstance(emitted.event, e.NodeState), "this one is watched"
        node = emitted.event.node
        if node.state == "LOST":
            lost[node.name] = None
        return node.state == "READY" and lost.pop(node.name, False) is None

    return reached


def _borrowed() -> Predicate:
    nominal: dict[tuple[str, str], int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.QueueSet):
            for quota in event.queue.quotas:
                nominal[event.queue.name, quota.gpu_type] = quota.nominal
        return isinstance(event, e.Admitted) and event.use > nominal.get((event.queue, event.gpu_type), event.use)

    return reached


def _reclaimed() -> Predicate:
    """Somebody was evicted for another queue."""
    queues: dict[str, str] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.JobState):
            queues[event.job.name] = event.job.spec.queue
        return isinstance(event, e.Preempted) and queues.get(event.victim) != queues.get(event.preemptor, "drain")

    return reached


def _elder_served() -> Predicate:
    elders: dict[str, None] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.BecameElder):
            elders[event.job] = None
        return isinstance(event, e.Bound) and event.job in elders

    return reached


def _taken_up() -> Predicate:
    """A job was bound that had been admitted before a scheduler began to lead."""
    fresh: dict[str, None] = {}
    stale: dict[str, None] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, e.Admitted):
            stale.pop(event.job, None)
            fresh[event.job] = None
        elif isinstance(event, e.Leads) and event.loop == "scheduler":
            stale.update(fresh)
            fresh.clear()
        elif isinstance(event, e.Bound):
            fresh.pop(event.job, None)
            return event.job in stale
        return False

    return reached


def _two_bound() -> Predicate:
    binders: dict[str, None] = {}

    def reached(emitted: Emitted) -> bool:
        assert isinstance(emitted.event, e.Bound), "this one is watched"
        binders[emitted.event.by] = None
        return len(binders) > 1

    return reached


def _starts(word: str) -> Callable[[Event], bool]:
    return lambda event: getattr(event, "reason", "").startswith(word)


_ALL = (
    Landmark("conflict_retried", (e.ConflictSeen,), _always),
    Landmark("relisted_after_gone", (e.Relisted,), _of(e.Relisted, lambda event: getattr(event, "why", "") == "gone")),
    Landmark("went_back_in_time", (e.Relisted,), _went_back),
    Landmark("node_lost_then_back", (e.NodeState,), _lost_then_back),
    Landmark("late_word", (e.LateWord,), _always),
    Landmark("checkpoint_refused", (e.CheckpointRefused,), _always),
    Landmark("preempted", (e.Preempted,), _always),
    Landmark(
        "drained", (e.Preempted,), _of(e.Preempted, lambda event: getattr(event, "preemptor", "").startswith("drain:"))
    ),
    Landmark("borrowed", (e.QueueSet, e.Admitted), _borrowed),
    Landmark("reclaimed", (e.JobState, e.Preempted), _reclaimed),
    Landmark("elder_served", (e.BecameElder, e.Bound), _elder_served),
    Landmark("two_schedulers_bound", (e.Bound,), _two_bound),
    Landmark("bind_refused", (e.BindRefused,), _always),
    Landmark("bind_refused_taken", (e.BindRefused,), _of(e.BindRefused, _starts("taken"))),
    Landmark("crash_between_admit_and_bind", (e.Admitted, e.Leads, e.Bound), _taken_up),
    Landmark("retried", (e.JobState,), _of(e.JobState, lambda event: getattr(event, "before", "") == "BACKOFF")),
    Landmark("refused_infeasible", (e.Turned,), _of(e.Turned, _starts("infeasible"))),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
