"""Upkeep: marks, checkpoints and compactions, each when it is due, between two groups of commands."""

from typing import TYPE_CHECKING

from models.veristore.engine.damage import NoRoom

if TYPE_CHECKING:
    from models.veristore.node import StoreNode


class Upkeep:
    """What is due, for one incarnation."""

    def __init__(self, node: "StoreNode") -> None:
        self._node = node
        self._settings = node.settings
        self._idle = node.timer(self._want_marks)
        self._clock = node.timer(self._want_checkpoint)
        self._marks = self._checkpoint = self._room = False
        self._refused = False  # a checkpoint found no room: the next one is only tried when something has changed
        self._done = 0

    def begin(self) -> None:
        """Start the clock of checkpoints."""
        if self._settings.checkpoint_every:
            self._clock.reset(self._settings.checkpoint_every)

    def committed(self) -> None:
        """A group is durable: its marks go with the next one, or alone if there is none soon."""
        if self._node.engine.wal.has_unmarked:
            self._idle.reset(self._settings.mark_idle)

    def make_room(self) -> None:
        """The disk is full: turn what was deleted into free space."""
        self._room, self._refused = True, False
        self._node.work()

    def room_returned(self) -> None:
        """What found no room may be tried again."""
        self._refused = False
        self._node.work()

    @property
    def is_urgent(self) -> bool:
        """Whether a checkpoint goes before the next group."""
        engine = self._node.engine
        return self._room or ((self._checkpoint or engine.wants_checkpoint) and not self._refused)

    @property
    def has_work(self) -> bool:
        """Whether something is due."""
        return self._marks or self.is_urgent

    async def do(self) -> None:
        """What is most urgent."""
        if not self.is_urgent:
            self._marks = False
            await self._node.engine.wal.mark_now()
            return
        everything, self._room, self._checkpoint = self._room, False, False
        try:
            await self._flush_and_merge(everything=everything)
        except NoRoom:
            self._refused = True
            self._node.space.run_out()

    async def _flush_and_merge(self, *, everything: bool) -> None:
        engine = self._node.engine
        if len(engine.tree.memtable):
            await engine.checkpoint.flush(engine.applied)
            self._tell_digest()
        if everything:
            merged = await engine.compact_all()
        else:
            merged = await engine.compact()
        if merged:
            self._tell_digest()

    def _tell_digest(self) -> None:
        self._done += 1
        every = self._settings.digest_every
        if every and self._done % every == 0:
            self._node.engine.tell_digest()

    def _want_marks(self) -> None:
        self._marks = True
        self._node.work()

    def _want_checkpoint(self) -> None:
        self._checkpoint, self._refused = True, False
        self._clock.reset(self._settings.checkpoint_every)
        self._node.work()
