"""A follower's side of replication: what it takes into its log, what it refuses, what it answers (section 5.3)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.raft.events import Appended, Truncated
from models.raft.messages import CONFIG, AppendEntries, AppendReply, Entry

NO_ROUND = 0

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Acceptance:
    """How one incarnation answers AppendEntries."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self._commitment = node.commitment

    def accept(self, source: str, request: AppendEntries) -> None:
        """Take what the leader of one's own term sends, or say where the logs may part."""
        if not self.holds(request):
            self._node.send(source, self.hint(request))
            return
        if request.entries:
            self.merge(source, request)
        last_new = request.prev_index + len(request.entries)
        match = self.held(last_new)
        if request.commit > self._commitment.commit:
            self._commitment.advance(self.safe_commit(request.commit, last_new))
        self._node.send(source, AppendReply(self._ballot.term, True, match, request.prev_index, 0, 0, request.round))

    def held(self, last_new: int) -> int:
        """How far the own log equals the leader's and can be read: what is lost is not acknowledged."""
        return min(last_new, self._log.intact_upto())

    def holds(self, request: AppendEntries) -> bool:
        """Whether the own log has the entry that the new ones follow; up to `commit` it equals every leader's."""
        prev = request.prev_index
        return prev <= self._commitment.commit or self._log.term_at(prev) == request.prev_term

    def merge(self, source: str, request: AppendEntries) -> None:
        """Add what is new. An entry that is there already changes nothing, so an old message never shortens the log."""
        log, start = self._log, self._commitment.commit
        for place, entry in enumerate(request.entries):
            if entry.index > log.intact_upto() and log.misses(entry.index):
                self._node.repair.take(source, entry)
            if entry.index > start and log.term_at(entry.index) != entry.term:
                self.store(entry.index, request.entries[place:])
                return

    def store(self, first: int, entries: Sequence[Entry]) -> None:
        """Put `entries` at `first`, in the place of what contradicts them, and make it durable."""
        node, log, term = self._node, self._log, self._ballot.term
        cuts = first <= log.last
        if cuts:
            log.cut(first)
            node.membership.fell_back()
        log.append(entries)
        if any(entry.kind == CONFIG for entry in entries):
            node.membership.entered()
        log.sync()
        if cuts:
            node.emit(Truncated(term, first))
        for entry in entries:
            node.emit(Appended(term, entry.index, entry.term, log.chain_at(entry.index), entry.kind))
            if entry.kind == CONFIG:
                node.changes.tell(entry)

    def safe_commit(self, leader_commit: int, last_new: int) -> int:
        """How far to commit: not beyond what this message has proven equal, for the tail behind it may be foreign."""
        return min(leader_commit, last_new)

    def hint(self, request: AppendEntries) -> AppendReply:
        """A refusal with the last place whose term is no higher than the one asked for: look there next."""
        log = self._log
        index = log.newest(request.prev_term, request.prev_index)
        hint_term = log.term_at(index) or 0
        return AppendReply(self._ballot.term, False, 0, request.prev_index, index, hint_term, request.round)

    def answer_old_term(self, source: str, prev_index: int, round_: int) -> None:  # noqa: ARG002 - it confirms no round
        """Tell a leader of an old term that its term has passed. In silence, each would ignore the other for ever.

        The answer confirms no round: by now the sender may lead the present term, and its old rounds are no part of it.
        """
        self._node.send(source, AppendReply(self._ballot.term, False, 0, prev_index, 0, 0, NO_ROUND))
