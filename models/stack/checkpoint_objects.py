"""Checkpoints of jobs as objects: one is acknowledged to its process when the object is in the store.

The orchestrator's own place for checkpoints fences attempts and knows the newest step; what a step is, is an object of
the store. It is put before the step is written down, so an object without its step is garbage, and no step is without
its object. An attempt is told where to begin when that object was read.
"""

from typing import ClassVar

from models import veriflow
from models.stack.ports import Errand
from models.stack.wiring import Wiring
from sim import MS, Caller, Refused, Timeout, on

OWNER = "veriflow"
"""The orchestrator's bucket, and on whose behalf it is used."""
TIME = 400 * MS
WORDS = 8


def checkpoint_key(job: int, step: int) -> str:
    """Where a checkpoint of a job is kept. Attempts that are at the same step have done the same work."""
    return f"checkpoints/{job}/{step}"


def checkpoint_body(job: int, step: int) -> bytes:
    """What a process keeps of its work."""
    return f"job {job} at {step}\n".encode() * WORDS


class ObjectCheckpoints(veriflow.Checkpoints):
    """One incarnation."""

    wiring: ClassVar[Wiring]

    def on_start(self) -> None:
        """Reach for the store."""
        super().on_start()
        self._objects = self.wiring.objects(self)

    @on(veriflow.PutCheckpoint)
    def put(self, caller: Caller, ask: veriflow.PutCheckpoint) -> None:
        """From a process; one that is not answered in time asks again, or takes its next checkpoint."""
        self.spawn(self._put(caller, ask))

    async def _put(self, caller: Caller, ask: veriflow.PutCheckpoint) -> None:
        try:
            await self.keep(ask)
        except (Refused, Timeout):
            return
        newest = super().put(caller, ask)
        if newest is not None:
            self.reply(caller, newest)

    async def keep(self, ask: veriflow.PutCheckpoint) -> None:
        """Have the checkpoint in the store."""
        key = checkpoint_key(ask.job, ask.step)
        await self._objects.put(
            self._errand(ask.job, f"put/{ask.step}"), OWNER, key, checkpoint_body(ask.job, ask.step)
        )

    @on(veriflow.Fence)
    def fence_readably(self, caller: Caller, ask: veriflow.Fence) -> veriflow.Newest | None:
        """From scheduler and controller. The newest step is told when it can be read."""
        newest = self.fence(caller, ask)
        if newest.done or not newest.step:
            return newest
        self.spawn(self._tell_readable(caller, ask.job, newest))
        return None

    async def _tell_readable(self, caller: Caller, job: int, newest: veriflow.Newest) -> None:
        key = checkpoint_key(job, newest.step)
        try:
            body = await self._objects.get(self._errand(job, f"get/{newest.step}"), OWNER, key)
        except (Refused, Timeout):
            return
        if body == checkpoint_body(job, newest.step):
            self.reply(caller, newest)

    def _errand(self, job: int, step: str) -> Errand:
        return Errand(f"job-{job}", f"job-{job}/{step}", OWNER, TIME)


def checkpointing(wiring: Wiring) -> type[ObjectCheckpoints]:
    """The checkpoints of this stack."""
    return type("CheckpointsOfStack", (wiring.parts.checkpoints,), {"wiring": wiring})
