"""Linearizable reads without a log entry: the read index (dissertation, section 6.4).

A leader notes how far it has committed, makes sure by a round of messages that it still led after that, and answers
from a machine that has applied as much. With `reads: lease` every heartbeat is a round, and for some time after one
that was confirmed the leader need not ask. With `reads: log` every read is an entry instead.
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
        self.lease = node.parts.lease(node)
        self._taken = 0
        self._queue: list[Waiting] = []  # before their round
        self._asked: list[Waiting] = []  # in a round that is not confirmed yet
        self.round = 0

    def take(self, caller: Caller, call: Call) -> None:
        """A client asks; the leader answers once it is sure what must be seen."""
        node = self._node
        self._taken += 1
        node.emit(ReadBegan(self._ballot.term, self._taken, self._mode), at_once=True)
        waiting = Waiting(self._taken, caller, call.operation)
        if self._mode == "lease" and self.may_begin() and self.lease.holds() and self.is_current():
            self.serve(waiting._replace(read_index=self._commitment.commit), "lease")
            return
        self._queue.append(waiting)
        self.begin_round()

    def begin_round(self) -> None:
        """Send a new round for the reads that wait, unless one is under way: they share the next."""
        if self._queue and not self._asked and self.may_begin():
            self.join_round()
            self._node.replication.broadcast_round()
            self.confirm()

    def join_round(self) -> None:
        """Give the reads that wait the number of the round that is about to be sent, which a lease may begin with."""
        if not self.may_begin() or not (self._queue or self._mode == "lease"):
            return
        self.skip_round()
        if self._mode == "lease":
            self.lease.sent(self.round)
        index = self._commitment.commit
        self._asked += [waiting._replace(round=self.round, read_index=index) for waiting in self._queue]
        self._queue = []

    def skip_round(self) -> int:
        """Go on to the next number, whether a read waits for it or not."""
        self.round = self.next_round()
        return self.round

    def may_begin(self) -> bool:
        """Whether an entry of the own term is committed: before, `commit` may lie behind what others have committed."""
        return self._commitment.has_own_commit()

    def is_current(self) -> bool:
        """Whether everything committed is applied: always, unless an entry is lost and not given back yet."""
        return self._commitment.applied == self._commitment.commit

    def next_round(self) -> int:
        """A number that no message has carried yet."""
        return self.round + 1

    def confirm(self) -> None:
        """A quorum may have answered: serve the reads whose round is confirmed, and begin the next round."""
        if self._mode == "lease":
            newest = self.lease.newest_confirmed()
            if newest:
                self.lease.confirmed(newest)
        if not self._asked:
            return
        confirmed = self.confirmed_round()
        applied = self._commitment.applied
        ready = [one for one in self._asked if one.round <= confirmed and one.read_index <= applied]
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

    def serve(self, waiting: Waiting, mode: str = "read-index") -> None:
        """Answer from a machine that has applied what the read must see, as it has: commits are applied at once."""
        node, applied = self._node, self._commitment.applied
        node.emit(ReadServed(self._ballot.term, waiting.read, waiting.read_index, applied, mode), at_once=True)
        node.reply(waiting.caller, Done(node.sessions.machine.query(waiting.question)))

    def drop(self) -> None:
        """Leadership is over: the reads that wait did not happen."""
        for waiting in [*self._asked, *self._queue]:
            self._node.reply(waiting.caller, NotLeader(None))
        self._asked, self._queue = [], []
