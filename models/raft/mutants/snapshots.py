# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of snapshots: what is in them, when the log is cut, what a late one does."""

import msgspec

from models.raft.installation import Installation
from models.raft.messages import InstallSnapshot, SnapshotReply
from models.raft.snapshots import Snapshot, Snapshots


class SessionsNotSaved(Snapshots):
    """Leaves the clients' sessions out of the snapshot."""

    def sessions_now(self) -> bytes:
        return msgspec.msgpack.encode([])


class SnapshotNoTerm(Snapshots):
    """Forgets the term of the last entry that the snapshot covers."""

    def term_of(self, index: int) -> int:  # noqa: ARG002
        return 0


class CompactsAhead(Snapshots):
    """Takes the state for that of everything committed, applied or not."""

    def covered(self) -> int:
        return min(self._node.commitment.commit, self._node.log.last)


class CutBeforeRename(Snapshots):
    """Cuts the log before the snapshot is durable."""

    def put_away(self, snapshot: Snapshot, upto: int) -> None:
        self.cut_log(upto)
        self.keep(snapshot)


class SnapshotEatsSuffix(Installation):
    """Drops the whole log for a snapshot, also what is behind its last entry."""

    def holds(self, index: int, term: int) -> bool:  # noqa: ARG002
        return False


class SnapshotLowersCommit(Installation):
    """Installs whatever snapshot comes, however late."""

    def take(self, source: str, piece: InstallSnapshot) -> None:
        if self._collect(piece):
            self._confirm(source, piece, piece.last_index)
        else:
            reply = SnapshotReply(self._ballot.term, piece.last_index, len(self._come), piece.round)
            self._node.send(source, reply)
