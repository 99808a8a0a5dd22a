"""A checkpoint: the memtable becomes a run, and the log up to there is not needed any more.

The order is the promise: run written, synced, its name synced; the edit that lists it synced; only then are segments
removed. A crash in between leaves a run that nobody lists, or segments that are read in vain.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.veristore.engine.manifest import Edit, Listed
from models.veristore.engine.memtable import Entry
from models.veristore.engine.run import Run, open_run, write_run
from models.veristore.events import Flushed

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine


class Checkpoint:
    """Makes runs of memtables. One at a time, and no batch is appended meanwhile."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._storage = engine.storage
        self._manifest = engine.manifest
        self._tree = engine.tree

    async def flush(self, floor: int) -> None:
        """Cover the log up to `floor`, which is all of it. NoRoom if the disk is full: then nothing has changed."""
        engine = self._engine
        assert floor == engine.appended, "a checkpoint is made of everything that was appended"
        run = await self.write()
        await engine.wal.rotate()
        await self.commit(run, floor)
        await engine.wal.drop(floor)

    async def write(self) -> Run | None:
        """The run of the memtable, durable with its name; None if there is nothing to write."""
        entries = list(self._tree.memtable.entries())
        return await make_run(self._engine, entries) if entries else None

    async def commit(self, run: Run | None, floor: int) -> None:
        """Let the manifest say that the runs cover the log up to `floor`."""
        await self._manifest.commit(self.edit(run, floor))
        self._tree.flushed(run)
        self._engine.tell(Flushed(run.number if run else 0, floor))

    def edit(self, run: Run | None, floor: int) -> Edit:
        """What the manifest has to know."""
        chain = self._engine.wal.place.chain
        return Edit(self.listed(run), floor=floor, chain=chain, highest=floor, next_run=self._next(run))

    def listed(self, run: Run | None) -> tuple[Listed, ...]:
        """The run as the manifest lists it."""
        return () if run is None else (Listed(run.number, self._storage.size(run.name)),)

    def _next(self, run: Run | None) -> int | None:
        return None if run is None else run.number + 1


async def make_run(engine: "Engine", entries: Sequence[Entry]) -> Run:
    """A new run of these entries, durable with its name, read back if the settings say so, and not listed yet."""
    number, storage = engine.manifest.next_run, engine.storage
    run = write_run(number, storage, engine.blocks, entries)
    await storage.sync(run.name)
    await storage.sync_names()
    return open_run(number, storage, engine.blocks) if engine.settings.read_back else run
