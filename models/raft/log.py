"""A server's log: the entries behind its base in memory and, each behind its CRC, in the file `log`.

The file begins with two copies, a sector each, of its base: the index, term and chain of the last entry that was
dropped (0 for a log from the beginning). A frame is (length u32, CRC u32, entry). The CRC runs on from frame to frame,
as in etcd's write-ahead log: after a cut and new appends, an old frame that survived a crash in the middle of the file
does not fit behind the new ones, nor a new one behind the old. A new base is written with its entries to `log.new`,
which then takes the name.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from models.raft.messages import CONFIG, Configuration, Entry
from sim import DiskError

if TYPE_CHECKING:
    from models.raft.node import RaftNode

FILE = "log"
NEW = "log.new"
NO_CHAIN = bytes(8)

_MAGIC = b"raftlog2"
_HEADER = Struct("<8sQQ8s")
_CRC = Struct("<I")
_FRAME = Struct("<II")
_SECTOR = 512
HEADER_SIZE = 2 * _SECTOR

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode
encode_configuration = _encode
encode_entry = _encode
decode_configuration = msgspec.msgpack.Decoder(Configuration).decode


@dataclass(frozen=True, slots=True)
class Place:
    """An entry by index and term, and the digest of everything up to it."""

    index: int
    term: int
    chain: bytes


BEGINNING = Place(0, 0, NO_CHAIN)


class Log:
    """The entries of one incarnation, from `base + 1` to `last`. What is up to `base` is in the snapshot.

    Changes show at once in memory and in the file; they are durable when a `sync` issued after them is done.
    `configurations` holds (index, configuration) of every entry that names one.
    """

    def __init__(self, node: "RaftNode") -> None:
        self._disk = node.disk
        self._snapshot = node.snapshots.place
        self._begin(self._snapshot)
        self.recover_log()

    def _begin(self, base: Place) -> None:
        """Hold nothing but a base."""
        self.base = self.last = base.index
        self.last_term = base.term
        self.configurations: list[tuple[int, Configuration]] = []
        self._entries: list[Entry | None] = [None]
        self._terms = [base.term]
        self._chains = [base.chain]
        self._crcs = [crc32(_header(base))]
        self._ends = [HEADER_SIZE]

    def entry(self, index: int) -> Entry:
        """The entry at `index`, from `base + 1` to `last`."""
        entry = self._entries[index - self.base]
        assert entry is not None, "the base holds no entry"
        return entry

    def slice(self, first: int, count: int) -> tuple[Entry, ...]:
        """At most `count` entries from `first` on."""
        start = first - self.base
        return tuple(self._entries[start : start + count])  # type: ignore[arg-type] # the base is never sent

    def term_at(self, index: int) -> int | None:
        """The term of the entry at `index`; None beyond the end and before the base."""
        return self._terms[index - self.base] if self.base <= index <= self.last else None

    def chain_at(self, index: int) -> bytes:
        """The digest of everything up to `index`, which is not before the base."""
        return self._chains[min(index, self.last) - self.base]

    def place(self, index: int) -> Place:
        """Index, term and chain together."""
        return Place(index, self.term_at(index) or 0, self.chain_at(index))

    def newest(self, term_max: int, upto: int) -> int:
        """The greatest index <= `upto` whose term is <= `term_max`, before the base if it lies there.

        Terms never fall along a log.
        """
        end = max(0, min(upto, self.last) - self.base + 1)
        return self.base + bisect_right(self._terms, term_max, 0, end) - 1

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

    @property
    def floor(self) -> int:
        """The last index that cannot be sent, for the log does not hold what is there or before."""
        return self.base

    def intact_upto(self) -> int:
        """The last index up to which every entry can be read."""
        return self.last

    def misses(self, index: int) -> bool:  # noqa: ARG002 - this log cuts what it cannot read
        """Whether the entry at `index` is lost, and its place kept."""
        return False

    def forgive(self, upto: int) -> None:
        """A snapshot covers everything up to `upto`: what is lost there need not be given back."""

    def last_term_max(self, term_now: int) -> int:  # noqa: ARG002 - the term of the last entry is known
        """The greatest term that the last entry may have."""
        return self.last_term

    def compact(self, upto: int) -> None:
        """Drop the entries up to `upto`, which a durable snapshot covers."""
        kept = [self.entry(index) for index in range(upto + 1, self.last + 1)]
        self._rewrite(self.place(upto), kept)

    def reset(self, base: Place) -> None:
        """Drop everything: a snapshot up to `base` takes its place."""
        self._rewrite(base, ())

    def recover_log(self) -> None:
        """Read the file up to the first bad CRC and cut it there: what follows was never acknowledged."""
        data = self._disk.read(FILE) if self._disk.exists(FILE) else b""
        base = read_base(data)
        if base is None:
            self.reset(self._snapshot)
            return
        self._refuse_gap(base)
        self._begin(base)
        for entry, frame in read_frames(data):
            self._take(entry, frame)
        if self._ends[-1] < len(data):
            self._disk.truncate(FILE, self._ends[-1])
            self.sync()
        if not self.reaches(self._snapshot):
            self.reset(self._snapshot)

    def _refuse_gap(self, base: Place) -> None:
        if base.index > self._snapshot.index:
            said = f"the log begins behind {base.index}, the snapshot ends at {self._snapshot.index}"
            raise DiskError(self._disk.name, said)

    def reaches(self, snapshot: Place) -> bool:
        """Whether the log holds the snapshot's last entry; if not, it is older, or another leader's."""
        return self.term_at(snapshot.index) == snapshot.term

    def stretches(self) -> tuple[tuple[int, int], ...]:
        """(first index, term) of each stretch of one term."""
        terms, found, at = self._terms, [], 1
        while at < len(terms):
            found.append((self.base + at, terms[at]))
            at = bisect_right(terms, terms[at], at)
        return tuple(found)

    def chains(self) -> bytes:
        """The chains of all entries, 8 bytes each."""
        return b"".join(self._chains[1:])

    def base_chain(self) -> bytes:
        """The chain before the first entry."""
        return self._chains[0]

    def _rewrite(self, base: Place, entries: Sequence[Entry]) -> None:
        """Put another file in the place of this one, in one step."""
        disk = self._disk
        self._begin(base)
        if disk.exists(NEW):
            disk.truncate(NEW, 0)
        disk.append(NEW, b"".join([_header_with_crc(base), *(self._take(entry, _encode(entry)) for entry in entries)]))
        self._finish_files()
        disk.fsync(NEW)
        disk.rename(NEW, FILE)
        disk.fsync_dir()

    def _finish_files(self) -> None:
        """Whatever else belongs to a file that is about to take the log's name."""

    def _take(self, entry: Entry, data: bytes) -> bytes:
        """Add one entry to the memory; returns its frame."""
        frame, chain, crc = seal(data, self._chains[-1], self._crcs[-1])
        self._put(entry, entry.term, chain, crc, self._ends[-1] + len(frame))
        if entry.kind == CONFIG:
            self.configurations.append((entry.index, decode_configuration(entry.payload)))
        return frame

    def _put(self, entry: Entry | None, term: int, chain: bytes, crc: int, end: int) -> None:
        self._entries.append(entry)
        self._terms.append(term)
        self._chains.append(chain)
        self._crcs.append(crc)
        self._ends.append(end)
        self.last += 1
        self.last_term = term

    def _drop(self, first: int) -> None:
        for column in (self._entries, self._terms, self._chains, self._crcs, self._ends):
            del column[first - self.base :]
        self.last = self.base + len(self._terms) - 1
        self.last_term = self._terms[-1]
        while self.configurations and self.configurations[-1][0] >= first:
            self.configurations.pop()


