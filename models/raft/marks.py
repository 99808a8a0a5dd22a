"""Marks: the identity of every entry, apart from the entry ("Protocol-Aware Recovery", section 3.3, FAST 2018).

The file `log.marks-<base>` holds a slot of 64 bytes for each entry behind the base, so that no slot spans two sectors:
a power cut leaves it whole or not at all, and a slot that is neither empty nor whole has rotted. A mark is durable
before the entry is acknowledged. An entry without a mark was therefore never acknowledged; one with a mark that cannot
be read was lost by the disk, and the mark says which it was.
"""

from dataclasses import dataclass
from struct import Struct
from zlib import crc32

SLOT = 64
_FIELDS = Struct("<QQQI8s8sI")
_CRC = Struct("<I")
_EMPTY = bytes(SLOT)


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry: where it stands in the log file, its frame's size and CRC, the chain before it and with it."""

    index: int
    term: int
    offset: int
    size: int
    before: bytes
    chain: bytes
    crc: int

    def pack(self) -> bytes:
        """The slot."""
        body = _FIELDS.pack(self.index, self.term, self.offset, self.size, self.before, self.chain, self.crc)
        return (body + _CRC.pack(crc32(body))).ljust(SLOT, b"\0")


def file_of(base: int) -> str:
    """The file of the marks of a log with this base."""
    return f"log.marks-{base}"


def place_of(base: int, index: int) -> int:
    """Where the slot of an entry is, in bytes."""
    return (index - base - 1) * SLOT


def read_marks(data: bytes, base: int) -> tuple[dict[int, Mark], set[int]]:
    """The marks by index, and the indices whose slots have rotted."""
    marks: dict[int, Mark] = {}
    rotten: set[int] = set()
    for number in range(-(-len(data) // SLOT)):
        slot, index = data[number * SLOT : (number + 1) * SLOT].ljust(SLOT, b"\0"), base + 1 + number
        if slot == _EMPTY:
            continue
        mark = _unpack(slot)
        if mark is None or mark.index != index:
            rotten.add(index)
        else:
            marks[index] = mark
    return marks, rotten


def _unpack(slot: bytes) -> Mark | None:
    body = slot[: _FIELDS.size]
    (crc,) = _CRC.unpack_from(slot, _FIELDS.size)
    return Mark(*_FIELDS.unpack(body)) if crc == crc32(body) else None
