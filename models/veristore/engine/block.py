"""Blocks of a run: some entries behind a CRC that also covers where they belong.

A block that a disk wrote to another place, or an old one that a lost write left there, is whole and has a right CRC of
its own content. So the CRC covers the run's number and the block's offset too (Bairavasundaram and others, FAST 2008).
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

from models.veristore.engine.batch import DELETED
from models.veristore.engine.damage import Damage
from models.veristore.engine.memtable import Entry

DATA: Final = 1
FOOTER: Final = 2
_HEAD = Struct("<IIIHH")  # CRC, magic and version, length of the body, entries, kind
_ADDRESS = Struct("<QQ")
_ENTRY = Struct("<IIQ")
HEAD_SIZE: Final = _HEAD.size
_MAGIC: Final = 0x014B4C42


class Block(NamedTuple):
    """A block as read: its kind, its entries' bytes and their number, and the bytes it takes in the file."""

    kind: int
    entries: int
    body: bytes
    room: int


class BlockFormat:
    """How blocks are written and read. Each takes a multiple of `unit` bytes, the rest is zeros."""

    def __init__(self, unit: int) -> None:
        self.unit = unit

    def crc(self, run: int, offset: int, said: bytes) -> int:
        """The check sum of a block: over what it says, and over where it stands."""
        return crc32(said, crc32(_ADDRESS.pack(run, offset)))

    def seal(self, run: int, offset: int, kind: int, count: int, body: bytes) -> bytes:
        """A block for `offset` of run number `run`."""
        head = _HEAD.pack(0, _MAGIC, len(body), count, kind)[4:]
        crc = self.crc(run, offset, head + body)
        block = crc.to_bytes(4, "little") + head + body
        return block.ljust(self._room(len(body)), b"\0")

    def open(self, run: int, offset: int, data: bytes, at: int, item: str) -> Block:
        """The block at `at` of `data`; Damage (of `item`) if it is not what was written at `offset` of the run."""
        if len(data) < at + HEAD_SIZE:
            raise Damage(item, "the file ends within the head of a block")
        crc, magic, length, count, kind = _HEAD.unpack_from(data, at)
        if magic != _MAGIC:
            raise Damage(item, "there is no block, or one of another version")
        end = at + HEAD_SIZE + length
        if end > len(data) or crc != self.crc(run, offset, data[at + 4 : end]):
            raise Damage(item, "the block does not match its CRC, or belongs to another place")
        return Block(kind, count, data[at + HEAD_SIZE : end], self._room(length))

    def _room(self, length: int) -> int:
        return -(-(HEAD_SIZE + length) // self.unit) * self.unit


def pack(entries: Sequence[Entry]) -> bytes:
    """Entries as bytes."""
    parts = []
    for key, seq, value in entries:
        parts.append(_ENTRY.pack(len(key), DELETED if value is None else len(value), seq))
        parts.append(key)
        parts.append(value or b"")
    return b"".join(parts)


def unpack(block: Block) -> list[Entry]:
    """The entries of a data block."""
    entries, at, body = [], 0, block.body
    for _ in range(block.entries):
        key_length, length, seq = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        key = body[at : at + key_length]
        at += key_length
        if length == DELETED:
            entries.append(Entry(key, seq, None))
        else:
            entries.append(Entry(key, seq, body[at : at + length]))
            at += length
    return entries
