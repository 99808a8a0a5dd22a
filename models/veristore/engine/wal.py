"""The write-ahead log while it is written: records behind each other, marks that follow, segments.

What is appended is durable after `sync` and not before. Marks of durable records go with the next group's sync, or
alone when nothing follows: written earlier they would claim what is not so, and never a sync of their own is spent on
them while there is work.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from models.veristore.engine import batch
from models.veristore.engine.damage import NoRoom
from models.veristore.engine.marks import SLOTS, mark, slot_of
from models.veristore.engine.record import BATCH, Record
from models.veristore.engine.scan import chain_after
from models.veristore.engine.segment import START, Place, Segment, begin, segments
from models.veristore.events import Appended, Durable, SegmentDropped
from models.veristore.machine.view import Change

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine


class Wal:
    """The log of one incarnation, from the segment that `start` begins on."""

    def __init__(self, engine: "Engine") -> None:
        self._tell = engine.tell
        self._storage = engine.storage
        self._framing = engine.framing
        self._settings = engine.settings
        self.place = START
        self._segment = Segment(1, 0)
        self._unmarked: list[tuple[int, bytes]] = []  # (offset, mark) of durable records that lack theirs
        self._fresh: list[tuple[int, bytes]] = []  # those of records that are not durable yet
        self._open = 0  # how many records are not

    @property
    def room(self) -> int:
        """How many records the segment still takes."""
        return min(self._settings.segment_records, SLOTS) - (self.place.seq + 1 - self._segment.first)

    @property
    def has_unmarked(self) -> bool:
        """Whether a durable record lacks its mark."""
        return bool(self._unmarked)

    async def start(self, place: Place, epoch: int) -> None:
        """Begin a segment behind `place`, durable with its name. Segments before it are left as they are."""
        segment = Segment(place.seq + 1, epoch)
        self._storage.append(segment.name, begin(self._framing, segment, place))
        await self._storage.sync(segment.name)
        await self._storage.sync_names()
        self._segment, self.place = segment, place
        self._unmarked = []  # marks of the old segment that could not be written: the new one proves as much

    async def rotate(self) -> None:
        """Mark what the segment holds and begin the next one: a later segment proves that all before it is durable."""
        await self.mark_now()
        if self.place.seq >= self._segment.first:
            await self.start(self.place, self._segment.epoch)

    def append(self, changes: Sequence[Change]) -> int:
        """Write one batch behind the last; returns its seq. NoRoom if the disk is full."""
        place = self.place
        seq, epoch = place.seq + 1, self._segment.epoch
        assert self.room, "a segment is full and was not rotated"
        record = self._framing.seal(BATCH, epoch, seq, place.crc, batch.pack(changes))
        chain = chain_after(place.chain, record)
        offset = self._storage.size(self._segment.name)
        self._storage.append(self._segment.name, record.raw)
        self._tell(Appended(seq, epoch, chain, batch.effects(changes, seq)))
        self._note(record, offset)
        self._open += 1
        self.place = Place(seq, record.crc, chain)
        return seq

    async def sync(self) -> None:
        """Make everything appended durable, with the marks that waited for this."""
        late = self._write_marks()
        await self._storage.sync(self._segment.name)
        self._unmarked, self._fresh = [*late, *self._fresh], []
        if self._open:
            self._tell(Durable(self.place.seq, self._open))
            self._open = 0

    async def mark_now(self) -> None:
        """Mark everything durable, with a sync of its own."""
        if self._unmarked:
            await self.sync()

    async def drop(self, floor: int) -> None:
        """Remove the segments that hold nothing above `floor`, but for the one that is written."""
        there = segments(self._storage)
        dropped = []
        for segment, following in pairwise(there):
            last = following.first - 1
            is_needed = segment.first <= last and last > floor
            if is_needed or segment == self._segment:
                continue
            if not self._storage.remove_if_possible(segment.name):
                break
            dropped.append(SegmentDropped(segment.first, last))
        if not dropped:
            return
        await self._storage.sync_names()
        for event in dropped:
            self._tell(event)

    def _note(self, record: Record, offset: int) -> None:
        """Keep the mark of a record; written early, it goes with the record itself."""
        slot = slot_of(record.seq, self._segment.first)
        if (
            self._settings.marks == "early"
        ):  # no refusal can come now: the record was taken, and a mark is within the file
            self._storage.write(self._segment.name, slot, mark(record, offset))
        else:
            self._fresh.append((slot, mark(record, offset)))

    def _write_marks(self) -> list[tuple[int, bytes]]:
        """Write the marks that wait; returns those that a read-only file system refused: they can wait longer."""
        for place, (slot, said) in enumerate(self._unmarked):
            try:
                self._storage.write(self._segment.name, slot, said)
            except NoRoom:
                return self._unmarked[place:]
        return []
