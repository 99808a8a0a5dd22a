"""sMVBA: agreement by elected leaders with two-stage broadcasts and a shortcut (Guo and others, Speeding Dumbo, 2022).

If the elected leader's broadcast is known to be complete, its value is decided at once; if not, two rounds of votes
find out whether anybody may have decided. Votes of different meaning have different tags here. A party that was told of
too few complete broadcasts, because a liar told only some, asks one who has tossed: else it would wait for ever.
"""

from typing import TYPE_CHECKING

from models.bft.messages import (
    Finish,
    FinishAsk,
    FinishProof,
    Halt,
    Key,
    LeaderPreVote,
    LeaderVote,
    Toss,
)
from models.bft.promotion import Promotion, signed_of
from models.bft.protocol import takes
from models.bft.tally import Tally
from models.bft.views import Views
from sim.agreement import Certificate

if TYPE_CHECKING:
    from models.bft.party import Party

SIGMA1, SIGMA2, BY_VOTES = 1, 2, 3
NONE = b""
"""What votes say that know no value of the leader."""


class Smvba(Views):
    """One agreement at one party: 7n² messages and 6 rounds with the shortcut, 9n² and 8 without."""

    word = "smvba"
    stages = SIGMA2
    final = SIGMA2

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        self._finishes: dict[int, Tally[tuple[bytes, Certificate]]] = {}
        self._prevotes: dict[int, Tally[LeaderPreVote]] = {}
        self._votes: dict[int, Tally[LeaderVote]] = {}
        self._said: dict[tuple[str, int], None] = {}
        self._asked: dict[tuple[int, str], None] = {}
        self._tossed: dict[int, dict[str, None]] = {}

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:
        """External validity, and after the first view a reason from the view before."""
        return self.party.is_valid(value) and (promotion.view == 1 or self.allowed(promotion.view, value, key))

    def allowed(self, view: int, value: bytes, key: Key | None) -> bool:
        """The last leader's value, or proof that a quorum voted for none, which sets everybody free."""
        if key is None or key.round != view - 1:
            return False
        if key.value == NONE:
            return self.crypto.certified(key.certificate, self.tag("vote", key.round), NONE, self.quorums.q)
        leader = self.leaders.get(key.round)
        return (
            key.value == value
            and leader is not None
            and self.certifies(key.certificate, key.round, leader, SIGMA1, value)
        )

    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:
        """One's own broadcast is complete."""
        if promotion.view == self.view:
            self.multicast(Finish(self.view, value, certificate))

    @takes(Finish)
    def finish_arrived(self, source: str, message: Finish) -> None:
        """Somebody's is."""
        self._finished(source, source, message.round, message.value, message.certificate)

    @takes(FinishProof)
    def proof_arrived(self, source: str, message: FinishProof) -> None:
        """Somebody's is, says somebody else; the certificate speaks for itself."""
        if message.proposer in self.quorums:
            self._finished(source, message.proposer, message.round, message.value, message.certificate)

    def _finished(self, source: str, proposer: str, view: int, value: bytes, certificate: Certificate) -> None:
        if not self.in_window(view, self.view) or not self.certifies(certificate, view, proposer, SIGMA2, value):
            self.drop("finish", source)
        elif self._finishes.setdefault(view, self.party.parts.tally()).add(proposer, (value, certificate)):
            self.record(view, proposer, SIGMA2, value, certificate)
            self.look()

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """Who tosses has seen a quorum of complete broadcasts: who has not asks which they are."""
        super().toss_arrived(source, message)
        if self.heeds_toss(message.round):
            self._tossed.setdefault(message.round, {})[source] = None
            self._ask_tossers()

    def heeds_toss(self, view: int) -> bool:
        """Whether a toss is noted: of views to come too, since who tossed before one begins tosses no more."""
        return self.in_window(view, self.view)

    def _ask_tossers(self) -> None:
        """Each once, those of before one's own beginning too: a liar may have told only them."""
        view = self.view
        if view and self.abandoned < view:
            for source in self._tossed.get(view, ()):
                if (view, source) not in self._asked:
                    self._asked[view, source] = None
                    self.send(source, FinishAsk(view))

    @takes(FinishAsk)
    def ask_arrived(self, source: str, message: FinishAsk) -> None:
        """Pass on what one knows, after the end as well."""
        for proposer, (value, certificate) in getattr(self._finishes.get(message.round), "items", list)():
            self.send(source, FinishProof(message.round, proposer, value, certificate))

    @takes(LeaderPreVote)
    def prevote_arrived(self, source: str, message: LeaderPreVote) -> None:
        """Whether somebody knows the first stage of the leader's broadcast."""
        view = message.round
        if view not in self.leaders and self.in_window(view, self.view):
            self.keep(source, message)
        elif view not in self.leaders or not self._prevote_holds(source, message):
            self.drop("pre-vote", source)
        elif self._prevotes.setdefault(view, self.party.parts.tally()).add(source, message):
            self.look()

    def _prevote_holds(self, source: str, message: LeaderPreVote) -> bool:
        view, value = message.round, message.value
        if value is None:
            tag, share = self.tag("prevote", view), message.share
            return share is not None and self.crypto.valid(share, source, tag, NONE)
        return self._is_leaders(view, value, message.certificate)

    def _is_leaders(self, view: int, value: bytes, certificate: Certificate | None) -> bool:
        leader = self.leaders[view]
        if certificate is None or not self.certifies(certificate, view, leader, SIGMA1, value):
            return False
        self.record(view, leader, SIGMA1, value, certificate)
        return True

    @takes(LeaderVote)
    def vote_arrived(self, source: str, message: LeaderVote) -> None:
        """A vote on the leader."""
        view = message.round
        if view not in self.leaders and self.in_window(view, self.view):
            self.keep(source, message)
        elif view not in self.leaders or not self.vote_holds(source, message):
            self.drop("vote", source)
        elif self._votes.setdefault(view, self.party.parts.tally()).add(source, message):
            self.look()

    def vote_holds(self, source: str, message: LeaderVote) -> bool:
        """Its share is valid, and it proves that the value is the leader's, or that a quorum knows of none."""
        view, value = message.round, message.value
        signed = NONE if value is None else signed_of(value)
        if not self.crypto.valid(message.share, source, self.tag("vote", view), signed):
            return False
        if value is not None:
            return self._is_leaders(view, value, message.certificate)
        return self.crypto.certified(message.certificate, self.tag("prevote", view), NONE, self.quorums.q)

    def look(self) -> None:
        """The steps of a view, each once."""
        view, q = self.view, self.quorums.q
        if self.halted or view == 0:
            return
        if len(self._finishes.get(view, ())) >= self.enough_finished() and self._once("toss", view):
            self.stop_and_toss()
        self._ask_tossers()
        if view not in self.leaders or self.abandoned < view:
            return
        if self._once("leader", view):
            self._meet_leader(view)
        if not self.halted and len(self._prevotes.get(view, ())) >= q and self._once("vote", view):
            self._vote(view, list(self._prevotes[view]))
        if not self.halted and len(self._votes.get(view, ())) >= q and self._once("end", view):
            self._end(view, list(self._votes[view]))

    def _once(self, what: str, view: int) -> bool:
        if (what, view) in self._said:
            return False
        self._said[what, view] = None
        return True

    def _meet_leader(self, view: int) -> None:
        """Decide if its broadcast is complete; else say whether its first stage is known."""
        known = self.of_leader(view)
        if SIGMA2 in known:
            self.fixed(view, known[SIGMA2][0])
            if self.party.settings.shortcut:
                value, certificate = known[SIGMA2]
                self.decide(view, value, certificate, SIGMA2)
                return
        if SIGMA1 in known:
            value, certificate = known[SIGMA1]
            self.multicast(LeaderPreVote(view, value, certificate, None))
            return
        share = self.crypto.sign(self.tag("prevote", view), NONE)
        if share is not None:
            self.multicast(LeaderPreVote(view, None, None, share))

    def _vote(self, view: int, prevotes: list[LeaderPreVote]) -> None:
        """For the leader's value if anybody knows it; else for none, with the proof that a quorum does not."""
        yes = next((one for one in prevotes if one.value is not None), None)
        if yes is not None and yes.value is not None and yes.certificate is not None:
            share = self.crypto.sign(self.tag("vote", view), signed_of(yes.value))
            if share is not None:
                self.multicast(LeaderVote(view, yes.value, yes.certificate, share))
            return
        shares = [one.share for one in prevotes if one.share is not None]
        nobody = self.crypto.combine(self.tag("prevote", view), NONE, shares, self.quorums.q)
        share = self.crypto.sign(self.tag("vote", view), NONE)
        if nobody is not None and share is not None:
            self.multicast(LeaderVote(view, None, nobody, share))

    def _end(self, view: int, votes: list[LeaderVote]) -> None:
        """All for the value: decide. All for none: everybody is free. Mixed: the value goes into the next view."""
        yes = [one for one in votes if one.value is not None]
        shares = [one.share for one in votes]
        if len(yes) == len(votes):
            value = yes[0].value or NONE
            certificate = self.crypto.combine(self.tag("vote", view), signed_of(value), shares, self.quorums.q)
            if certificate is not None:
                self.decide(view, value, certificate, BY_VOTES)
        elif yes:
            value = yes[0].value or NONE
            self.enter(view + 1, value, Key(view, value, yes[0].certificate))
        else:
            certificate = self.crypto.combine(self.tag("vote", view), NONE, shares, self.quorums.q)
            if certificate is not None:
                self.enter(view + 1, self.own, Key(view, NONE, certificate))

    def is_final(self, message: Halt) -> bool:
        """By the leader's complete broadcast, or by a quorum of votes for its value."""
        if self.leader_shown(message) is None:
            return False
        if message.stage == BY_VOTES:
            tag = self.tag("vote", message.round)
            return self.crypto.certified(message.certificate, tag, signed_of(message.value), self.quorums.q)
        return super().is_final(message)
