"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models import agentflow, llm_cache, raft, rfid_moe, smartsearch, tyche, veriflow
from models.agentflow import Recorded, StepStarted
from models.stack.anchor_events import LedgerEntry
from models.stack.events import Answered, HandedOver, PoolHeld
from models.stack.expert_inference import REASONS
from models.stack.questions_flow import NO_DOCUMENTS
from models.stack.rollouts_flow import KIND as ROLLOUT
from models.stack.rollouts_flow import REJECTED
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _store_moved() -> Predicate:
    """A store of runs read back, on another server, what a former leader's had written."""
    tellers: dict[str, None] = {}

    def reached(emitted: Emitted) -> bool:
        is_new = emitted.node not in tellers
        tellers[emitted.node] = None
        return is_new and len(tellers) > 1 and isinstance(emitted.event, agentflow.ReadBack)

    return reached


def _tried_again() -> Predicate:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if not isinstance(event, Recorded) or not isinstance(event.event, StepStarted):
            return False
        return event.event.attempt > 1

    return reached


def _claimed_again() -> Predicate:
    """A document was claimed anew, and another run has its next attempt."""
    return lambda emitted: isinstance(emitted.event, HandedOver) and emitted.event.attempt > 1


def _embedded_by_a_job() -> Predicate:
    """A document became READY behind a job of its own that succeeded."""
    jobs: dict[int, None] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, veriflow.Answered):
            if event.key.startswith("doc-") and event.state == veriflow.SUCCEEDED:
                jobs[int(event.key.removeprefix("doc-").partition(".")[0])] = None
            return False
        assert isinstance(event, smartsearch.Ready), "these are watched"
        return event.doc in jobs

    return reached


def _released() -> Predicate:
    """A release was tried out, and answered."""

    def reached(emitted: Emitted) -> bool:
        end = _end_of_rollout(emitted)
        return isinstance(end, agentflow.Completed) and end.result != REJECTED

    return reached


def _taken_back() -> Predicate:
    """A release was undone."""
    return lambda emitted: isinstance(_end_of_rollout(emitted), agentflow.Compensated)


def _end_of_rollout(emitted: Emitted) -> object:
    """What the history of a rollout says, if this is of one."""
    event = emitted.event
    assert isinstance(event, Recorded), "this one is watched"
    return event.event if event.run.startswith(ROLLOUT) else None


def _row_moved() -> Predicate:
    """An engine has memory again, and another row for it."""
    rows: dict[str, str] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        assert isinstance(event, PoolHeld), "this one is watched"
        before, rows[emitted.node] = rows.get(emitted.node), event.row
        return before is not None and before != event.row

    return reached


def _degraded() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Answered) and NO_DOCUMENTS in emitted.event.degraded


def _without_expert() -> Predicate:
    reasons = set(REASONS.values())
    return lambda emitted: isinstance(emitted.event, Answered) and not reasons.isdisjoint(emitted.event.degraded)


def _without_one() -> Predicate:
    """Three anchors entered something, and the fourth had not entered the one before it."""
    heads: dict[str, int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        assert isinstance(event, LedgerEntry), "this one is watched"
        heads[emitted.node] = max(event.epoch, heads.get(emitted.node, 0))
        ahead = sorted(heads.values(), reverse=True)
        return len(ahead) > 2 and ahead[2] >= event.epoch and (len(ahead) < 4 or ahead[3] < event.epoch - 1)

    return reached


_ALL = (
    Landmark("store_moved", (Recorded,), _store_moved),
    Landmark("step_tried_again", (Recorded,), _tried_again),
    Landmark("document_claimed_again", (HandedOver,), _claimed_again),
    Landmark("row_moved", (PoolHeld,), _row_moved),
    Landmark("embedded_by_a_job", (veriflow.Answered, smartsearch.Ready), _embedded_by_a_job),
    Landmark("released", (Recorded,), _released),
    Landmark("release_taken_back", (Recorded,), _taken_back),
    Landmark("entered_without_one", (LedgerEntry,), _without_one),
    Landmark("answered_without_an_expert", (Answered,), _without_expert),
    Landmark("answered_without_documents", (Answered,), _degraded),
)

LANDMARKS: Mapping[str, Landmark] = {
    **{f"veristore/{name}": one for name, one in raft.LANDMARKS.items()},
    **{f"smartsearch/{name}": one for name, one in smartsearch.LANDMARKS.items()},
    **{f"veriflow/{name}": one for name, one in veriflow.MODEL.landmarks.items()},
    **{f"serving/{name}": one for name, one in llm_cache.MODEL.landmarks.items()},
    **{f"preload/{name}": one for name, one in tyche.MODEL.landmarks.items()},
    **{f"experts/{name}": one for name, one in rfid_moe.MODEL.landmarks.items()},
    **{f"agentflow/{name}": one for name, one in agentflow.LANDMARKS.items()},
    **{landmark.name: landmark for landmark in _ALL},
}
