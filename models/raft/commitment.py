"""What is committed, and what the machine has applied of it (section 5.3, 5.4.2)."""

from typing import TYPE_CHECKING

from models.raft.events import Applied, Committed, StateDigest
from models.raft.messages import NO_OP, SESSION, Entry

if TYPE_CHECKING:
    from models.raft.node import RaftNode

DIGEST_EVERY = 50


class Commitment:
    """`commit` and `applied` of one incarnation: both begin at 0 and never fall."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self.commit = 0
        self.applied = 0

    def may_commit(self, index: int) -> bool:
        """Whether a leader may commit up to `index` by counting: only entries of its own term (section 5.4.2)."""
        return index > self.commit and self._log.term_at(index) == self._ballot.term

    def has_own_commit(self) -> bool:
        """Whether an entry of the own term is committed: until then a leader does not know what is."""
        return self._log.term_at(self.commit) == self._ballot.term

    def advance(self, index: int, *, leading: bool = False) -> None:
        """Everything up to `index` is committed: apply it."""
        if index <= self.commit:
            return
        self.commit = index
        log, term = self._log, self._ballot.term
        self._node.emit(Committed(term, index, log.term_at(index) or 0, log.chain_at(index), leading))
        self.apply()

    def apply(self) -> None:
        """Give the machine what is committed, in order and one by one."""
        log = self._log
        while self.applied < min(self.commit, log.last):
            self.applied += 1
            self._apply_one(log.entry(self.applied))

    def _apply_one(self, entry: Entry) -> None:
        node, index, term = self._node, entry.index, self._ballot.term
        effective = False
        if entry.kind == SESSION:
            node.sessions.open(index)
            node.proposals.session_opened(entry)
        elif entry.kind != NO_OP:
            effective, value = node.sessions.apply(entry)
            node.proposals.answer(entry, value)
        chain = self._log.chain_at(index)
        node.emit(Applied(term, index, entry.term, chain, entry.session, entry.serial, effective))
        if index % DIGEST_EVERY == 0:
            node.emit(StateDigest(term, index, node.sessions.digest()))
