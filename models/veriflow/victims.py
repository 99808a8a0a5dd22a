"""Who may be preempted by whom: rules of section 'preemption' of Kueue, judged on objects as they are."""

from collections.abc import Mapping

from models.veriflow.fair_share import FairShare
from models.veriflow.objects import CHARGED, Job, Queue
from models.veriflow.queue_quota import Use, is_borrowing


class Victims:
    """The rules. `share` is how shares are counted; with `fair` false only priority and reclaim allow anything."""

    def __init__(self, share: str, fair: bool) -> None:
        self._share = share
        self._fair = fair

    def is_legal(
        self, queues: Mapping[str, Queue], use: Use, capacity: Mapping[str, int], preemptor: Job, victim: Job
    ) -> bool:
        """Whether `preemptor` may evict `victim`. The preemptor's own need counts once, admitted already or not."""
        spec, theirs = preemptor.spec, victim.spec
        if victim.state not in CHARGED or spec.gpu_type != theirs.gpu_type or victim.name == preemptor.name:
            return False
        if self.is_protected(victim, preemptor):
            return False
        if spec.queue == theirs.queue:
            return theirs.priority < spec.priority
        own, other = queues[spec.queue], queues[theirs.queue]
        if not own.cohort or own.cohort != other.cohort or not is_borrowing(other, use, spec.gpu_type):
            return False
        more = 0 if preemptor.state in CHARGED else spec.need
        if self.is_reclaim(own, use, spec.gpu_type, more):
            return True
        return self._fair and self._is_fairer(FairShare(self._share, capacity, queues), use, preemptor, victim, more)

    def is_protected(self, victim: Job, preemptor: Job) -> bool:
        """Nobody younger passes an elder, nor takes its devices again: or it would be served and evicted for ever."""
        return victim.elder and victim.uid < preemptor.uid

    def is_reclaim(self, queue: Queue, use: Use, gpu_type: str, more: int) -> bool:
        """Whether the preemptor's queue stays within nominal: it takes back its own."""
        return use.get((queue.name, gpu_type), 0) + more <= queue.quota(gpu_type).nominal

    def _is_fairer(self, shares: FairShare, use: Use, preemptor: Job, victim: Job, more: int) -> bool:
        """Kueue's LessThanOrEqualToFinalShare, else LessThanInitialShare."""
        gpu_type = preemptor.spec.gpu_type
        own = shares.of(preemptor.spec.queue, use, {gpu_type: more})
        final = shares.of(victim.spec.queue, use, {gpu_type: -victim.spec.need})
        return own <= final or own < shares.of(victim.spec.queue, use)
