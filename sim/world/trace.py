"""What happened, in order: records, the fingerprint over all of them, and the checkpoints that locate a difference.

Records are collected as tuples and encoded 1,024 at a time, which costs less than one by one; the bytes
of every chunk are hashed onto the hash of the chunk before. Equal fingerprints mean equal runs, equal checkpoints mean
equal runs up to there. What was said cannot change (law 6), so encoding late is the same as encoding at once.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

import msgspec

DELIVER: Final = 1
"""(t, DELIVER, source, target, sent_ns, cause, message)"""
LOST: Final = 2
"""(t, LOST, source, target, sent_ns, cause, message, why)"""
TIMER: Final = 3
"""(t, TIMER, node, name)"""
EMIT: Final = 4
"""(t, EMIT, node, incarnation, cause, event)"""
FAULT: Final = 5
"""(t, FAULT, id, what, kind, targets)"""
NODE: Final = 6
"""(t, NODE, node, incarnation, what)"""
CALL: Final = 7
"""(t, CALL, op, client, f, key, arg)"""
RETURN: Final = 8
"""(t, RETURN, op, client, outcome, result)"""
WAKE: Final = 9
"""(t, WAKE, node, task)"""

Record = tuple[Any, ...]

CHUNK: Final = 1024
"""Records that are encoded and hashed at once."""
_CHECKPOINTS_MAX = 4096
_DIGEST = 16


class Trace:
    """The records of one run. With `keep` they stay, encoded, and can be read; without, only the hashes do.

    A range of numbers, counted from 0, keeps the chunks that hold those records: the first of them is `first_kept`.

    `at` counts records; `cause` is the number of the record that is being handled, which what follows from it names.
    """

    __slots__ = (
        "_chunks",
        "_encode",
        "_flushes",
        "_folded",
        "_hash",
        "at",
        "buffer",
        "cause",
        "checkpoints",
        "first_kept",
        "keep",
        "stride",
    )

    def __init__(self, keep: bool | range = False) -> None:
        self.at = 0
        self.cause = 0
        self.keep = keep
        self.first_kept = 0 if isinstance(keep, bool) else keep.start // CHUNK * CHUNK
        self.buffer: list[Record] = []
        self._chunks: list[bytes] = []
        self.checkpoints: list[tuple[int, str]] = []
        self.stride = 1
        self._flushes = 0
        self._folded = 0
        self._hash = bytes(_DIGEST)
        self._encode = msgspec.msgpack.Encoder(order="deterministic").encode

    def record(self, *record: Any) -> int:
        """Add one record (time first, then one of the codes above); returns its number, from 1."""
        self.at = at = self.at + 1
        self.buffer.append(record)
        return at

    def flush(self) -> None:
        """Fold what was collected into the hash in whole chunks; the rest waits, so chunks depend on records alone."""
        buffer = self.buffer
        if len(buffer) < CHUNK:
            return
        whole = len(buffer) - len(buffer) % CHUNK
        for at in range(0, whole, CHUNK):
            self._fold(buffer[at : at + CHUNK])
        del buffer[:whole]

    def _fold(self, records: list[Record]) -> None:
        chunk = self._encode(records)
        if self._keeps(self._folded, len(records)):
            self._chunks.append(_framed(chunk))
        self._folded += len(records)
        self._hash = _chained(self._hash, chunk)
        self._flushes += 1
        if self._flushes % self.stride == 0:
            self._checkpoint()

    def _keeps(self, first: int, count: int) -> bool:
        """Whether so many records from `first` on are wanted."""
        keep = self.keep
        return keep if isinstance(keep, bool) else first + count > keep.start and first < keep.stop

    def _checkpoint(self) -> None:
        self.checkpoints.append((self._folded, self._hash.hex()))
        if len(self.checkpoints) > _CHECKPOINTS_MAX:
            self.checkpoints = self.checkpoints[1::2]
            self.stride *= 2

    def fingerprint(self) -> str:
        """32 hex digits over every record so far. Asking for it changes nothing."""
        self.flush()
        return (_chained(self._hash, self._encode(self.buffer)) if self.buffer else self._hash).hex()

    def kept(self) -> list[bytes]:
        """The kept records so far, encoded in chunks, each behind its length; `decode_records` reads them."""
        self.flush()
        wanted = bool(self.buffer) and self._keeps(self._folded, len(self.buffer))
        rest = [_framed(self._encode(self.buffer))] if wanted else []
        return self._chunks + rest

    def records(self) -> Iterator[list[Any]]:
        """The kept records, decoded: messages and events are lists that begin with the name of their type."""
        return decode_records(b"".join(self.kept()))


def _chained(before: bytes, chunk: bytes) -> bytes:
    return blake2b(chunk, key=before, digest_size=_DIGEST).digest()


def _framed(chunk: bytes) -> bytes:
    return len(chunk).to_bytes(4, "little") + chunk


def decode_records(data: bytes) -> Iterator[list[Any]]:
    """The records of kept chunks, each of which stands behind its length in four bytes."""
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        yield from msgspec.msgpack.decode(data[at + 4 : end])
        at = end
