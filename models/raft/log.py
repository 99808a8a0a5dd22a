"""A server's log: entries 1, 2, ... in memory and, each behind its CRC, in the file `log`.

A frame is (length u32, CRC u32, entry). The CRC runs on from frame to frame, as in etcd's write-ahead log: after a cut
and new appends, an old frame that survived a crash in the middle of the file does not fit behind the new ones, nor a
new one behind the old.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from models.raft.messages import Entry

if TYPE_CHECKING:
    from models.raft.node import RaftNode

FILE = "log"
HEADER = b"raft log"
NO_CHAIN = bytes(8)

_FRAME = Struct("<II")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


class Log:
    """The entries of one incarnation. Place 0 stands for the empty log, of term 0.

    Changes show at once in memory and in the file; they are durable when a `sync` issued after them is done.
    """

    def __init__(self, node: "RaftNode") -> None:
        self._disk = node.disk
        self._entries: list[Entry | None] = [None]
        self._terms = [0]
        self._chains = [NO_CHAIN]
        self._crcs = [crc32(HEADER)]
        self._ends = [len(HEADER)]
        self.last = 0
        self.last_term = 0
        self.recover_log()

    def entry(self, index: int) -> Entry:
        """The entry at `index`, from 1 to `last`."""
        entry = self._entries[index]
        assert entry is not None, "place 0 holds no entry"
        return entry

    def slice(self, first: int, count: int) -> tuple[Entry, ...]:
        """At most `count` entries from `first` on."""
        return tuple(self._entries[first : first + count])  # type: ignore[arg-type] # place 0 is never sent

    def term_at(self, index: int) -> int | None:
        """The term of the entry at `index`; None beyond the end."""
        return self._terms[index] if 0 <= index <= self.last else None

    def chain_at(self, index: int) -> bytes:
        """The digest of everything up to `index`."""
        return self._chains[min(index, self.last)]

    def newest(self, term_max: int, upto: int) -> int:
        """The greatest index <= `upto` whose term is <= `term_max`; terms never fall along a log."""
        return bisect_right(self._terms, term_max, 0, min(upto, self.last) + 1) - 1

    def append(self, entries: Sequence[Entry]) -> None:
        """Put `entries` behind the last one."""
        self._disk.append(FILE, b"".join([self._take(entry, _encode(entry)) for entry in entries]))

    def cut(self, first: int) -> None:
        """Drop every entry from `first` on."""
        self._drop(first)
        self._disk.truncate(FILE, self._ends[-1])

    def sync(self) -> None:
        """Make every change so far durable: what the node says after this waits for it."""
        self._disk.fsync(FILE)

    def recover_log(self) -> None:
        """Read the file up to the first bad CRC and cut it there: what follows was never acknowledged."""
        data = self._disk.read(FILE) if self._disk.exists(FILE) else b""
        if not data.startswith(HEADER):
            self._begin_file()
            return
        for entry, frame in read_frames(data):
            self._take(entry, frame)
        if self._ends[-1] < len(data):
            self._disk.truncate(FILE, self._ends[-1])
            self.sync()

    def stretches(self) -> tuple[tuple[int, int], ...]:
        """(first index, term) of each stretch of one term."""
        terms, found, index = self._terms, [], 1
        while index <= self.last:
            found.append((index, terms[index]))
            index = bisect_right(terms, terms[index], index)
        return tuple(found)

    def chains(self) -> bytes:
        """The chains of all entries, 8 bytes each."""
        return b"".join(self._chains[1:])

    def _begin_file(self) -> None:
        if self._disk.exists(FILE):
            self._disk.truncate(FILE, 0)
        self._disk.append(FILE, HEADER)
        self.sync()
        self._disk.fsync_dir()

    def _take(self, entry: Entry, data: bytes) -> bytes:
        """Add one entry to the memory; returns its frame."""
        length = len(data)
        crc = crc32(data, crc32(length.to_bytes(4, "little"), self._crcs[-1]))
        self._entries.append(entry)
        self._terms.append(entry.term)
        self._chains.append(blake2b(self._chains[-1] + data, digest_size=8).digest())
        self._crcs.append(crc)
        self._ends.append(self._ends[-1] + length + _FRAME.size)
        self.last += 1
        self.last_term = entry.term
        return _FRAME.pack(length, crc) + data

    def _drop(self, first: int) -> None:
        for column in (self._entries, self._terms, self._chains, self._crcs, self._ends):
            del column[first:]
        self.last = len(self._terms) - 1
        self.last_term = self._terms[-1]


def read_frames(data: bytes) -> Iterable[tuple[Entry, bytes]]:
    """The entries of a log file and their encodings, up to the first that is short or does not match its CRC."""
    at, crc = len(HEADER), crc32(HEADER)
    while at + _FRAME.size <= len(data):
        length, said = _FRAME.unpack_from(data, at)
        frame = data[at + _FRAME.size : at + _FRAME.size + length]
        crc = crc32(frame, crc32(length.to_bytes(4, "little"), crc))
        if len(frame) < length or crc != said:
            return
        yield _decode(frame), frame
        at += _FRAME.size + length
