"""Prioritized-MVBA: a drawn committee of f + 1 proposes, everybody recommends one proof, the coin orders the committee.

A reconstruction. The structure (a random committee of f + 1, truncated consistent broadcasts, propose and recommend, a
random permutation by threshold coin, one validated binary agreement after another) is what the abstract and summaries
of Sony and Ding, "Prioritized-MVBA" (arXiv 2406.03739) state, on the base of Cachin and others 2001; its details are
derived, and each open one is a parameter: `recommend`, `votes`, `vote_phase`, `k1`, `k2`, `permute`, `own_proof`.

Why it works: the committee holds an honest member, whose broadcast completes, so everybody recommends something. When
the last honest party votes in the first iteration, some member's proof is held by f + 1 honest parties, so any q votes
on it hold a proof: the agreement on that member gives 1, and there are at most f + 1 iterations.
"""

from typing import TYPE_CHECKING

from models.bft.abba import Abba
from models.bft.ckps import candidate_of, iteration_of
from models.bft.draws import draw_order
from models.bft.events import Fetched, ProofLearned, Recommended
from models.bft.messages import Answer, Ask, Evidence, Key, Propose, Recommend, Toss, Vote
from models.bft.promotion import Promotion, signed_of
from models.bft.protocol import Protocol, takes
from sim.agreement import Certificate

if TYPE_CHECKING:
    from models.bft.party import Party


