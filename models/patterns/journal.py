"""A journal: records appended to one file, each durable before anything that follows it leaves the node.

What an actor sends or emits behind an `append` waits for its sync, so a handler writes down and answers in one breath.
A record is framed by length and checksum. Reading stops at the first frame that is not whole and cuts there: a crash
tears the tail only, and what was torn was never told to anyone. Damage in the middle is not looked for.
"""

from struct import Struct
from typing import Generic, Protocol, TypeVar
from zlib import crc32

import msgspec

from sim import Message

R = TypeVar("R", bound=Message)

_FRAME = Struct("<II")
_encode = msgspec.msgpack.Encoder().encode


class Files(Protocol):
    """What a journal needs of a disk."""

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end of a file, which is made if it is not there."""
        ...

    def read(self, name: str) -> bytes:
        """The whole file."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        ...

    def truncate(self, name: str, size: int) -> None:
        """Cut a file."""
        ...

    def fsync(self, name: str) -> object:
        """Make its bytes durable."""
        ...

    def fsync_dir(self) -> object:
        """Make names durable."""
        ...


class Journal(Generic[R]):
    """The file `name` on a disk; `kind` is the type of its records, or the union of their types."""

    def __init__(self, disk: Files, name: str, kind: object) -> None:
        self._disk = disk
        self._name = name
        self._decoder: msgspec.msgpack.Decoder[R] = msgspec.msgpack.Decoder(kind)
        self._there = disk.exists(name)

    def append(self, record: R) -> None:
        """Write one record behind the others. NoSpace if the disk is full."""
        body = _encode(record)
        self._disk.append(self._name, _FRAME.pack(len(body), crc32(body)) + body)
        self._disk.fsync(self._name)
        if not self._there:
            self._there = True
            self._disk.fsync_dir()

    def read(self) -> list[R]:
        """All records, in order. Call it once, at the start: it cuts a torn tail, and syncs what a killed process left.

        What it returns may not have been told to anybody, but from now on it is durable.
        """
        if not self._there:
            return []
        data = self._disk.read(self._name)
        records: list[R] = []
        offset = 0
        while (body := _body_at(data, offset)) is not None:
            records.append(self._decoder.decode(body))
            offset += _FRAME.size + len(body)
        if offset < len(data):
            self._disk.truncate(self._name, offset)
        self._disk.fsync(self._name)
        self._disk.fsync_dir()
        return records


def _body_at(data: bytes, offset: int) -> bytes | None:
    """The body of the frame at `offset`; None if there is no whole one."""
    start = offset + _FRAME.size
    if start > len(data):
        return None
    size, checksum = _FRAME.unpack_from(data, offset)
    body = data[start : start + size]
    return body if size and len(body) == size and crc32(body) == checksum else None
