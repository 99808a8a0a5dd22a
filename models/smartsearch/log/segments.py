"""A partition's records on disk: segments named by their first offset, each record behind its length and CRC.

Recovery reads the segments in order and stops at the first record that is not whole or not the next: what lies behind
was never acknowledged to anybody who needed it synced, and goes.
"""

from collections.abc import Callable
from struct import Struct
from typing import Protocol
from zlib import crc32

import msgspec

from models.smartsearch.log.messages import Record

_FRAME = Struct("<II")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


class Files(Protocol):
    """What a log needs of a disk."""

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end of a file."""
        ...

    def read(self, name: str) -> bytes:
        """The whole file."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """All files that begin so, sorted."""
        ...

    def truncate(self, name: str, size: int) -> None:
        """Cut a file."""
        ...

    def unlink(self, name: str) -> None:
        """Remove a file."""
        ...

    def fsync(self, name: str) -> object:
        """Make its bytes durable."""
        ...

    def fsync_dir(self) -> object:
        """Make names durable."""
        ...


class Segment:
    """One file: records from `first` on, with where each of them ends in the file."""

    def __init__(self, name: str, first: int) -> None:
        self.name = name
        self.first = first
        self.ends: list[int] = []
        self.newest = 0
        """The time of its last record, in ns."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.ends[-1] if self.ends else 0

    @property
    def end(self) -> int:
        """The offset behind its last record."""
        return self.first + len(self.ends)


class Segments:
    """The files of one partition. With `flush` every change is synced; what the broker says next waits for it."""

    def __init__(self, disk: Files, partition: int, per_segment: int, *, flush: bool) -> None:
        self._disk = disk
        self._prefix = f"p{partition}."
        self._per_segment = per_segment
        self._flush = flush
        self._segments: list[Segment] = []

    def recover(self, take: Callable[[Record], None]) -> None:
        """Read everything back, in order; cut what is torn, and drop what lies behind it."""
        names = self._disk.names(self._prefix)
        while names:
            segment = Segment(names[0], int(names.pop(0).removeprefix(self._prefix)))
            if self._segments and segment.first != self._segments[-1].end:
                names.insert(0, segment.name)
                break
            whole = self._read(segment, take)
            self._segments.append(segment)
            if not whole:
                break
        for name in names:
            self._disk.unlink(name)
        if names:
            self._disk.fsync_dir()

    def _read(self, segment: Segment, take: Callable[[Record], None]) -> bool:
        data, at = self._disk.read(segment.name), 0
        while (found := _record_at(data, at, segment.end)) is not None:
            record, at = found
            segment.ends.append(at)
            segment.newest = record.time
            take(record)
        if at < len(data):
            self._disk.truncate(segment.name, at)
            self._disk.fsync(segment.name)
        return at == len(data)

    def append(self, record: Record) -> None:
        """Write a record behind the others."""
        new = not self._segments or len(self._segments[-1].ends) >= self._per_segment
        if new:
            self._segments.append(Segment(f"{self._prefix}{record.offset:012d}", record.offset))
        segment = self._segments[-1]
        body = _encode(record)
        self._disk.append(segment.name, _FRAME.pack(len(body), crc32(body)) + body)
        segment.ends.append(segment.size + _FRAME.size + len(body))
        segment.newest = record.time
        if self._flush:
            self._disk.fsync(segment.name)
        if new:
            self._disk.fsync_dir()  # or a crash could take an earlier segment's name, and leave a later one's

    def truncate(self, end: int) -> None:
        """Drop every record from offset `end` on."""
        gone = False
        while self._segments and self._segments[-1].first >= end:
            self._disk.unlink(self._segments.pop().name)
            gone = True
        if self._segments and self._segments[-1].end > end:
            segment = self._segments[-1]
            del segment.ends[end - segment.first :]
            self._disk.truncate(segment.name, segment.size)
            self._disk.fsync(segment.name)
        if gone:
            self._disk.fsync_dir()

    def cut_before(self, upto: int, *, oldest: int, bytes_max: int) -> int | None:
        """Drop the first segment if it ends at or before `upto`, and is older than `oldest` or too much (`bytes_max`).

        Returns where the log begins now; None if nothing was dropped. The last segment always stays. One at a time,
        for a crash may undo removals in any order.
        """
        if len(self._segments) < 2:
            return None
        first, total = self._segments[0], sum(segment.size for segment in self._segments)
        if first.end > upto or not (first.newest < oldest or 0 < bytes_max < total):
            return None
        self._disk.unlink(first.name)
        self._disk.fsync_dir()
        self._segments.pop(0)
        return self._segments[0].first

    def clear(self) -> None:
        """Drop everything: the next record has any offset."""
        for segment in self._segments:
            self._disk.unlink(segment.name)
        self._disk.fsync_dir()
        self._segments.clear()


def _record_at(data: bytes, at: int, offset: int) -> tuple[Record, int] | None:
    """The record of this offset whose frame begins at `at`, and where its frame ends; None if there is none."""
    start = at + _FRAME.size
    if start > len(data):
        return None
    size, checksum = _FRAME.unpack_from(data, at)
    body = data[start : start + size]
    if not size or len(body) != size or crc32(body) != checksum:
        return None
    record = _decode(body)
    return (record, start + size) if record.offset == offset else None
