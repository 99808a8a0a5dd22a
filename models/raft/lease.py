"""Leases: for some time after a round that a quorum confirmed, a leader may answer reads alone (dissertation, 6.4.1).

A voter that confirmed a round refuses to vote for E of its own clock, which is at least E/(1+d) of true time if no
clock drifts by more than d. A lease of L on the leader's clock is over after at most L/(1-d) of true time. So
L = E * (1-d)/(1+d), from the moment the round was *sent*, is safe. A vote that the leader itself asked for
by a transfer breaks the voters' promise, also much later.
"""

from typing import TYPE_CHECKING

from models.raft.events import LeaseExtended

if TYPE_CHECKING:
    from models.raft.node import RaftNode

_MILLION = 1_000_000


class Lease:
    """The lease of one leadership. Times are of the leader's own monotonic clock, in ns."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._settings = node.settings
        self._sent: dict[int, int] = {}  # round -> when it was sent, oldest first
        self._until = 0
        self._given_up = False  # for the rest of the term

    def begin(self) -> None:
        """A leadership begins, without a lease."""
        self._sent.clear()
        self._until = 0
        self._given_up = False

    def sent(self, number: int) -> None:
        """A round is on its way."""
        self._sent[number] = self._node.elapsed()

    def confirmed(self, number: int) -> None:
        """A quorum has answered round `number`."""
        sent_at = self._sent.get(number)
        for old in [one for one in self._sent if one <= number]:
            del self._sent[old]
        if sent_at is None or self._given_up:
            return
        until = self.begins(sent_at) + self.length()
        if until > self._until:
            self._until = until
            self._node.emit(LeaseExtended(self._node.ballot.term, until))

    def newest_confirmed(self) -> int:
        """The newest round that a quorum has answered and that is not known as such yet; 0 if there is none."""
        node = self._node
        for number in sorted(self._sent, reverse=True):
            names = [node.name, *(peer for peer, one in node.replication.progress.items() if one.round >= number)]
            if node.membership.quorum(names):
                return number
        return 0

    def begins(self, sent_at: int) -> int:
        """From when a lease counts: the answers came later than the promises were given."""
        return sent_at

    def length(self) -> int:
        """How long it lasts, whatever the clocks do within their bound."""
        drift = self._settings.clock_drift_max
        return self._settings.election_timeout[0] * (_MILLION - drift) // (_MILLION + drift)

    def holds(self) -> bool:
        """Whether reads may be answered alone now."""
        return not self._given_up and self._node.elapsed() < self._until

    def give_up(self) -> None:
        """A transfer was begun: its message may cause an election at any time in this term."""
        self._given_up = True
