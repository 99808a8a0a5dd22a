"""Who is admitted next: the queue with the least share after its head, elders first; what does not fit is passed by."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.veriflow.admission import could_ever_admit
from models.veriflow.board import Board, shape_of
from models.veriflow.fair_share import FairShare, Share
from models.veriflow.objects import Job
from models.veriflow.placement import could_hold
from models.veriflow.preemption import Plan
from models.veriflow.settings import Settings

if TYPE_CHECKING:
    from models.veriflow.parts import Parts


@dataclass(frozen=True)
class Pick:
    """Admit this job now; or, with a plan, evict others for it first."""

    job: Job
    plan: Plan | None = None


class Picking:
    """The order of section 5: shares between queues, priority and age within one, nobody passed for ever."""

    def __init__(self, board: Board, settings: Settings, parts: "Parts") -> None:
        self._board = board
        self._settings = settings
        victims = parts.victims(settings.share, settings.fair_sharing)
        self._preemption = parts.preemption(board, victims, settings.share, fair=settings.fair_sharing)
        self._idle_at = -1
        self.elders: dict[str, None] = {}

    def next(self, now: int) -> Pick | None:
        """The next job that can be admitted, as far as is known; None if there is none. `now`: the store's clock."""
        board = self._board
        if self._idle_at == board.version:
            return None
        elders = self._elders_at(now)
        shares = FairShare(self._settings.share, board.capacity, board.queues)
        heads = {queue: head for queue in board.queues if (head := self._head(queue, elders)) is not None}
        orders = {queue: self._order(head, shares) for queue, head in heads.items()}
        while heads:
            queue = min(orders, key=orders.__getitem__)
            job = heads.pop(queue)
            pick = self._consider(job)
            if pick is not None:
                return pick
            del orders[queue]
            if not board.set_aside(job):
                board.unfit[queue, shape_of(job.spec)] = None
            head = self._head(queue, elders)
            if head is not None:
                heads[queue], orders[queue] = head, self._order(head, shares)
        self._idle_at = board.version
        return None

    def _order(self, job: Job, shares: FairShare) -> tuple[Share, str]:
        spec = job.spec
        return shares.of(spec.queue, self._board.use, {spec.gpu_type: spec.need}), spec.queue

    def _head(self, queue: str, elders: dict[str, Job]) -> Job | None:
        """The first job of a queue by priority and age; with `best_effort` the first that may fit."""
        best: Job | None = None
        strict = self._settings.order == "strict"
        for shape, job in self._board.shapes(queue, all_of_them=strict):
            elder = elders.get(shape[0], job)
            if elder.spec.queue != queue or shape_of(elder.spec) != shape:
                continue  # nobody younger passes
            if best is None or (-elder.spec.priority, elder.uid) < (-best.spec.priority, best.uid):
                best = elder
        if strict and best is not None and (queue, shape_of(best.spec)) in self._board.unfit:
            return None
        return best

    def _elders_at(self, now: int) -> dict[str, Job]:
        """By type, who has waited so long that nobody younger passes."""
        found: dict[str, Job] = {}
        for gpu_type in self._board.capacity:
            elder = self.elder(gpu_type, now)
            if elder is not None:
                found[gpu_type] = elder
        return found

    def elder(self, gpu_type: str, now: int) -> Job | None:
        """Who has waited longest, and too long, of those that can be admitted and that nodes and quotas could hold."""
        board = self._board
        for job in board.by_age(gpu_type):
            if now - job.since <= self._settings.age_max:
                return None
            waits = job.not_before > now or not board.is_clear(job) or board.is_held_back(job)
            if not waits and self.could_run(job):
                return job
        return None

    def could_run(self, job: Job) -> bool:
        """Whether healthy nodes could hold it if no job ran, and quotas allow it; else others would wait in vain."""
        board, spec = self._board, job.spec
        allowed = could_ever_admit(board.queues, board.queues[spec.queue], spec)
        return allowed and could_hold(board.room.rooms(spec), spec)

    def _consider(self, job: Job) -> Pick | None:
        board, spec = self._board, job.spec
        fits = board.quota.fits(board.queues, board.use, spec.queue, spec.gpu_type, spec.need)
        if fits and board.room.holds(job):
            return Pick(job)
        plan = self._preemption.plan(job) if self._settings.preemption else None
        return None if plan is None else Pick(job, plan)
