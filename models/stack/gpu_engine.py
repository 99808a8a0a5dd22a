"""An engine whose memory is a row of the one ledger: it begins when it holds one, and begins anew when that is gone.

How it gets the row, and what tells it that the machine behind it is another one, is its keeper's.
"""

from contextlib import suppress
from typing import ClassVar

from models import llm_cache, veriflow
from models.stack.events import PoolFreed, PoolHeld
from models.stack.row_keeper import LOOK, SWEEP, RowKeeper
from models.stack.wiring import Wiring
from sim import Refused, Timeout


def owner_of(engine: str, epoch: int) -> str:
    """What a row says of whose it is."""
    return f"{engine}@{epoch}"


def epoch_of(owner: str) -> tuple[str, int]:
    """Engine and epoch of an owner's name; ("", 0) if it is no engine's."""
    engine, at, epoch = owner.rpartition("@")
    return (engine, int(epoch)) if at else ("", 0)


class GpuEngine(llm_cache.Engine):
    """One incarnation. Until it holds its row it says nothing and hears nothing."""

    wiring: ClassVar[Wiring]
    is_there = False
    """Whether it has memory and serves."""

    def on_start(self) -> None:
        """What the incarnation before had in memory is gone with it."""
        number = self.wiring.at.engines.index(self.name)
        self._keeper = RowKeeper(self, self.wiring, "serving", number)
        self._row: veriflow.Row | None = None
        self.emit(PoolFreed(), at_once=True)
        super().on_start()
        self.spawn(self._look_after())

    def begin_epoch(self, identity: llm_cache.Identity) -> None:
        """Give the memory back, and begin when there is some again."""
        self.is_there = False
        if self._row is not None:
            self._row = None
            self.emit(PoolFreed(), at_once=True)
        self._report.cancel()
        self._deadline.cancel()
        self.spawn(self._begin(identity))

    async def _begin(self, identity: llm_cache.Identity) -> None:
        row = await self.hold(identity.epoch)
        self._row = row
        self.emit(PoolHeld(row.node, row.device, row.epoch, row.id, row.size), at_once=True)
        super().begin_epoch(identity)
        self.is_there = True

    async def hold(self, epoch: int) -> veriflow.Row:
        """A row for this epoch of the engine, in an epoch that the machine is in."""
        return await self._keeper.hold(owner_of(self.name, epoch), self.wiring.settings.engine_memory)

    async def _look_after(self) -> None:
        """A machine that does not answer, or is in another epoch, has nothing of this engine in its memory."""
        looks = 0
        while True:
            await self.sleep(LOOK)
            row, looks = self._row, looks + 1
            if row is None:
                continue
            try:
                is_mine = await self._keeper.stands(row)
            except (Refused, Timeout):
                is_mine = False
            if not is_mine and self._row is row:
                self.finish_draining()
            elif looks % SWEEP == 0:
                with suppress(Refused, Timeout):  # the next one will do
                    await self._keeper.sweep(row)

    # What it does not hear before it is there.

    def run(self, source: str, run: llm_cache.Run) -> None:
        """From a router, which asks again or elsewhere."""
        if self.is_there:
            super().run(source, run)

    def cancel(self, source: str, cancel: llm_cache.Cancel) -> None:
        """From a router."""
        if self.is_there:
            super().cancel(source, cancel)

    def noted(self, source: str, noted: llm_cache.Noted) -> None:
        """From a router."""
        if self.is_there:
            super().noted(source, noted)

    def asked_who(self, source: str, who: llm_cache.Who) -> None:
        """From a router, which will be told when there is something to tell."""
        if self.is_there:
            super().asked_who(source, who)

    def asked_inventory(self, source: str, ask: llm_cache.AskInventory) -> None:
        """From a router."""
        if self.is_there:
            super().asked_inventory(source, ask)

    def renew(self, source: str, renew: llm_cache.Renew) -> None:
        """From a router, which goes on with its plan until all have its version."""
        if self.is_there:
            super().renew(source, renew)

    def slow_down(self, factor: int) -> None:
        """From a fault: what begins later is slow too."""
        self._slow = factor
        if self.is_there:
            super().slow_down(factor)


def on_gpus(wiring: Wiring) -> type[GpuEngine]:
    """The engines of this stack."""
    return type("EngineOfStack", (wiring.parts.gpu_engine,), {"wiring": wiring})
