"""The payload of a record: one atomic batch of changes. Keys and values carry their lengths; no byte separates them."""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import Final

from models.veristore.machine.view import Change

_COUNT = Struct("<I")
_LENGTHS = Struct("<II")
_U64 = Struct("<Q")
DELETED: Final = 0xFFFFFFFF
"""The length of the value that says there is none."""


def pack(changes: Sequence[Change]) -> bytes:
    """Changes as bytes."""
    parts = [_COUNT.pack(len(changes))]
    for key, value in changes:
        parts.append(_LENGTHS.pack(len(key), DELETED if value is None else len(value)))
        parts.append(key)
        parts.append(value or b"")
    return b"".join(parts)


def size(changes: Sequence[Change]) -> int:
    """How many bytes `pack` makes of them."""
    return _COUNT.size + sum(_LENGTHS.size + len(key) + len(value or b"") for key, value in changes)


def unpack(payload: bytes) -> tuple[Change, ...]:
    """Changes from bytes whose CRC was right."""
    (count,) = _COUNT.unpack_from(payload)
    at, changes = _COUNT.size, []
    for _ in range(count):
        key_length, length = _LENGTHS.unpack_from(payload, at)
        at += _LENGTHS.size
        key = payload[at : at + key_length]
        at += key_length
        if length == DELETED:
            changes.append(Change(key, None))
        else:
            changes.append(Change(key, payload[at : at + length]))
            at += length
    return tuple(changes)


def mark_of_key(key: bytes) -> bytes:
    """8 bytes that stand for a key in events."""
    return blake2b(key, digest_size=8).digest()


def mark_of_entry(key: bytes, value: bytes, version: int) -> int:
    """What an entry adds to the digest of the map: a number below 2**64."""
    text = _U64.pack(len(key)) + key + _U64.pack(version) + value
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def effects(changes: Sequence[Change], version: int) -> bytes:
    """For events: 16 bytes for each change, the mark of the key and that of its new entry, or zeros if deleted."""
    parts = []
    for key, value in changes:
        entry = 0 if value is None else mark_of_entry(key, value, version)
        parts.append(mark_of_key(key) + _U64.pack(entry))
    return b"".join(parts)
