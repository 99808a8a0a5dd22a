"""What is committed, and what the machine has applied of it (section 5.3, 5.4.2)."""

from typing import TYPE_CHECKING

from models.raft.events import Applied, Committed, StateDigest
from models.raft.messages import CONFIG, NO_OP, SESSION, Entry

if TYPE_CHECKING:
    from models.raft.node import RaftNode

DIGEST_EVERY = 50


class Commitment:
    """`commit` and `applied` of one incarnation: both begin where the snapshot ends and never fall."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self.commit = 0 if node.snapshots.is_lost else node.snapshots.place.index
        self.applied = self.commit

    def may_commit(self, index: int) -> bool:
        """Whether a leader may commit up to `index` by counting: only entries of its own term (section 5.4.2)."""
        return index > self.commit and self._log.term_at(index) == self._ballot.term

    def has_own_commit(self) -> bool:
        """Whether an entry of the own term is committed: until then a leader does not know what is."""
        return self._log.term_at(self.commit) == self._ballot.term

    def advance(self, index: int, *, leading: bool = False) -> None:
        """Everything up to `index` is committed: apply it."""
        if index <= self.commit or self._node.snapshots.is_lost:
            return
        self.commit = index
        log, term = self._log, self._ballot.term
        self._node.emit(Committed(term, index, log.term_at(index) or 0, log.chain_at(index), leading))
        self.apply()

    def restore(self, index: int) -> None:
        """The state is that of a snapshot which ends at `index`; what the log holds behind it is applied again."""
        self.applied = index
        self.commit = max(self.commit, index)
        self.apply()

    def apply(self) -> None:
        """Give the machine what is committed, in order and one by one; take a snapshot where one is due."""
        log, snapshots = self._log, self._node.snapshots
        while self.applied < min(self.commit, log.intact_upto()):
            self.applied += 1
            self._apply_one(log.entry(self.applied))
            if snapshots.is_due(self.applied):
                snapshots.take()

    def _apply_one(self, entry: Entry) -> None:
        node, index, term = self._node, entry.index, self._ballot.term
        effective = False
        if entry.kind == SESSION:
            node.sessions.open(index)
            node.proposals.session_opened(entry)
        elif entry.kind == CONFIG:
            node.changes.answer(entry)
            node.changes.committed()
        elif entry.kind != NO_OP:
            effective, value = node.sessions.apply(entry)
            node.proposals.answer(entry, value)
        chain = self._log.chain_at(index)
        node.emit(Applied(term, index, entry.term, chain, entry.session, entry.serial, effective))
        if index % DIGEST_EVERY == 0:
            node.emit(StateDigest(term, index, node.sessions.digest()))
