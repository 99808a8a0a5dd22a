"""The collector: terminal jobs go after their time, but an object stays until the ledger has no row of it."""

from typing import TYPE_CHECKING

import msgspec

from models.veriflow.commands import Delete, Update
from models.veriflow.objects import Job

if TYPE_CHECKING:
    from models.veriflow.controller import Controller


class Collector:
    """The rules of what is over."""

    def __init__(self, controller: "Controller") -> None:
        self.controller = controller

    async def step(self, job: Job) -> None:
        """Mark the job, then take its finalizer away when its rows are gone; by uid, for a name may be used again."""
        controller = self.controller
        left = job.changed_at + controller.settings.ttl - controller.informer.store_now()
        if left > 0:
            controller.queue.add_after(job.name, left)
        elif not job.deleted:
            await controller.write(job.name, Delete("Job", job.name, job.uid))
        elif self.is_clear(job):
            await controller.write(job.name, Update(msgspec.structs.replace(job, finalizers=())))

    def is_clear(self, job: Job) -> bool:
        """Whether no attempt of it, and so no row, is left."""
        attempts = self.controller.attempts_of(job)
        return not attempts
