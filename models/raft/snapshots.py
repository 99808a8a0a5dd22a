"""Snapshots of the applied state: taken, kept on the disk in one step, and read back at start (section 7).

Every server takes them at the same indices, so equal snapshots are equal bytes. A file is written beside the old one,
synced and renamed, and only then may the log give up what it covers. It begins with two copies, a sector each, of its
place in the log and its digest, so that a server whose snapshot has rotted knows at least what it has lost.
"""

from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from models.raft.events import Compacted, SnapshotSaved, StateDigest
from models.raft.log import BEGINNING, Place
from models.raft.messages import Configuration
from models.raft.salvage import salvage
from sim import DiskError, Message

if TYPE_CHECKING:
    from models.raft.node import RaftNode

FILE = "snapshot"
NEW = "snapshot.new"

_MAGIC = b"raftsnp1"
DIGEST_SIZE = 16
_HEADER = Struct("<8sQQ8s16s")
_CRC = Struct("<I")
_SECTOR = 512
_BODY = 2 * _SECTOR


class Snapshot(Message):
    """The state after the entry (`index`, `term`), whose chain is `chain`, and the configuration at that place."""

    index: int
    term: int
    chain: bytes
    configuration: Configuration
    sessions: bytes
    machine: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Snapshot).decode


def pack(snapshot: Snapshot) -> bytes:
    """The bytes that are stored and sent."""
    return _encode(snapshot)


def unpack(body: bytes) -> Snapshot:
    """What `pack` packed; ValueError if it is no snapshot."""
    return _decode(body)


def digest_of(body: bytes) -> bytes:
    """What tells whether the bytes of a snapshot are all there and right."""
    return blake2b(body, digest_size=DIGEST_SIZE).digest()


class Snapshots:
    """The newest durable snapshot of one incarnation: its place, and its bytes for peers that lag too far behind."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._disk = node.disk
        self._every = node.settings.snapshot_every
        self.place = BEGINNING
        self.body: bytes | None = None
        self.newest: Snapshot | None = None
        self.is_lost = False
        self.digest = b""
        if self._disk.exists(FILE):
            self.read_file()

    def read_file(self) -> None:
        """Take up the snapshot on the disk. If it is bad, a server that can ask its peers knows that it is lost.

        DiskError: there is no way to go on without the state.
        """
        data = salvage(self._disk, FILE)
        head = _read_header(data[:_SECTOR]) or _read_header(data[_SECTOR:_BODY])
        if head is None:
            said = f"{FILE!r} begins with {data[:8]!r}, not {_MAGIC!r}, or its place in the log is lost"
            raise DiskError(self._disk.name, said)
        self.place, self.digest = head
        body = data[_BODY:]
        if digest_of(body) == self.digest:
            self.body, self.newest = body, unpack(body)
        elif self._node.settings.recovery == "cut":
            raise DiskError(self._disk.name, f"{FILE!r} does not match its digest")
        else:
            self.is_lost = True

    def is_due(self, index: int) -> bool:
        """Whether a snapshot is to be taken once the entry at `index` is applied: the same answer on every server."""
        return self._every > 0 and index % self._every == 0

    def take(self) -> None:
        """Keep the state as applied, and let the log give up what lies further back than laggards need."""
        snapshot = self.picture()
        self.put_away(snapshot, snapshot.index - self._node.settings.keep_tail)

    def picture(self) -> Snapshot:
        """The state at this moment."""
        node, index = self._node, self.covered()
        return Snapshot(
            index,
            self.term_of(index),
            node.log.chain_at(index),
            node.membership.at(index),
            self.sessions_now(),
            node.sessions.machine.snapshot(),
        )

    def covered(self) -> int:
        """The last index whose effect is in the state."""
        return self._node.commitment.applied

    def term_of(self, index: int) -> int:
        """The term of the last entry that a snapshot covers: what follows is appended behind it."""
        return self._node.log.term_at(index) or 0

    def sessions_now(self) -> bytes:
        """What clients were answered last: without it a repeated operation acts again."""
        return self._node.sessions.snapshot()

    def put_away(self, snapshot: Snapshot, upto: int) -> None:
        """Make a snapshot durable; behind it on the same disk, the log gives up its entries up to `upto`."""
        self.keep(snapshot)
        self.cut_log(upto)

    def keep(self, snapshot: Snapshot) -> None:
        """Put a snapshot in the place of the one before."""
        disk, body = self._disk, pack(snapshot)
        if disk.exists(NEW):
            disk.truncate(NEW, 0)
        self.digest = digest_of(body)
        header = _header(_place(snapshot), self.digest)
        disk.append(NEW, header + header + body)
        disk.fsync(NEW)
        disk.rename(NEW, FILE)
        disk.fsync_dir()
        self.newest, self.body, self.place = snapshot, body, _place(snapshot)
        self.is_lost = False
        node, term = self._node, self._node.ballot.term
        node.emit(SnapshotSaved(term, snapshot.index, snapshot.term, snapshot.chain))
        node.emit(StateDigest(term, snapshot.index, node.sessions.digest()))

    def cut_log(self, upto: int) -> None:
        """Let the log begin behind `upto`."""
        node = self._node
        if upto > node.log.base:
            node.membership.rebase(upto)
            node.log.compact(upto)
            node.emit(Compacted(node.ballot.term, upto + 1))


def _place(snapshot: Snapshot) -> Place:
    return Place(snapshot.index, snapshot.term, snapshot.chain)


def _header(place: Place, digest: bytes) -> bytes:
    fields = _HEADER.pack(_MAGIC, place.index, place.term, place.chain, digest)
    return (fields + _CRC.pack(crc32(fields))).ljust(_SECTOR, b"\0")


def _read_header(sector: bytes) -> tuple[Place, bytes] | None:
    """A snapshot's place in the log and its digest; None if this copy cannot be trusted."""
    if len(sector) < _SECTOR:
        return None
    magic, index, term, chain, digest = _HEADER.unpack_from(sector)
    (crc,) = _CRC.unpack_from(sector, _HEADER.size)
    return (Place(index, term, chain), digest) if (magic, crc) == (_MAGIC, crc32(sector[: _HEADER.size])) else None
