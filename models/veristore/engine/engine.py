"""The engine: the map of one directory, from opening it to the last batch.

    engine = Engine(disk, settings, tell)
    await engine.open()                      # READY, or FAULTY and `engine.damage` says why
    seq = engine.append([Change(key, value)])  # written, seen by `engine.pending_view()` only
    await engine.commit()                    # durable, seen by `engine.view()`
    await engine.checkpoint.flush(engine.applied)

One story at a time changes it; reads may come at any moment. It knows no clock and no actor.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from models.veristore.engine import batch
from models.veristore.engine.damage import BadSnapshot, Damage, TooLarge
from models.veristore.engine.layers import Layers
from models.veristore.engine.manifest import FILE as MANIFEST
from models.veristore.engine.memtable import Entry, Memtable
from models.veristore.engine.recovery import EMPTY, FAULTY, READY
from models.veristore.engine.segment import NO_CHAIN, PREFIX
from models.veristore.engine.snapshot import read, restore, take
from models.veristore.engine.storage import Files
from models.veristore.engine.tree import Tree, digest_of
from models.veristore.events import CorruptionFound, Digest, Proposed, RecoveryBegan, Restored, SnapshotRead
from models.veristore.machine.view import Change
from models.veristore.settings import Settings
from sim import Event

if TYPE_CHECKING:
    from models.veristore.parts import Parts


def _ignore(seq: int, changes: Sequence[Change]) -> None:
    """Nobody asked to be told."""


class Engine:
    """One incarnation of a store. `tell` is told every event; `parts` are the classes of which it is made.

    `applied_batch` is told of every batch that readers see from then on, at recovery also of those above the floor.
    """

    def __init__(
        self,
        files: Files,
        settings: Settings,
        tell: Callable[[Event], None],
        parts: "Parts",
        applied_batch: Callable[[int, Sequence[Change]], None] = _ignore,
    ) -> None:
        self.settings = settings
        self.tell = tell
        self._applied_batch = applied_batch
        self.parts = parts
        self.state = EMPTY
        self.damage: Damage | None = None
        self.storage = parts.storage(files)
        self.framing = parts.framing(settings.record_max)
        self.blocks = parts.blocks(settings.block)
        self.tree = Tree()
        self.manifest = parts.manifest(self)
        self.wal = parts.wal(self)
        self.checkpoint = parts.checkpoint(self)
        self.compaction = parts.compaction(self)
        self.shown_chain = NO_CHAIN
        self._pending: list[tuple[int, Sequence[Change]]] = []
        self._above = Memtable()

    async def open(self) -> None:
        """Recover. NoRoom if the disk refuses a change that recovery needs: make a new engine and try again."""
        self.tell(RecoveryBegan(sum(self.storage.size(name) for name in self.storage.names(PREFIX))))
        try:
            await self.parts.recovery(self).run()
        except Damage as damage:
            self.fail(damage)

    def fail(self, damage: Damage) -> None:
        """Serve nobody from here on: something durable is damaged."""
        if self.state != FAULTY:
            self.state, self.damage = FAULTY, damage
            self.tell(CorruptionFound(damage.item, damage.how))

    @property
    def exists(self) -> bool:
        """Whether there is a store in the directory."""
        return self.storage.exists(MANIFEST) or bool(self.storage.names(PREFIX))

    @property
    def ready(self) -> bool:
        """Whether it serves."""
        return self.state == READY

    # Batches

    @property
    def applied(self) -> int:
        """The seq of the newest batch that readers see."""
        return self.tree.applied

    @property
    def appended(self) -> int:
        """The seq of the newest batch that was appended, durable or not."""
        return self.wal.place.seq

    @property
    def room(self) -> int:
        """How many batches can be appended before the next `rotate`."""
        return self.wal.room

    def append(self, changes: Sequence[Change]) -> int:
        """Write one atomic batch; returns its seq. NoRoom or TooLarge: it was not written."""
        size = batch.size(changes)
        if size > self.settings.record_max:
            raise TooLarge(f"{size:,} bytes in one batch, {self.settings.record_max:,} are allowed")
        first = self.appended + 1
        seq = self.write(changes)
        self.tell(Proposed(first, seq))
        self._pending.append((seq, changes))
        for key, value in changes:
            self._above.put(Entry(key, seq, value))
        return seq

    def write(self, changes: Sequence[Change]) -> int:
        """Put a batch behind the log, as one record: it is there as a whole or not at all."""
        return self.wal.append(changes)

    async def commit(self) -> None:
        """Make everything appended durable, and then show it."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        chain = self.wal.place.chain
        await self.wal.sync()
        self._above = Memtable()
        for seq, changes in pending:
            self.apply(seq, changes)
        self.shown_chain = chain

    def apply(self, seq: int, changes: Sequence[Change]) -> None:
        """Show a durable batch."""
        self.tree.apply(seq, changes)
        self._applied_batch(seq, changes)

    # Reading

    def view(self) -> Layers:
        """What readers see: durable batches only."""
        return self.tree.view()

    def pending_view(self) -> Layers:
        """What the next batch sees: also those before it that are not durable yet."""
        return self.tree.view(self._above)

    def tell_digest(self) -> None:
        """Read the whole map, and tell the checks its digest."""
        self.tell(Digest(self.applied, self.tree.digest()))

    def snapshot(self) -> list[bytes]:
        """The chunks of a snapshot of what readers see."""
        return take(self)

    async def restore(self, source: str, chunks: Sequence[bytes]) -> None:
        """Make an empty directory a copy of a snapshot, for a new engine to open.

        BadSnapshot, NotEmpty or NoRoom: nothing was restored.
        """
        copy = read(chunks, self.parts.entries())
        digest = digest_of(copy.entries)
        self.tell(SnapshotRead(source, copy.seq, digest))
        if digest != copy.digest:
            raise BadSnapshot("its entries do not have the digest that its title says")
        await restore(self, copy)
        self.tell(Restored(source, copy.seq))

    # Upkeep

    @property
    def wants_checkpoint(self) -> bool:
        """Whether the memtable is full, or the log long."""
        settings = self.settings
        return (
            self.tree.memtable.size >= settings.memtable_max or self.applied - self.manifest.floor >= settings.log_max
        )

    async def rotate(self) -> None:
        """Begin a new segment, for more batches."""
        await self.wal.rotate()

    async def compact(self) -> bool:
        """Merge runs if there are enough of one size; returns whether there were."""
        inputs = self.compaction.choose()
        if inputs:
            await self.compaction.merge(inputs)
        return bool(inputs)

    async def compact_all(self) -> bool:
        """Merge all runs into one, which drops every tombstone; returns whether there was anything to gain."""
        runs = list(self.tree.runs)
        if len(runs) > 1:
            await self.compaction.merge(runs)
        return len(runs) > 1
