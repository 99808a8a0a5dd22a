"""Marks: the first 8 KiB of a segment say which of its records are durable.

With them a bad record can be told apart: what was never marked was perhaps never acknowledged, and may be a torn
write; what is marked, or has a marked one behind it, was durable, and something has damaged it since. A slot is written
when its record is durable, so any byte in it, whole or torn, is proof. It never crosses a sector.
"""

from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

from models.veristore.engine.record import Record

SLOTS: Final = 256
_FIELDS = Struct("<QQI")
_CRC = Struct("<I")
SLOT_SIZE: Final = 32
MARKS_SIZE: Final = SLOTS * SLOT_SIZE


class Mark(NamedTuple):
    """Record `seq` stands at `offset` of the segment, with this header CRC, and is durable."""

    seq: int
    offset: int
    header_crc: int


def slot_of(seq: int, first: int) -> int:
    """Where the mark of a record stands in the segment whose first record is `first`, in bytes."""
    return (seq - first) * SLOT_SIZE


def mark(record: Record, offset: int) -> bytes:
    """The mark of a record that stands at `offset`."""
    fields = _FIELDS.pack(record.seq, offset, record.header_crc)
    return (fields + _CRC.pack(crc32(fields))).ljust(SLOT_SIZE, b"\0")


def marked(data: bytes, seq: int, first: int) -> Mark | None:
    """What the mark of a record says; None if there is none, or not a whole one."""
    at = slot_of(seq, first)
    (crc,) = _CRC.unpack_from(data, at + _FIELDS.size)
    fields = data[at : at + _FIELDS.size]
    return Mark(*_FIELDS.unpack(fields)) if crc == crc32(fields) else None


def newest_marked(data: bytes, first: int) -> int:
    """The greatest seq that the segment `data`, from record `first` on, has a mark of; `first` - 1 if there is none."""
    used = len(data[:MARKS_SIZE].rstrip(b"\0"))
    return first - 1 + -(-used // SLOT_SIZE)
