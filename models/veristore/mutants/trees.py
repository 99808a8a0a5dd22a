# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of checkpoints, runs, compaction and snapshots: each class overrides one rule of a part."""

from collections.abc import Sequence
from zlib import crc32

from models.veristore.engine.block import BlockFormat
from models.veristore.engine.checkpoint import Checkpoint
from models.veristore.engine.compaction import Compaction
from models.veristore.engine.filter import Filter
from models.veristore.engine.layers import newest
from models.veristore.engine.manifest import Listed
from models.veristore.engine.memtable import Entry
from models.veristore.engine.run import Run, encode_run, open_run
from models.veristore.engine.snapshot import EntryFormat


class SnapshotInPlace(Checkpoint):
    """Keeps one run, and overwrites its file with everything before the log is dropped."""

    async def flush(self, floor: int) -> None:
        if not self._tree.runs:
            await super().flush(floor)
            return
        engine, old = self._engine, self._tree.runs[0]
        entries = list(newest([old.all(), self._tree.memtable.entries()]))
        self._storage.truncate(old.name, 0)
        self._storage.append(old.name, encode_run(old.number, engine.blocks, entries)[0])
        await self._storage.sync(old.name)
        await self.commit(None, floor)
        self._tree.replace([old], open_run(old.number, engine.storage, engine.blocks))
        await engine.wal.rotate()
        await engine.wal.drop(floor)


class LogBeforeManifest(Checkpoint):
    """Drops the log first, and then says in the manifest that it is not needed."""

    async def flush(self, floor: int) -> None:
        run = await self.write()
        await self._engine.wal.rotate()
        await self._engine.wal.drop(floor)
        await self.commit(run, floor)


class RunsForgotten(Checkpoint):
    """Knows its runs by heart, and lists none."""

    def listed(self, run: Run | None) -> tuple[Listed, ...]:  # noqa: ARG002
        return ()


class NoAddress(BlockFormat):
    """A block's CRC says nothing of where the block belongs."""

    def crc(self, run: int, offset: int, said: bytes) -> int:  # noqa: ARG002
        return crc32(said)


class EarlyTombstone(Compaction):
    """Drops tombstones in every merge: older runs come to light again."""

    def drops_tombstones(self, inputs: Sequence[Run]) -> bool:  # noqa: ARG002
        return True


class StaleFilter(Compaction):
    """Gives the output the filter of its oldest input."""

    def filter_of(self, inputs: Sequence[Run], entries: Sequence[Entry]) -> Filter:  # noqa: ARG002
        return inputs[0].filter


class LateManifestDrop(Compaction):
    """Removes the inputs first, and then takes them from the manifest."""

    async def commit(self, inputs: Sequence[Run], output: Run | None) -> None:
        await self.remove(inputs)
        await self._manifest.commit(self.edit(inputs, output))
        self._tree.replace(inputs, output)


class TextSnapshot(EntryFormat):
    """Puts a tab between the fields and a newline behind each entry, as if keys and values had none."""

    def pack(self, entries: Sequence[Entry]) -> bytes:
        return b"".join(b"%b\t%d\t%b\n" % (key, seq, value or b"") for key, seq, value in entries)

    def unpack(self, data: bytes) -> list[Entry]:
        lines = [line.split(b"\t") for line in data.split(b"\n")]
        return [Entry(line[0], int(line[1]), line[2]) for line in lines if len(line) > 2 and line[1].isdigit()]
