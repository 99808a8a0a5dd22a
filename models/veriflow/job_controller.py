"""The job controller: looks at a job and its attempt, and makes the one step that brings wish and world together.

Level-triggered: it infers nothing from having seen a change, so a step that was cut off is made by whoever looks next.
"""

from typing import TYPE_CHECKING

import msgspec

from models.veriflow import messages as m
from models.veriflow.admission import Backoff, replace_state
from models.veriflow.commands import Finish, Update
from models.veriflow.finishing import DRAIN
from models.veriflow.objects import (
    BACKOFF,
    BOUND,
    CANCELED,
    EVICTED,
    EXITED,
    FAILED,
    LOST,
    OPEN,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    TERMINAL,
    Attempt,
    Job,
    Node,
    attempt_name,
)

if TYPE_CHECKING:
    from models.veriflow.controller import Controller

JITTER_PERCENT = 20


class JobController:
    """The rules of jobs. `step` is called with a job's name."""

    def __init__(self, controller: "Controller", backoff: Backoff) -> None:
        self.controller = controller
        self._backoff = backoff

    async def step(self, name: str) -> None:
        """One step towards agreement."""
        controller = self.controller
        job = controller.find(Job, name)
        if job is None or not self.sees(job):
            return
        if self.is_unobserved(job):
            await controller.write(job.name, Update(msgspec.structs.replace(job, observed=job.generation)))
        elif job.state in TERMINAL:
            await controller.collector.step(job)
        elif job.cancel:
            await self._end(job, CANCELED, "canceled")
        elif job.state == BACKOFF:
            await self._wake(job)
        elif job.state in OPEN:
            attempt = controller.find(Attempt, attempt_name(job.name, job.uid, job.attempt))
            if attempt is not None and attempt.is_open:
                await self._judge(job, attempt)

    def sees(self, job: Job) -> bool:  # noqa: ARG002 - all of them
        """Whether a job is looked at."""
        return True

    def is_unobserved(self, job: Job) -> bool:
        """Whether the tenant's last wish came when it was over, and nobody has said so."""
        return job.state in TERMINAL and job.observed != job.generation

    async def _wake(self, job: Job) -> None:
        left = self.left_of_backoff(job)
        if left > 0:
            self.controller.queue.add_after(job.name, left)
            return
        reply = await self.controller.write(job.name, Update(replace_state(job, QUEUED, job.changed_at)))
        if not reply.ok:
            self.controller.queue.add_after(job.name, self.controller.settings.backoff)

    def left_of_backoff(self, job: Job) -> int:
        """Ns until the job may be tried again, on the store's clock as far as it is known."""
        return self._backoff.left(job, self.controller.informer.store_now())

    async def _judge(self, job: Job, attempt: Attempt) -> None:
        """What is to be said of an open attempt."""
        outcome, reason = self.outcome(attempt)
        if outcome in (SUCCEEDED, "") and attempt.state == RUNNING and job.state == BOUND:
            await self.controller.write(job.name, Update(replace_state(job, RUNNING, job.changed_at)))
        elif outcome == SUCCEEDED:
            await self._end(job, SUCCEEDED, "")
        elif outcome == EVICTED:
            drained = Finish(job.name, job.uid, job.attempt, EVICTED, QUEUED, by=f"{DRAIN}{reason}", reason="drained")
            await self.controller.write(job.name, drained)
        elif outcome:
            await self._failed(job, outcome, reason)
        elif attempt.state != RUNNING:
            self.controller.queue.add_after(job.name, self.left_to_start(attempt))

    def outcome(self, attempt: Attempt) -> tuple[str, str]:
        """(outcome, reason) of an attempt; nothing while it may go on."""
        nodes = [self.controller.find(Node, member.node) for member in attempt.members]
        for member, node in zip(attempt.members, nodes, strict=True):
            if node is None or node.epoch != member.epoch or node.state == LOST:
                return LOST, f"{member.node} is gone"
        ended = [member for member in attempt.members if member.state == EXITED]
        bad = [member for member in ended if member.code != m.OK_CODE]
        if bad:
            final = any(member.code == m.FINAL_CODE for member in bad)
            blamed = all(member.code in m.NODE_CODES for member in bad)
            return (LOST if blamed else FAILED), "final" if final else f"exit {bad[0].code}"
        if len(ended) == len(attempt.members):
            return SUCCEEDED, ""
        if attempt.state != RUNNING and self.left_to_start(attempt) <= 0:
            return FAILED, "not ready in time"
        draining = next((node.name for node in nodes if node is not None and node.draining), "")
        return (EVICTED, draining) if draining else ("", "")

    def left_to_start(self, attempt: Attempt) -> int:
        """Ns until all members must run."""
        return attempt.bound_at + self.controller.settings.pods_ready - self.controller.informer.store_now()

    async def _failed(self, job: Job, outcome: str, reason: str) -> None:
        """One budget: try again after a delay, or that was it."""
        controller = self.controller
        failures = job.failures + 1
        if reason == "final" or failures > job.spec.retries_max:
            await self._end(job, FAILED, reason, outcome)
            return
        delay = controller.settings.delay(failures)
        delay += controller.random.below(delay * JITTER_PERCENT // 100 + 1)
        await self.finish(job, Finish(job.name, job.uid, job.attempt, outcome, BACKOFF, delay, reason=reason))

    async def _end(self, job: Job, to: str, reason: str, outcome: str = "") -> None:
        """The last word. But a result that was accepted counts: the fence shuts it out, or finds it."""
        controller = self.controller
        if to != SUCCEEDED and job.attempt:
            fence = m.Fence(job.uid, job.attempt + 1)
            newest = await controller.call(controller.checkpoints, fence, timeout=controller.settings.call_timeout)
            if newest.done:
                to, outcome, reason = SUCCEEDED, SUCCEEDED, "its result had been accepted"
        if to == SUCCEEDED and job.state == BOUND:
            await controller.write(job.name, Update(replace_state(job, RUNNING, job.changed_at)))
            return
        await self.finish(job, Finish(job.name, job.uid, job.attempt, outcome or to, to, reason=reason))

    async def finish(self, job: Job, order: Finish) -> None:
        """Attempt, job, quota and event in one transaction."""
        reply = await self.controller.write(job.name, order)
        if not reply.ok:
            self.controller.queue.add_after(job.name, self.controller.settings.backoff)
