"""A router's index log: records framed by length and checksum, written in groups, cut short by snapshots.

Losing the tail is harmless, for the index is a hint; so nothing waits for it. A record's place in the chain of digests
says whether what is read is what was written. Files are `index.<n>`; a new one takes the old one's place once durable.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from struct import Struct
from typing import Protocol
from zlib import crc32

import msgspec

from models.llm_cache.events import Compacted, Synced, Written
from models.llm_cache.records import Head, Record
from models.llm_cache.settings import Settings
from sim import Event, Message, Timer

_FRAME = Struct("<II")
_encode = msgspec.msgpack.Encoder().encode
_HEAD = msgspec.msgpack.Decoder(Head)
_BODY: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)
PREFIX = "index."
FIRST = bytes(8)


class Files(Protocol):
    """What the log needs of a disk."""

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end of a file."""

    def read(self, name: str) -> bytes:
        """The whole file."""

    def names(self, prefix: str) -> list[str]:
        """All files whose names begin so."""

    def truncate(self, name: str, size: int) -> None:
        """Cut a file."""

    def unlink(self, name: str) -> None:
        """Remove a name."""

    def fsync(self, name: str) -> object:
        """Make its bytes durable."""

    def fsync_dir(self) -> object:
        """Make names durable."""


class Keeper(Protocol):
    """What it needs of its router."""

    settings: Settings

    def emit(self, event: Event, *, at_once: bool = False) -> None:
        """Tell the checks."""

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer of the router."""

    def when_durable(self, callback: Callable[[], None]) -> None:
        """Call back when all syncs so far are done."""


def digest_of(plain: bytes, before: bytes) -> bytes:
    """The chain of digests up to a record, of which `plain` are the bytes that say all of it."""
    return blake2b(before + plain, digest_size=8).digest()


class IndexLog:
    """The log of one incarnation. `everything` gives the records that a snapshot needs."""

    def __init__(self, keeper: Keeper, disk: Files, everything: Callable[[], Iterable[Record]]) -> None:
        self._keeper = keeper
        self._disk = disk
        self._everything = everything
        self._waiting: list[Record] = []
        self._timer = keeper.timer(self._flush)
        self._generation = 0
        self._in_file = self._whole = 0
        self._switching = False
        self.records = 0
        self.digest = FIRST
        self.torn = False

    def read(self) -> list[Record]:
        """What the last incarnation left: the newest whole file, up to the first frame that is not whole."""
        found: list[Record] = []
        for name in sorted(self._disk.names(PREFIX), key=_generation, reverse=True):
            bodies, end = _frames(self._disk.read(name))
            if not _is_finished(bodies):
                self._disk.unlink(name)
                continue
            self._generation = _generation(name)
            found = self._take(name, bodies, end)
            break
        for name in self._disk.names(PREFIX):
            if _generation(name) < self._generation:
                self._disk.unlink(name)
        return found

    def append(self, record: Record) -> None:
        """Behind the others, within `commit`."""
        self._waiting.append(record)
        if not self._timer.active:
            self._timer.reset(self._keeper.settings.commit)

    def encode(self, record: Message, plain: bytes) -> bytes:  # noqa: ARG002
        """A record's bytes in the file. `plain` has every field with its length, so no text in it is a separator."""
        return plain

    def _take(self, name: str, bodies: Sequence[bytes], end: int) -> list[Record]:
        head = _HEAD.decode(bodies[0])
        self.records, self.digest = head.records, head.digest
        size = int.from_bytes(bodies[1], "little")
        found = [record for record in map(_decode, bodies[2:]) if record is not None]
        for record in found[size:]:
            self.records += 1
            self.digest = digest_of(_encode(record), self.digest)
        data = self._disk.read(name)
        self.torn = end < len(data)
        if self.torn:
            self._disk.truncate(name, end)
        self._disk.fsync(name)
        self._disk.fsync_dir()
        self._in_file, self._whole = len(found) - size, size
        return found

    def _flush(self) -> None:
        if self._switching:
            self._timer.reset(self._keeper.settings.commit)
            return
        group, self._waiting = self._waiting, []
        first, digests, bodies = self.records, [], []
        for record in group:
            self.records += 1
            plain = _encode(record)
            self.digest = digest_of(plain, self.digest)
            digests.append(self.digest)
            bodies.append(self.encode(record, plain))
        self._keeper.emit(Written(first, tuple(digests)), at_once=True)
        if not self._generation or self._in_file + len(group) > max(self._keeper.settings.snapshot_every, self._whole):
            self._compact()
            return
        name = f"{PREFIX}{self._generation}"
        self._disk.append(name, b"".join(map(_framed, bodies)))
        self._disk.fsync(name)
        self._in_file += len(group)
        self._keeper.emit(Synced(self.records))

    def _compact(self) -> None:
        """A new file with all that holds now; the old one goes when it is durable."""
        old, self._generation = self._generation, self._generation + 1
        name = f"{PREFIX}{self._generation}"
        whole = list(self._everything())
        self._whole = len(whole)
        head = _framed(_encode(Head(self.records, self.digest))) + _framed(len(whole).to_bytes(8, "little"))
        self._disk.append(name, head + b"".join([_framed(self.encode(record, _encode(record))) for record in whole]))
        self._disk.fsync(name)
        self._disk.fsync_dir()
        self._in_file = 0
        self._switching = True
        self._keeper.emit(Synced(self.records))
        self._keeper.emit(Compacted(self.records, len(whole)))
        self._keeper.when_durable(lambda: self._switched(old))

    def _switched(self, old: int) -> None:
        self._switching = False
        if old:
            self._disk.unlink(f"{PREFIX}{old}")
            self._disk.fsync_dir()


def _generation(name: str) -> int:
    return int(name.removeprefix(PREFIX))


def _framed(body: bytes) -> bytes:
    return _FRAME.pack(len(body), crc32(body)) + body


def _frames(data: bytes) -> tuple[list[bytes], int]:
    """The bodies of all whole frames, and where they end."""
    found, offset = [], 0
    while offset + _FRAME.size <= len(data):
        size, checksum = _FRAME.unpack_from(data, offset)
        body = data[offset + _FRAME.size : offset + _FRAME.size + size]
        if not size or len(body) < size or crc32(body) != checksum:
            break
        found.append(body)
        offset += _FRAME.size + size
    return found, offset


def _is_finished(bodies: Sequence[bytes]) -> bool:
    """Whether a file has its head and all of its snapshot: one that was being made at a crash may not."""
    return len(bodies) >= 2 and len(bodies) - 2 >= int.from_bytes(bodies[1], "little")


def _decode(body: bytes) -> Record | None:
    """What cannot be read is passed over."""
    try:
        return _BODY.decode(body)
    except msgspec.DecodeError:
        return None
