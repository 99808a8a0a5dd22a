"""Bugs of loops: acting on what was seen instead of what is, forgetting half of it, or never being content."""

import msgspec

from models.veriflow.commands import Finish, Reply, Update
from models.veriflow.controller import Triggers
from models.veriflow.informer import Informer
from models.veriflow.job_controller import JobController
from models.veriflow.node_controller import NodeController
from models.veriflow.objects import CREATED, Attempt, Job, Lease, Node, Object, Queue, attempt_name
from models.veriflow.picking import Picking
from models.veriflow.preemption import Copy, Preemption
from models.veriflow.queue_quota import Use
from models.veriflow.scheduler import Steps
from models.veriflow.victims import Victims


class OrphanWindow(Informer):
    """What was bound and has no word of its start yet is never listed again."""

    def lists(self, one: Object) -> bool:
        """Only what was started."""
        return not (isinstance(one, Attempt) and one.state == CREATED)


class BackInTime(Informer):
    """After a reconnect a list may be older than what was seen."""

    def floor(self) -> int:
        """Whatever the front has."""
        return 0


class EdgeTriggered(Triggers):
    """Acts on changes that it sees, and looks at nothing else."""

    def after_list(self) -> None:
        """No change, no work."""


class NoExpectation(Steps):
    """Acts on a cache that does not show its own write yet."""

    async def settle(self, informer: Informer, reply: Reply) -> None:
        """At once."""


class TwoStepNoRepair(Steps):
    """What another incarnation began is not looked at again."""

    def takes_up(self, job: Job) -> bool:
        """Only what is its own."""
        return job.name in self._scheduler.begun


class ListsFifty(JobController):
    """Looks at the fifty oldest jobs only."""

    def sees(self, job: Job) -> bool:
        """LIMIT 50."""
        older = sum(one.uid < job.uid for one in self.controller.all_of(Job))
        return older < 50


class ThreeWrites(JobController):
    """Attempt, job and event are closed in separate writes."""

    async def finish(self, job: Job, order: Finish) -> None:
        """The attempt first."""
        attempt = self.controller.find(Attempt, attempt_name(job.name, job.uid, job.attempt))
        if attempt is not None and attempt.is_open:
            await self.controller.write(job.name, Update(msgspec.structs.replace(attempt, state=order.outcome)))
        await super().finish(job, order)


class HotLoop(JobController):
    """Status is written though nothing has changed."""

    def is_unobserved(self, job: Job) -> bool:
        """It cannot be said too often."""
        return job.observed == job.generation


class AgentClockLease(NodeController):
    """A node's lease is judged by the time stamp in it."""

    def silence(self, node: Node, lease: Lease) -> int:  # noqa: ARG002 - the stamp says it all
        """By two clocks."""
        return self.controller.now() - lease.stamp


class BackfillForEver(Picking):
    """Nobody becomes an elder."""

    def elder(self, gpu_type: str, now: int) -> Job | None:  # noqa: ARG002 - age is nothing
        """Who does not fit may wait."""
        return None


class ElderForNothing(Picking):
    """An elder holds what comes free though no nodes that are there could ever hold it."""

    def could_run(self, job: Job) -> bool:  # noqa: ARG002 - it came first
        """One day."""
        return True


class KillsThenLooks(Preemption):
    """Victims are evicted first; then it is seen whether that helped."""

    def is_enough(self, copy: Copy, job: Job, taken: int) -> bool:  # noqa: ARG002 - it will fit
        """One more or less."""
        return taken > 0


class NeverReclaims(Victims):
    """A lender waits for borrowers to end."""

    def is_reclaim(self, queue: Queue, use: Use, gpu_type: str, more: int) -> bool:  # noqa: ARG002 - it is patient
        """What is lent is lent."""
        return False