def _header(base: Place) -> bytes:
    return _HEADER.pack(_MAGIC, base.index, base.term, base.chain)


def _header_with_crc(base: Place) -> bytes:
    header = _header(base)
    return 2 * (header + _CRC.pack(crc32(header))).ljust(_SECTOR, b"\0")


def read_base(data: bytes) -> Place | None:
    """The base that a log file begins with; None if neither of its two copies can be trusted."""
    if len(data) < HEADER_SIZE:
        return None
    for header in (data[:_SECTOR], data[_SECTOR:HEADER_SIZE]):
        magic, *base = _HEADER.unpack_from(header)
        (crc,) = _CRC.unpack_from(header, _HEADER.size)
        if magic == _MAGIC and crc == crc32(header[: _HEADER.size]):
            return Place(*base)
    return None


def seal(data: bytes, chain: bytes, crc: int) -> tuple[bytes, bytes, int]:
    """The frame of an encoded entry, its chain and its CRC, given those of the entry before."""
    length = len(data)
    crc = crc32(data, crc32(length.to_bytes(4, "little"), crc))
    return _FRAME.pack(length, crc) + data, blake2b(chain + data, digest_size=8).digest(), crc


def read_frame(data: bytes, at: int, crc: int) -> tuple[Entry, bytes] | None:
    """The entry whose frame begins at an offset, and its encoding, if they match the CRC that runs on from `crc`."""
    if at + _FRAME.size > len(data):
        return None
    length, said = _FRAME.unpack_from(data, at)
    body = data[at + _FRAME.size : at + _FRAME.size + length]
    if len(body) < length or crc32(body, crc32(length.to_bytes(4, "little"), crc)) != said:
        return None
    return _decode(body), body


def read_frames(data: bytes) -> Iterable[tuple[Entry, bytes]]:
    """The entries of a log file and their encodings, up to the first that is short or does not match its CRC."""
    base = read_base(data)
    if base is None:
        return
    at, crc = HEADER_SIZE, crc32(_header(base))
    while found := read_frame(data, at, crc):
        yield found
        (crc,) = _CRC.unpack_from(data, at + _CRC.size)
        at += _FRAME.size + len(found[1])
