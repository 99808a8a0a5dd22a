"""Voting on candidates in a common order, one validated binary agreement after another, until one says 1.

The loop that CKPS01 and Prioritized-MVBA share: in iteration l all vote on the l-th candidate, whoever sees a proof
among q votes puts 1 into the agreement, and the first candidate that gets 1 is the result. Votes are kept by iteration
and judged against that iteration's candidate, never against another's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.bft.abba import Abba
from models.bft.events import Voted
from models.bft.messages import Evidence, Vote
from models.bft.tally import Tally

if TYPE_CHECKING:
    from models.bft.protocol import Protocol


class Candidates:
    """The loop at one party; `owner` is the protocol that it belongs to, whose abba `child` it asks for.

    `known(candidate)` gives the proof if there is one, `is_proof(candidate, evidence)` checks and keeps one,
    `zero_counts(source, candidate)` says whether a vote without proof counts yet, `chosen(candidate)` hears the result.
    """

    def __init__(
        self,
        owner: "Protocol",
        known: Callable[[str], Evidence | None],
        is_proof: Callable[[str, Evidence], bool],
        zero_counts: Callable[[str, str], bool],
        chosen: Callable[[str], None],
    ) -> None:
        self._owner = owner
        self._known = known
        self._is_proof = is_proof
        self._zero_counts = zero_counts
        self._chosen = chosen
        self.order: tuple[str, ...] = ()
        self.round = -1
        self.result: str | None = None
        self._votes: dict[int, Tally[Vote]] = {}
        self._counted: Tally[Vote] = owner.party.parts.tally()
        self._early: dict[int, int] = {}

    def start(self) -> None:
        """The `order` is set: begin with the first."""
        self.vote(0)
        for turn, value in sorted(self._early.items()):
            self.agreed(turn, value)

    def vote(self, turn: int) -> None:
        """Begin iteration `turn`: say whether one knows a proof of its candidate."""
        if turn >= len(self.order):
            self.exhausted(turn)
            return
        self.round = turn
        candidate = self.order[turn]
        evidence = self._known(candidate)
        self._counted = self._owner.party.parts.tally()
        self._owner.party.emit(Voted(self._owner.instance, turn, candidate, evidence is not None))
        if not self._owner.party.settings.vote_phase:
            self._put_in(evidence)
            return
        self._owner.multicast(Vote(turn, candidate, evidence))
        self.look()

    def exhausted(self, turn: int) -> None:
        """All of them got 0: cannot be while at most f are corrupt, and the checks say so if it is."""

    def take(self, source: str, vote: Vote) -> None:
        """A vote, of this iteration or of another."""
        most = len(self._owner.quorums.members)
        if not 0 <= vote.round < most or not self._votes.setdefault(vote.round, self._tally()).add(source, vote):
            self._owner.drop("vote", source)
            return
        if vote.round == self.round:
            self.look()

    def _tally(self) -> Tally[Vote]:
        return self._owner.party.parts.tally()

    def look(self) -> None:
        """Count the votes of this iteration that count by now; a quorum of them leads into the agreement."""
        turn = self.round
        if turn < 0 or self.result is not None:
            return
        candidate = self.order[turn]
        for source, vote in self._votes.get(turn, self._tally()).items():
            if source not in self._counted and self._counts(source, candidate, vote):
                self._counted.add(source, vote)
        if len(self._counted) >= self._owner.quorums.q:
            proofs = [vote.evidence for vote in self._counted if vote.evidence is not None]
            self._put_in(proofs[0] if proofs else None)

    def _counts(self, source: str, candidate: str, vote: Vote) -> bool:
        if vote.candidate != candidate:
            return False
        if vote.evidence is None:
            return self._zero_counts(source, candidate)
        return self._is_proof(candidate, vote.evidence)

    def _put_in(self, evidence: Evidence | None) -> None:
        abba = self._owner.party.find(f"{self._owner.instance}/abba{self.round}")
        assert isinstance(abba, Abba), "every iteration has one"
        abba.propose(int(evidence is not None), evidence)

    def agreed(self, turn: int, value: int) -> None:
        """The agreement of an iteration is over; one that is ahead of this party's order or loop waits for it."""
        if self.result is not None:
            return
        if turn != self.round:
            self._early[turn] = value
            return
        if value == 1:
            self.result = self.order[turn]
            self._chosen(self.result)
            return
        self.vote(turn + 1)
        if turn + 1 in self._early:
            self.agreed(turn + 1, self._early[turn + 1])
