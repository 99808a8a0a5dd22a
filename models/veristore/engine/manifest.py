"""The manifest: which runs there are, and how far they cover the log.

A file of edits, each a record behind the one before, each durable before anything relies on it. After a hundred edits
the file is written anew beside the old one and takes its name.
"""

from typing import TYPE_CHECKING, Final

import msgspec

from models.veristore.engine.damage import Damage, NoRoom
from models.veristore.engine.record import EDIT, MAGIC, Flaw, Record
from models.veristore.engine.segment import NO_CHAIN
from models.veristore.events import ManifestEdited
from sim import Message

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine

FILE: Final = "manifest"
DRAFT: Final = "manifest.tmp"
EDIT_MAX: Final = 1 << 20
_MAGIC = MAGIC.to_bytes(4, "little")


class Listed(Message):
    """A run as the manifest lists it: its number, and the bytes of its file."""

    number: int
    size: int


class Edit(Message):
    """One change: runs that come in the place of runs that go; None leaves what it names as it was.

    `floor` is the seq that the runs cover and `chain` the log's chain there, `highest` a seq that is durable.
    """

    add: tuple[Listed, ...] = ()
    drop: tuple[int, ...] = ()
    floor: int | None = None
    chain: bytes | None = None
    epoch: int | None = None
    highest: int | None = None
    next_run: int | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Edit).decode


class Manifest:
    """The manifest of one incarnation: `read` it, then `commit` edits."""

    def __init__(self, engine: "Engine") -> None:
        self._tell = engine.tell
        self._storage = engine.storage
        self._framing = engine.parts.framing(EDIT_MAX)
        self._edits_max = engine.settings.manifest_edits
        self.runs: list[Listed] = []
        self.floor = 0
        self.chain = NO_CHAIN
        self.epoch = 0
        self.highest = 0
        self.next_run = 1
        self._edits = 0  # in this file
        self._seq = 0
        self._crc = 0

    async def read(self) -> None:
        """Read the file and make sure of it; a torn last edit was never relied on and is cut. Damage if it is bad."""
        data = self._storage.read(FILE)
        at = 0
        while at < len(data):
            found = self._framing.read(data, at)
            how = found.how if isinstance(found, Flaw) else self._misfit(found)
            if how is not None:
                self._refuse_damage(data, at, how, found)
                self._storage.truncate(FILE, at)
                break
            assert isinstance(found, Record), "a flaw has a reason"
            self._take(found)
            at += found.size
        if not self._edits:
            raise Damage(FILE, "it holds no edit")
        await self._storage.sync(FILE)

    async def create(self, edit: Edit) -> None:
        """Write the first one, with its name: from here on the store exists."""
        await self._replace(edit)

    async def commit(self, edit: Edit) -> None:
        """Make an edit durable. NoRoom if the disk is full: then nothing has changed."""
        record = self._seal(edit)
        self._storage.append(FILE, record.raw)
        await self._storage.sync(FILE)
        self._take(record)
        self._tell(ManifestEdited(self._seq))
        if self._edits >= self._edits_max:
            await self._shorten()

    def apply(self, edit: Edit) -> None:
        """Be as an edit says."""
        numbers = [run.number for run in self.runs]
        place = next((place for place, number in enumerate(numbers) if number in edit.drop), len(numbers))
        kept = [run for run in self.runs if run.number not in edit.drop]
        self.runs = [*kept[:place], *edit.add, *kept[place:]]
        self.floor = self.floor if edit.floor is None else edit.floor
        self.chain = self.chain if edit.chain is None else edit.chain
        self.epoch = self.epoch if edit.epoch is None else edit.epoch
        self.highest = self.highest if edit.highest is None else max(self.highest, edit.highest)
        self.next_run = self.next_run if edit.next_run is None else max(self.next_run, edit.next_run)

    async def _shorten(self) -> None:
        whole = Edit(tuple(self.runs), (), self.floor, self.chain, self.epoch, self.highest, self.next_run)
        try:
            await self._replace(whole)
        except NoRoom:
            return  # the long file is as good

    async def _replace(self, edit: Edit) -> None:
        """Put a file with one edit in the place of the manifest. A crash leaves the one or the other."""
        self._storage.remove(DRAFT)
        record = self._framing.seal(EDIT, edit.epoch or 0, self._seq + 1, 0, _encode(edit))
        self._storage.append(DRAFT, record.raw)
        await self._storage.sync(DRAFT)
        self._storage.rename(DRAFT, FILE)
        await self._storage.sync_names()
        self.runs = []
        self._take(record)
        self._edits = 1
        self._tell(ManifestEdited(self._seq))

    def _seal(self, edit: Edit) -> Record:
        return self._framing.seal(EDIT, self.epoch, self._seq + 1, self._crc, _encode(edit))

    def _take(self, record: Record) -> None:
        self._seq, self._crc = record.seq, record.crc
        self._edits += 1
        self.apply(_decode(record.payload))

    def _misfit(self, record: Record) -> str | None:
        if record.kind != EDIT:
            return f"a record of kind {record.kind} stands where an edit should"
        if self._edits and (record.seq != self._seq + 1 or record.prev != self._crc):
            return "it does not follow the edit before it"
        return None

    def _refuse_damage(self, data: bytes, at: int, how: str, found: Record | Flaw) -> None:
        """A bad edit is a torn write only if it is the last thing in the file, and not the only one."""
        item = f"edit at byte {at:,} of the {FILE}"
        if isinstance(found, Record) or found.foreign or not self._edits:
            raise Damage(item, how)
        behind = at
        while (behind := data.find(_MAGIC, behind + 1)) >= 0:
            if isinstance(self._framing.read(data, behind), Record):
                raise Damage(item, f"{how}, and a later edit is whole")
