# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of logs, replication and commitment: each class overrides one rule of a part."""

from collections.abc import Iterable

from models.raft.acceptance import Acceptance
from models.raft.commitment import Commitment
from models.raft.election import LEADER, Election
from models.raft.events import Truncated
from models.raft.log import FILE, Log, read_base, read_frames
from models.raft.membership import Membership
from models.raft.messages import AppendEntries, AppendReply
from models.raft.progress import Progress
from models.raft.replication import Replication


class TruncatesAlways(Acceptance):
    """Cuts the log to the place that a message speaks of, also when the message is an old one."""

    def merge(self, source: str, request: AppendEntries) -> None:  # noqa: ARG002
        self.store(request.prev_index + 1, request.entries)


class NoPrevTerm(Acceptance):
    """Asks only whether there is an entry before the new ones, not of which term."""

    def holds(self, request: AppendEntries) -> bool:
        return request.prev_index <= self._log.last


class UnclampedCommit(Acceptance):
    """Commits up to the end of its log, whose tail may be another leader's."""

    def safe_commit(self, leader_commit: int, last_new: int) -> int:  # noqa: ARG002
        return min(leader_commit, self._log.last)


class OldTermCommit(Commitment):
    """Commits entries of earlier terms by counting copies."""

    def may_commit(self, index: int) -> bool:
        return index > self.commit


class MatchFalls(Progress):
    """Believes the last reply, though it may be older than the one before."""

    def note_match(self, reply: AppendReply) -> None:
        self.match = reply.match
        self.next = max(self.next, self.match + 1)


class OldSession(Replication):
    """Takes the answers of a server that left and came back for answers of now."""

    def begin_session(self) -> int:
        return 0


class OldReplies(Replication):
    """Takes replies of earlier terms for replies of this one."""

    def is_of_this_term(self, reply: AppendReply) -> bool:  # noqa: ARG002
        return True


class LaggardStops(Membership):
    """Stops counting copies at the first voter that lags."""

    def held_by_quorum(self, matches: Iterable[int]) -> int:
        return min(matches)


class AckUnsynced(Log):
    """Never waits for the disk: entries reach it when the cache is written back."""

    def sync(self) -> None:
        pass


class TailNotCut(Log):
    """Leaves a torn tail in the file and writes behind it."""

    def recover_log(self) -> None:
        data = self._disk.read(FILE) if self._disk.exists(FILE) else b""
        base = read_base(data)
        if base is None:
            self.reset(self._snapshot)
            return
        self._begin(base)
        for entry, frame in read_frames(data):
            self._take(entry, frame)


class ForgetsCommitted(Election):
    """A leader that steps down drops what it does not know to be committed."""

    def step_down(self, why: str) -> None:
        first, log = self._node.commitment.commit + 1, self._log
        if self.role == LEADER and first <= log.last:
            log.cut(first)
            log.sync()
            self._node.emit(Truncated(self._ballot.term, first))
        super().step_down(why)
