"""Small durable records: two slots a type, the older overwritten, so that a crash leaves one whole.

A slot is a file: sequence, length and CRC, then the record. The second slot is made only after the first is durable;
while it is not there, a bad first slot means that nothing was ever saved, and afterwards it means corruption.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from sim.world.disk_errors import Corrupt, Unreadable
from sim.world.inode import Inode
from sim.world.sync import Sync

if TYPE_CHECKING:
    from sim.world.disk import Disk

S = TypeVar("S", bound=msgspec.Struct)

_HEAD = struct.Struct("<QII")
_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


@dataclass
class Slots:
    """The two slots of one type: their files, which of them holds the newest record, and its sequence."""

    names: tuple[str, str]
    inodes: list[Inode | None]
    newest: int
    sequence: int


def _names(kind: str) -> tuple[str, str]:
    return f"record.{kind}.0", f"record.{kind}.1"


def find(disk: "Disk", kind: str) -> Slots:
    """The slots of a type as they stand on the disk."""
    names = _names(kind)
    sequences = [0 if found is None else found[0] for found in (_read(disk, name) for name in names)]
    newest = 0 if sequences[0] > sequences[1] else 1
    return Slots(names, [disk.volume.directory.live.get(name) for name in names], newest, max(sequences))


def save(disk: "Disk", slots: Slots, record: msgspec.Struct) -> Sync:
    """Write a record over the older slot and sync it."""
    place = 1 - slots.newest
    name, inode = slots.names[place], slots.inodes[place]
    disk.write(name, 0, _seal(name, slots.sequence + 1, _ENCODE(record)))
    slots.newest = place  # only now: a write that was refused must not turn the next one upon the newest record
    slots.sequence += 1
    return disk.sync(inode, name) if inode is not None else _make(disk, slots, place)


def _make(disk: "Disk", slots: Slots, place: int) -> Sync:
    """Make the name of a new slot durable too; the first time, behind it, that of an empty second slot."""
    disk.fsync(slots.names[place])
    other = 1 - place
    if slots.inodes[other] is None:
        disk.write(slots.names[other], 0, b"")
    slots.inodes = [disk.volume.directory.live[name] for name in slots.names]
    return disk.fsync_dir()


def load(disk: "Disk", kind: type[S]) -> S | None:
    """The newest valid record of a type; None if there never was one; Corrupt if there was and both slots are bad."""
    names = _names(kind.__name__)
    found = [one for one in (_read(disk, name) for name in names) if one is not None]
    if found:
        return msgspec.msgpack.decode(max(found)[1], type=kind)
    if disk.exists(names[1]):
        raise Corrupt(disk.name, f"both copies of the {kind.__name__} are bad")
    return None


def _seal(name: str, sequence: int, body: bytes) -> bytes:
    return _HEAD.pack(sequence, len(body), _crc(name, sequence, body)) + body


def _crc(name: str, sequence: int, body: bytes) -> int:
    """The check over record, sequence and slot: a record that was written to the wrong place is no record there."""
    return zlib.crc32(body, zlib.crc32(f"{name} {sequence}".encode()))


def _read(disk: "Disk", name: str) -> tuple[int, bytes] | None:
    """(sequence, record) of a slot, None if it is not there or bad."""
    if not disk.exists(name):
        return None
    try:
        blob = disk.read(name)
    except Unreadable:
        return None
    if len(blob) < _HEAD.size:
        return None
    sequence, length, crc = _HEAD.unpack_from(blob)
    body = blob[_HEAD.size : _HEAD.size + length]
    if len(body) != length or _crc(name, sequence, body) != crc:
        return None
    return sequence, body
