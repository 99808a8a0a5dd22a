"""Who may be preempted by whom: rules of section 'preemption' of Kueue, judged on objects as they are.

Priority, reclaim and fair shares are each an order, but not together: a queue takes its nominal quota back, its larger
job of a higher priority takes that and borrows, and the one that was reclaimed from takes it again by its lesser share
(Kueue #14543). So nobody who would borrow evicts one for whom it was evicted, directly or through others.
"""

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
        self,
        jobs: Mapping[str, Job],
        queues: Mapping[str, Queue],
        use: Use,
        capacity: Mapping[str, int],
        preemptor: Job,
        victim: Job,
    ) -> bool:
        """Whether `preemptor` may evict `victim`. The preemptor's own need counts once, admitted already or not."""
        spec, theirs = preemptor.spec, victim.spec
        if victim.state not in CHARGED or spec.gpu_type != theirs.gpu_type or victim.name == preemptor.name:
            return False
        if self.is_protected(victim, preemptor):
            return False
        own, other = queues[spec.queue], queues[theirs.queue]
        more = 0 if preemptor.state in CHARGED else spec.need
        if own is other:
            stays = self.is_reclaim(own, use, spec.gpu_type, more - theirs.need)
            return theirs.priority < spec.priority and (stays or not self.is_in_debt(jobs, preemptor, victim))
        if not own.cohort or own.cohort != other.cohort or not is_borrowing(other, use, spec.gpu_type):
            return False
        if self.is_reclaim(own, use, spec.gpu_type, more):
            return True
        if not self._fair or self.is_in_debt(jobs, preemptor, victim):
            return False
        return self._is_fairer(FairShare(self._share, capacity, queues), use, preemptor, victim, more)

    def is_in_debt(self, jobs: Mapping[str, Job], preemptor: Job, victim: Job) -> bool:
        """Whether the preemptor was evicted for the victim, or for one who was evicted for it, and so on."""
        met: dict[str, None] = {}
        name = preemptor.evicted_by
        while name in jobs and name not in met:
            if name == victim.name:
                return True
            met[name] = None
            name = jobs[name].evicted_by
        return False

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
