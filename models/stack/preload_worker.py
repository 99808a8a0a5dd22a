"""A worker of the serverless layer on a GPU node: what it may load onto the GPU is a row of the one ledger.

Without a row the whole GPU is claimed by somebody else, as far as the worker's own ledger knows, so nothing is loaded
there. What lay on a machine that began anew is gone: its containers are dead.
"""

from contextlib import suppress
from typing import ClassVar

from models import tyche, veriflow
from models.stack.events import PoolFreed, PoolHeld
from models.stack.row_keeper import LOOK, SWEEP, RowKeeper
from models.stack.wiring import Wiring
from sim import Refused, Timeout

GPU = 1
"""The worker's own number of the memory; 0 is its main memory."""
MB = 2**20


class PreloadWorker(tyche.Worker):
    """One epoch of a worker."""

    wiring: ClassVar[Wiring]

    def on_start(self) -> None:
        """What the incarnation before had in memory is gone with it."""
        super().on_start()
        number = self.wiring.at.preload.index(self.name)
        self._keeper = RowKeeper(self, self.wiring, "preload", number)
        self._row: veriflow.Row | None = None
        self.emit(PoolFreed(), at_once=True)
        self._without = self.claim(GPU, self.settings.gpu_mb)
        self.spawn(self._look_after())

    @property
    def has_row(self) -> bool:
        """Whether models may be loaded onto the GPU."""
        return self._row is not None

    async def _look_after(self) -> None:
        """A row, then the next one; a machine that does not answer, or is in another epoch, has nothing of it."""
        while True:
            row = await self._keeper.hold(f"preload/{self.name}", self.settings.gpu_mb * MB)
            self._row = row
            self.emit(PoolHeld(row.node, row.device, row.epoch, row.id, row.size), at_once=True)
            self.release(self._without)
            await self._until_gone(row)
            self._lose()

    async def _until_gone(self, row: veriflow.Row) -> None:
        looks = 0
        while True:
            await self.sleep(LOOK)
            looks += 1
            try:
                if not await self._keeper.stands(row):
                    return
            except (Refused, Timeout):
                return
            if looks % SWEEP == 0:
                with suppress(Refused, Timeout):  # the next one will do
                    await self._keeper.sweep(row)

    def _lose(self) -> None:
        """The machine is another one: so are its processes, and its GPU is nobody's until there is a row again."""
        self._row = None
        for name in [*self.containers.live]:
            self.crash_container(name)
        self._without = self.claim(GPU, self.settings.gpu_mb)
        self.emit(PoolFreed(), at_once=True)


def preloading(wiring: Wiring) -> type[PreloadWorker]:
    """The serverless workers of this stack."""
    return type("PreloadWorkerOfStack", (wiring.parts.preload_worker,), {"wiring": wiring})
