"""What survives a crash: every message that a party took in, in order, durable before anything that follows from it.

A party is a deterministic function of what it was told. So the messages are all that it must remember: read back, they
lead to the same signatures, the same votes and the same proposal, and never to a second one.
"""

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import TYPE_CHECKING

import msgspec

from models.bft.messages import Envelope, Input
from models.bft.requests import Submit
from sim import Message

if TYPE_CHECKING:
    from models.bft.party import Party

FILE = "journal"
_HEAD = Struct("<II")  # length, crc
_encode = msgspec.msgpack.Encoder().encode


class Entry(Message):
    """One message with its true source."""

    source: str
    told: Envelope | Input | Submit


_decode = msgspec.msgpack.Decoder(Entry).decode


class Journal:
    """The journal of one incarnation. A torn record at the end was never acted on, and is cut off."""

    def __init__(self, party: "Party") -> None:
        self._party = party
        self._keeps = party.settings.durable

    def remember(self, source: str, told: Envelope | Input | Submit) -> None:
        """Write a message down. What the party says because of it leaves when that is durable."""
        if not self._keeps:
            return
        disk = self._party.disk
        record = _encode(Entry(source, told))
        is_new = not disk.exists(FILE)
        disk.append(FILE, _HEAD.pack(len(record), zlib.crc32(record)) + record)
        disk.fsync(FILE)
        if is_new:
            disk.fsync_dir()

    def entries(self) -> list[Entry]:
        """All that was remembered, in order."""
        disk = self._party.disk
        if not self._keeps or not disk.exists(FILE):
            return []
        data = disk.read(FILE)
        found = list(_records(data))
        whole = sum(_HEAD.size + len(record) for record in found)
        if whole < len(data):
            disk.truncate(FILE, whole)
            disk.fsync(FILE)
        return [_decode(record) for record in found]


def _records(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + _HEAD.size <= len(data):
        length, crc = _HEAD.unpack_from(data, at)
        record = data[at + _HEAD.size : at + _HEAD.size + length]
        if len(record) < length or not length or zlib.crc32(record) != crc:
            return
        yield record
        at += _HEAD.size + length
