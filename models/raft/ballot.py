"""A server's vow: the term it has reached and the one candidate it voted for in it (Figure 2, persistent state)."""

from typing import TYPE_CHECKING

from models.raft.events import VowSaved
from sim import Message

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Vow(Message):
    """The durable record."""

    term: int
    voted: str | None


class Ballot:
    """The vow of one incarnation: read from the disk at start, saved at every change before anything is said of it."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        vow = node.disk.load(Vow) or Vow(0, None)
        self.term = vow.term
        self.voted = vow.voted

    def reach(self, term: int) -> None:
        """Enter a higher term, in which no vote is given yet."""
        self.term = term
        self.voted = None
        self._keep()

    def promise(self, candidate: str) -> None:
        """Give this term's only vote."""
        self.voted = candidate
        self._keep()

    def campaign(self) -> None:
        """Enter the next term and vote for oneself, in one record."""
        self.term += 1
        self.voted = self._node.name
        self._keep()

    def _keep(self) -> None:
        self.save_vow()
        self._node.emit(VowSaved(self.term, self.voted))

    def save_vow(self) -> None:
        """Write the vow: what is sent after this waits until it is durable."""
        self._node.disk.save(Vow(self.term, self.voted))
