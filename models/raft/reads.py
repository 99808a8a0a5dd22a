"""Linearizable reads without a log entry: the read index (dissertation, section 6.4).

A leader notes how far it has committed, makes sure by a round of messages that it still led after that, and answers
from a machine that has applied as much. With `reads: log` every read is an entry instead.
"""

from typing import TYPE_CHECKING, NamedTuple

from models.raft.events import ReadBegan, ReadServed
from models.raft.messages import Call, Done, NotLeader
from sim import Caller

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Waiting(NamedTuple):
    """A read: its number, who asked what, and (once its round has begun) the round and the index it must see."""

    read: int
    caller: Caller
    question: bytes
    round: int = 0
    read_index: int = 0


class Reads:
    """The reads that one incarnation has taken. Round numbers rise as long as it lives and are never used again."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._commitment = node.commitment
        self._membership = node.membership
        self._mode = node.settings.reads
        self._taken = 0
        self._queue: list[Waiting] = []  # before their round
        self._asked: list[Waiting] = []  # in a round that is not confirmed yet
        self.round = 0

    def take(self, caller: Caller, call: Call) -> None:
        """A client asks; the leader answers once it is sure what must be seen."""
        node = self._node
        if self._mode == "log":
            node.proposals.take(caller, call)
            return
        self._taken += 1
        node.emit(ReadBegan(self._ballot.term, self._taken, self._mode))
        self._queue.append(Waiting(self._taken, caller, call.operation))
        self.begin_round()

    def begin_round(self) -> None:
        """Send a new round for the reads that wait, unless one is under way: they share the next."""
        if self._queue and not self._asked and self.may_begin():
            self.join_round()
            self._node.replication.broadcast_round()
            self.confirm()

    def join_round(self) -> None:
        """Give the reads that wait the number of the round that is about to be sent."""
        if not self._queue or not self.may_begin():
            return
        self.round = self.next_round()
        index = self._commitment.commit
        self._asked += [waiting._replace(round=self.round, read_index=index) for waiting in self._queue]
        self._queue = []

    def may_begin(self) -> bool:
        """Whether an entry of the own term is committed: before, `commit` may lie behind what others have committed."""
        return self._commitment.has_own_commit()

    def next_round(self) -> int:
        """A number that no message has carried yet."""
        return self.round + 1

    def confirm(self) -> None:
        """A quorum may have answered: serve the reads whose round is confirmed, and begin the next round."""
        if not self._asked:
            return
        confirmed = self.confirmed_round()
        ready = [waiting for waiting in self._asked if waiting.round <= confirmed]
        if not ready:
            return
        self._asked = self._asked[len(ready) :]
        for waiting in ready:
            self.serve(waiting)
        self.begin_round()

    def confirmed_round(self) -> int:
        """The newest round that a quorum has answered in this term, oneself included."""
        progress = self._node.replication.progress
        for round_ in sorted({waiting.round for waiting in self._asked}, reverse=True):
            names = [self._node.name, *(peer for peer, one in progress.items() if one.round >= round_)]
            if self._membership.quorum(names):
                return round_
        return 0

    def serve(self, waiting: Waiting) -> None:
        """Answer from a machine that has applied what the read must see, as it has: commits are applied at once."""
        node, applied = self._node, self._commitment.applied
        node.emit(ReadServed(self._ballot.term, waiting.read, waiting.read_index, applied, self._mode))
        node.reply(waiting.caller, Done(node.sessions.machine.query(waiting.question)))

    def drop(self) -> None:
        """Leadership is over: the reads that wait did not happen."""
        for waiting in [*self._asked, *self._queue]:
            self._node.reply(waiting.caller, NotLeader(None))
        self._asked, self._queue = [], []
