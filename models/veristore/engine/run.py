"""A run: a file of entries in order of their keys, written once and never changed.

Data blocks, then a footer that says how many entries there are. The index (first key of each block) and the filter are
rebuilt at every opening, from blocks whose CRCs were all checked; a block is checked again whenever it is read.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct
from typing import Final, NamedTuple

from models.veristore.engine.block import DATA, FOOTER, HEAD_SIZE, BlockFormat, pack, unpack
from models.veristore.engine.damage import Damage
from models.veristore.engine.filter import Filter
from models.veristore.engine.memtable import Entry
from models.veristore.engine.storage import Storage

PREFIX: Final = "run-"
_FOOTER = Struct("<QQ")
_COUNT_MAX: Final = 0xFFFF


def run_name(number: int) -> str:
    """The file of run `number`."""
    return f"{PREFIX}{number:08d}"


class Spot(NamedTuple):
    """Where a block stands, and the key that it begins with."""

    first: bytes
    offset: int
    room: int


class Run:
    """A run that was checked and is open. `index` has a spot for each block, in order."""

    def __init__(
        self, number: int, storage: Storage, form: BlockFormat, index: Sequence[Spot], keys: Filter, count: int
    ) -> None:
        self.number = number
        self.count = count
        self.filter = keys
        self._storage = storage
        self._form = form
        self._index = tuple(index)
        self._firsts = [spot.first for spot in index]

    @property
    def name(self) -> str:
        """Its file."""
        return run_name(self.number)

    def get(self, key: bytes) -> Entry | None:
        """What it says of a key; None if nothing. Damage if the block is bad."""
        if not self.filter.may_hold(key):
            return None
        place = bisect_right(self._firsts, key) - 1
        if place < 0:
            return None
        return next((entry for entry in self._block(place) if entry.key == key), None)

    def entries(self, begin: bytes = b"") -> Iterator[Entry]:
        """All entries from the key `begin` on, in order, block by block."""
        for place in range(max(0, bisect_right(self._firsts, begin) - 1), len(self._index)):
            for entry in self._block(place):
                if entry.key >= begin:
                    yield entry

    def all(self) -> list[Entry]:
        """All entries, with one read of the whole file."""
        data = self._storage.read(self.name)
        return [entry for spot in self._index for entry in self._open(spot, data, spot.offset)]

    def _block(self, place: int) -> list[Entry]:
        spot = self._index[place]
        return self._open(spot, self._storage.read(self.name, spot.offset, spot.room), 0)

    def _open(self, spot: Spot, data: bytes, at: int) -> list[Entry]:
        return unpack(self._form.open(self.number, spot.offset, data, at, f"block {spot.offset:,} of {self.name}"))


def write_run(number: int, storage: Storage, form: BlockFormat, entries: Sequence[Entry]) -> Run:
    """Write a run of these entries, which are in order of their keys; it is not synced yet."""
    data, index = encode_run(number, form, entries)
    storage.remove(run_name(number))  # one that was begun before, and came to nothing
    storage.append(run_name(number), data)
    return Run(number, storage, form, index, Filter(entry.key for entry in entries), len(entries))


def encode_run(number: int, form: BlockFormat, entries: Sequence[Entry]) -> tuple[bytes, list[Spot]]:
    """The file of a run, and where its blocks stand."""
    parts: list[bytes] = []
    index: list[Spot] = []
    offset = 0
    for group in _groups(entries, form.unit):
        parts.append(form.seal(number, offset, DATA, len(group), pack(group)))
        index.append(Spot(group[0].key, offset, len(parts[-1])))
        offset += len(parts[-1])
    parts.append(form.seal(number, offset, FOOTER, 0, _FOOTER.pack(number, len(entries))))
    return b"".join(parts), index


def open_run(number: int, storage: Storage, form: BlockFormat) -> Run:
    """Read a run, check all of it, and rebuild its index and filter. Damage if anything is wrong."""
    name = run_name(number)
    if not storage.exists(name):
        raise Damage(name, "the manifest lists it and it is not there")
    data = storage.read(name)
    index: list[Spot] = []
    keys: list[bytes] = []
    offset = 0
    while True:
        block = form.open(number, offset, data, offset, f"block {offset:,} of {name}")
        if block.kind == FOOTER:
            break
        entries = unpack(block)
        index.append(Spot(entries[0].key, offset, block.room))
        keys += [entry.key for entry in entries]
        offset += block.room
    _, count = _FOOTER.unpack(block.body)
    if count != len(keys):
        raise Damage(name, f"{len(keys)} entries are there of {count}")
    return Run(number, storage, form, index, Filter(keys), count)


def _groups(entries: Iterable[Entry], unit: int) -> Iterator[list[Entry]]:
    """Entries by blocks: as many as fit in one unit, or one that does not."""
    group: list[Entry] = []
    room = unit - HEAD_SIZE
    for entry in entries:
        if group and (entry.size > room or len(group) == _COUNT_MAX):
            yield group
            group, room = [], unit - HEAD_SIZE
        group.append(entry)
        room -= entry.size
    if group:
        yield group
