"""A leader's side of InstallSnapshot: a snapshot in pieces, one on its way at a time (section 7)."""

from typing import TYPE_CHECKING

from models.raft.log import Place
from models.raft.messages import InstallSnapshot, SnapshotReply
from models.raft.snapshots import digest_of

if TYPE_CHECKING:
    from models.raft.node import RaftNode
    from models.raft.progress import Progress


class Shipment:
    """One snapshot on its way to one peer. It stays the same though newer ones are taken meanwhile."""

    __slots__ = ("_body", "_digest", "offset", "place")

    def __init__(self, place: Place, body: bytes) -> None:
        self.place = place
        self.offset = 0
        self._body = body
        self._digest = digest_of(body)

    def piece(self, term: int, size: int, round_: int) -> InstallSnapshot:
        """The piece that is wanted next, of at most `size` bytes."""
        chunk = self._body[self.offset : self.offset + size]
        done = self.offset + len(chunk) == len(self._body)
        place = self.place
        return InstallSnapshot(term, place.index, place.term, self.offset, chunk, self._digest, done, round_)

    def wants(self, offset: int) -> bool:
        """Whether the peer wants another piece than the one that is on its way."""
        moved = offset != self.offset and offset < len(self._body)
        if moved:
            self.offset = offset
        return moved


class Shipping:
    """All snapshots that one leader sends."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node

    def send(self, peer: str, progress: "Progress") -> None:
        """Send a peer whose next entry the log has given up the wanted piece; of the newest snapshot, to begin with."""
        node = self._node
        newer = node.snapshots.place.index
        if progress.shipment is None or (progress.shipment.offset == 0 and newer > progress.shipment.place.index):
            body = node.snapshots.body
            assert body is not None, "the log gives up only what a snapshot covers"
            progress.ship(Shipment(node.snapshots.place, body))
        shipment = progress.shipment
        assert shipment is not None, "it was begun above"
        node.send(peer, shipment.piece(node.ballot.term, node.settings.snapshot_chunk, node.reads.round))

    def note_reply(self, peer: str, progress: "Progress", reply: SnapshotReply) -> None:
        """A peer wants the piece from an offset on."""
        shipment = progress.shipment
        if shipment is not None and reply.last_index == shipment.place.index and shipment.wants(reply.offset):
            self.send(peer, progress)
