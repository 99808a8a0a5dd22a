"""Leadership transfer: the leader brings another voter up to date and asks it to campaign (dissertation, 3.10)."""

from typing import TYPE_CHECKING

from models.raft.events import TransferStarted
from models.raft.messages import Done, NotNow, TimeoutNow

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Handover:
    """The transfer that one leader has under way, if any. While it lasts, no proposals are taken."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._timer = node.timer(self.give_up)
        self._asked = False
        self.target: str | None = None

    def begin(self, target: str) -> Done | NotNow:
        """Hand leadership to `target`, or go on leading if it has not taken it within one base election timeout."""
        node = self._node
        if self.target is not None:
            return NotNow(f"leadership is on its way to {self.target}")
        if target not in node.membership.peers:
            return NotNow(f"{target or 'nobody'} is no other voter")
        self.target, self._asked = target, False
        self._timer.reset(node.settings.election_timeout[0])
        node.emit(TransferStarted(node.ballot.term, target))
        self.go_on()
        return Done(b"")

    def go_on(self) -> None:
        """Ask the target to campaign once it holds everything."""
        node, target = self._node, self.target
        if target is None or self._asked:
            return
        progress = node.replication.progress.get(target)
        if progress is not None and progress.match == node.log.last:
            self._asked = True
            self.end_lease()
            node.send(target, TimeoutNow(node.ballot.term))

    def end_lease(self) -> None:
        """Nobody protects this leadership any more, even if the message arrives late."""
        self._node.reads.lease.give_up()

    def give_up(self) -> None:
        """The target did not take over in time, or leadership is over: proposals are taken again."""
        self._timer.cancel()
        self.target = None

    def accept(self, source: str, request: TimeoutNow) -> None:
        """The leader of this term asks oneself to campaign."""
        node = self._node
        if request.term == node.ballot.term and source == node.election.leader and node.membership.is_voter:
            node.election.campaign(transfer=True)
