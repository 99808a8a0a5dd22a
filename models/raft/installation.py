"""A follower's side of InstallSnapshot: pieces become a snapshot, and the snapshot the state (Figure 13)."""

from typing import TYPE_CHECKING

from models.raft.events import SnapshotInstalled
from models.raft.log import Place
from models.raft.messages import AppendReply, InstallSnapshot, SnapshotReply
from models.raft.snapshots import Snapshot, digest_of, unpack

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Installation:
    """The snapshot that one incarnation is receiving, if any: whose it is, and what has come of it."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self._commitment = node.commitment
        self._of = (0, 0, b"")
        self._come = bytearray()

    def take(self, source: str, piece: InstallSnapshot) -> None:
        """Take a piece from the leader of one's own term, or tell it that the whole is not needed."""
        if piece.last_index < self._log.base and self._node.snapshots.is_lost:
            return  # the log begins behind it: only a newer one is of use
        if self.is_covered(piece):
            self._confirm(source, piece, self._commitment.applied)
        elif self.has_suffix(piece):
            self._commitment.advance(piece.last_index)
            self._confirm(source, piece, piece.last_index)
        elif self._collect(piece):
            self._confirm(source, piece, piece.last_index)
        else:
            reply = SnapshotReply(self._ballot.term, piece.last_index, len(self._come), piece.round)
            self._node.send(source, reply)

    def is_covered(self, piece: InstallSnapshot) -> bool:
        """Whether the snapshot says nothing new: it is late, and the state must not go back."""
        return piece.last_index <= self._commitment.applied

    def has_suffix(self, piece: InstallSnapshot) -> bool:
        """Whether the own log holds the snapshot's last entry: then it equals the leader's log up to there.

        What is behind that entry may have been acknowledged, so the log stays.
        """
        return self.holds(piece.last_index, piece.last_term) and self._log.intact_upto() >= piece.last_index

    def holds(self, index: int, term: int) -> bool:
        """Whether the own log has the entry of this index and term, and so everything before it."""
        return self._log.term_at(index) == term

    def _collect(self, piece: InstallSnapshot) -> bool:
        """Add a piece, unless it is another's or out of turn; returns whether the snapshot is whole and installed.

        The snapshot is known by its digest: pieces of equal snapshots, also of another leader's, fit together.
        """
        of = (piece.last_index, piece.last_term, piece.digest)
        if of != self._of:
            self._of = of
            self._come.clear()
        if piece.offset != len(self._come):
            return False
        self._come += piece.chunk
        if not piece.done:
            return False
        body = bytes(self._come)
        self._of = (0, 0, b"")
        self._come.clear()
        if digest_of(body) != piece.digest:
            return False
        self.install(unpack(body))
        return True

    def install(self, snapshot: Snapshot) -> None:
        """Be in the state of the snapshot: first its file is durable, then the log begins anew behind it."""
        node, place = self._node, Place(snapshot.index, snapshot.term, snapshot.chain)
        node.restore(snapshot)
        node.snapshots.keep(snapshot)
        if self.holds(place.index, place.term):
            self._log.forgive(place.index)  # what is behind may have been acknowledged
        else:
            self._log.reset(place)
            node.membership.replace(snapshot.configuration)
        node.emit(SnapshotInstalled(self._ballot.term, place.index, place.term, place.chain))
        self._commitment.restore(snapshot.index)

    def _confirm(self, source: str, piece: InstallSnapshot, match: int) -> None:
        reply = AppendReply(self._ballot.term, True, match, piece.last_index, 0, 0, piece.round)
        self._node.send(source, reply)