class Pmvba(Protocol):
    """One agreement at one party: 8n² + 3(f + 1)n messages and 10 rounds in the good case."""

    word = "pmvba"

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        parts = party.parts
        self.draw = parts.coin(self, "com", self._size(party.settings.k1), self._committee_known)
        self.perm = parts.coin(self, "perm", self.order_threshold(), self._order_revealed)
        self.candidates = parts.candidates(self, self.proofs_get, self.learn_vote, self._zero_counts, self._chosen)
        self.committee: tuple[str, ...] = ()
        self.proofs: dict[str, Evidence] = {}
        self._own: bytes | None = None
        self._recommenders = parts.tally()
        self._recommended = False
        self._number: int | None = None
        self._promotions: dict[str, Promotion] = {}
        self._asking: dict[tuple[str, str], None] = {}
        self._fetching: str | None = None
        self._decided = False

    def _size(self, said: str) -> int:
        return self.quorums.honest_one if said == "f+1" else self.quorums.q

    def order_threshold(self) -> int:
        """A quorum: so f + 1 honest ones have heard q recommendations before anybody knows the order."""
        return self._size(self.party.settings.k2)

    def child(self, name: str) -> Protocol | None:
        """A member's broadcast (p-n3), or the agreement of an iteration (abba0)."""
        turn = iteration_of(name)
        if turn is not None:
            known = turn < len(self.candidates.order)
            return self.party.parts.abba(self.party, f"{self.instance}/{name}", self) if known else None
        member = name.removeprefix("p-")
        if member == name or member not in self.committee:
            return None
        if member not in self._promotions:
            make = self.party.parts.promotion
            self._promotions[member] = make(self.party, f"{self.instance}/{name}", self, member, 0, 1)
        return self._promotions[member]

    def is_early(self, name: str) -> bool:
        """Broadcasts wait for the committee, agreements for the order."""
        turn = iteration_of(name)
        if turn is not None:
            return not self.candidates.order and turn <= self.quorums.f
        return not self.committee and name.removeprefix("p-") in self.quorums

    def propose(self, value: bytes) -> None:
        """S1: toss for the committee. The own value is sent only by its members."""
        self.party.proposed(self.instance, value)
        self._own = value
        self.draw.release(0)
        self._promote()

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A share of the committee's or the order's coin."""
        coin = {"com": self.draw, "perm": self.perm}.get(message.phase)
        if coin is None or message.round != 0:
            self.drop("coin", source)
        else:
            coin.take(source, message)

    def _committee_known(self, turn: int, number: int) -> None:  # noqa: ARG002 - there is one
        order = draw_order(self, "committee", 0, self.quorums.members, number)
        self.committee = order[: self.quorums.honest_one]
        self.party.wake(self.instance)
        self._promote()
        self.judge_kept()

    def _promote(self) -> None:
        """S2: a member broadcasts its value, once it has one."""
        name = self.party.name
        if name in self.committee and self._own is not None:
            own = self.party.find(f"{self.instance}/p-{name}")
            assert isinstance(own, Promotion), "members have one"
            if own.value is None:
                own.promote(self._own)

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        """Valid values."""
        return self.party.is_valid(value)

    def certificate_seen(self, promotion: Promotion, stage: int, value: bytes, certificate: Certificate) -> None:
        """There is one stage only."""

    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:  # noqa: ARG002
        """S3: propose."""
        evidence = Evidence(signed_of(value), value, certificate)
        if self.party.settings.own_proof == "at-once":
            self._learn(self.party.name, evidence)
        self.multicast(Propose(evidence))

    def is_proof(self, candidate: str, evidence: Evidence) -> bool:
        """Whether `evidence` shows that its value is the member's; it binds to member and instance."""
        if candidate not in self.committee:
            return False
        if evidence.value is not None and signed_of(evidence.value) != evidence.digest:
            return False
        promotion = self.party.find(f"{self.instance}/p-{candidate}")
        assert isinstance(promotion, Promotion), "members have one"
        tag = promotion.stage_tag(1)
        return self.crypto.certified(evidence.certificate, tag, evidence.digest, self.quorums.q)

    @takes(Propose)
    def propose_arrived(self, source: str, message: Propose) -> None:
        """S4: the first valid proof that comes is recommended."""
        if not self.committee:
            self.keep(source, message)
        elif message.evidence.value is None or not self.is_proof(source, message.evidence):
            self.drop("proposal", source)
        else:
            self._learn(source, message.evidence)
            self._recommend(source)

    @takes(Recommend)
    def recommend_arrived(self, source: str, message: Recommend) -> None:
        """S4: a quorum of recommendations lets the order be drawn."""
        if not self.committee:
            self.keep(source, message)
        elif not self.is_proof(message.candidate, message.evidence):
            self.drop("recommendation", source)
        else:
            self._learn(message.candidate, message.evidence)
            self._recommend(message.candidate)
            if self._recommenders.add(source, message.candidate) and len(self._recommenders) >= self.quorums.q:
                self.perm.release(0)
                self._permute()

    def _learn(self, candidate: str, evidence: Evidence) -> None:
        """A verified proof, wherever it appeared."""
        known = self.proofs.get(candidate)
        if known is None:
            self.party.emit(ProofLearned(self.instance, candidate))
        if known is None or known.value is None:
            self.proofs[candidate] = evidence
        if evidence.value is not None:
            self._answer_those_who_ask(candidate)
            self._finish()

    def _recommend(self, candidate: str) -> None:
        if not self._recommended and self.may_recommend():
            self._recommended = True
            self.party.emit(Recommended(self.instance, candidate))
            told = _told(self.proofs[candidate], self.party.settings.recommend == "value")
            self.multicast(Recommend(candidate, told))

    def may_recommend(self) -> bool:
        """One proof is enough: f members may be silent."""
        return True

    def _order_revealed(self, turn: int, number: int) -> None:  # noqa: ARG002 - there is one
        self._number = number
        self._permute()

    def _permute(self) -> None:
        """S5: the order counts once this party has its quorum of recommendations."""
        if self._number is None or self.candidates.order or not self.may_permute():
            return
        whole = self.party.settings.permute == "all"
        drawn = draw_order(self, "order", 0, self.quorums.members if whole else self.committee, self._number)
        self.candidates.order = tuple(name for name in drawn if name in self.committee)
        self.party.wake(self.instance)
        self.candidates.start()

    def may_permute(self) -> bool:
        """A quorum recommended something to this party."""
        return len(self._recommenders) >= self.quorums.q

    @takes(Vote)
    def vote_arrived(self, source: str, message: Vote) -> None:
        """S6: a vote on a member."""
        self.candidates.take(source, message)

    def proofs_get(self, candidate: str) -> Evidence | None:
        """The proof of a member as votes carry it, if it is known: with its value, or with the digest only."""
        found, settings = self.proofs.get(candidate), self.party.settings
        return None if found is None else _told(found, settings.votes == settings.recommend == "value")

    def learn_vote(self, candidate: str, evidence: Evidence) -> bool:
        """Whether a vote's proof holds; it is learned."""
        return self._holds(candidate, evidence)

    def _holds(self, candidate: str, evidence: Evidence) -> bool:
        if not self.is_proof(candidate, evidence):
            return False
        self._learn(candidate, evidence)
        return True

    def _zero_counts(self, source: str, candidate: str) -> bool:  # noqa: ARG002
        """A 0 needs no proof here."""
        return True

    def proves(self, abba: Abba, evidence: Evidence) -> bool:
        """What the agreement on a member takes for a proof. It is learned there, too: it may appear nowhere else."""
        candidate = candidate_of(abba.instance, self.candidates.order)
        return candidate is not None and self.learn_in_agreement(candidate, evidence)

    def learn_in_agreement(self, candidate: str, evidence: Evidence) -> bool:
        """Verify, and keep."""
        return self._holds(candidate, evidence)

    def agreed(self, abba: Abba, value: int) -> None:
        """An iteration is over."""
        self.candidates.agreed(iteration_of(abba.instance.rpartition("/")[2]) or 0, value)

    def _chosen(self, candidate: str) -> None:
        """S7: decide its value, and ask for it where it is missing."""
        self._fetching = candidate
        known = self.proofs.get(candidate)
        if known is None or known.value is None:
            self.party.emit(Fetched(self.instance, candidate))
            self.multicast(Ask(candidate))
        self._finish()

    @takes(Ask)
    def ask_arrived(self, source: str, message: Ask) -> None:
        """Answer now, or once there is something to answer; after deciding, too."""
        if message.candidate in self.committee and self.may_answer():
            self._asking[source, message.candidate] = None
            self._answer_those_who_ask(message.candidate)

    def may_answer(self) -> bool:
        """Always: who decided may be the only one that knows."""
        return True

    def _answer_those_who_ask(self, candidate: str) -> None:
        known = self.proofs.get(candidate)
        if known is None or known.value is None:
            return
        for source, wanted in list(self._asking):
            if wanted == candidate:
                del self._asking[source, wanted]
                self.send(source, Answer(candidate, known))

    @takes(Answer)
    def answer_arrived(self, source: str, message: Answer) -> None:
        """What was asked for."""
        if message.evidence.value is None or not self._holds(message.candidate, message.evidence):
            self.drop("answer", source)

    def _finish(self) -> None:
        chosen = self._fetching
        known = None if chosen is None else self.proofs.get(chosen)
        if known is not None and known.value is not None and not self._decided:
            self._decided = True
            self.party.decided(self.instance, known.value, chosen)


def _told(found: Evidence, whole: bool) -> Evidence:
    """A proof with its value, or with the digest only."""
    return Evidence(found.digest, found.value if whole else None, found.certificate)
