"""Validated binary agreement, biased to 1: a 1 needs a proof from outside, and f + 1 honest ones make sure of 1.

Cachin, Kursawe and Shoup, "Random Oracles in Constantinople" (2000), as used by Cachin, Kursawe, Petzold and Shoup
(2001). Two rules make it terminate against a scheduler that sees the coin: the coin needs q shares, and what a party
takes into the next round is fixed before its share goes out.
"""

from typing import TYPE_CHECKING
from typing import Protocol as Shape

from models.bft.events import AbbaDecided, AbbaInput, Halted, ProofSeen, VoteSent
from models.bft.justified import Justified
from models.bft.messages import AbbaDecide, Evidence, Justification, MainVote, PreProcess, PreVote, Toss
from models.bft.protocol import Protocol, takes
from models.bft.tally import Tally
from sim.agreement import Share

if TYPE_CHECKING:
    from models.bft.party import Party


class AbbaHost(Shape):
    """Whom a validated agreement belongs to: it knows what proves a 1, and hears of proofs and of the decision."""

    def proves(self, abba: "Abba", evidence: Evidence) -> bool:
        """Whether `evidence` proves that 1 is valid. A proof is knowledge wherever it appears: the host keeps it."""

    def agreed(self, abba: "Abba", value: int) -> None:
        """The decision, told once."""


class Choice:
    """What a party takes from the main-votes of a round into the next: a hard value with its reason, or none (soft)."""

    def __init__(self, value: int | None, reason: Justification) -> None:
        self.value = value
        self.reason = reason


class Abba(Protocol):
    """One agreement at one party. Messages of any round are judged by what they carry, whenever they come."""

    word = "abba"

    def __init__(self, party: "Party", instance: str, host: AbbaHost) -> None:
        super().__init__(party, instance)
        self._host = host
        self.judge: Justified = party.parts.justified(self, host)
        self.coin = party.parts.coin(self, "coin", self.coin_threshold(), self._coin_revealed)
        self.round = 0
        self.decision: int | None = None
        self._pps: Tally[PreProcess] = party.parts.tally()
        self._pvs: dict[int, Tally[PreVote]] = {}
        self._mvs: dict[int, Tally[MainVote]] = {}
        self._prevoted: dict[int, None] = {}
        self._mainvoted: dict[int, None] = {}
        self._choices: dict[int, Choice] = {}
        self._halted = False
        self._proven = False

    def coin_threshold(self) -> int:
        """A quorum: so q - f of the honest have chosen before anybody can know the coin."""
        return self.quorums.q

    def propose(self, value: int, evidence: Evidence | None) -> None:
        """Begin with 1 and its proof, or with 0."""
        if self.round or self._halted:
            return
        self.party.emit(AbbaInput(self.instance, value))
        if evidence is not None:
            self.proof_seen()
        share = self._sign("pp", 0, value)
        self.round = 1
        if share is not None:
            self.multicast(PreProcess(value, share, evidence if value else None))
        self._step()

    def proof_seen(self) -> None:
        """Tell the checks that 1 is proven, once."""
        if not self._proven:
            self._proven = True
            self.party.emit(ProofSeen(self.instance))

    def on(self, source: str, message: object) -> None:
        """After the end nothing counts."""
        if not self._halted:
            super().on(source, message)  # type: ignore[arg-type] # what an envelope carries

    @takes(PreProcess)
    def preprocess_arrived(self, source: str, message: PreProcess) -> None:
        """An input."""
        if not self.judge.preprocess(source, message) or not self._pps.add(source, message):
            self.drop("pre-process", source)
            return
        self._step()

    @takes(PreVote)
    def prevote_arrived(self, source: str, message: PreVote) -> None:
        """A vote of the first phase."""
        if not self._keeps(message.round) or not self.judge.prevote(source, message):
            self.drop("pre-vote", source)
        elif self._pvs.setdefault(message.round, self.party.parts.tally()).add(source, message):
            self._note(message.round)
            self._step()

    @takes(MainVote)
    def mainvote_arrived(self, source: str, message: MainVote) -> None:
        """A vote of the second phase."""
        if not self._keeps(message.round) or not self.judge.mainvote(source, message):
            self.drop("main-vote", source)
        elif self._mvs.setdefault(message.round, self.party.parts.tally()).add(source, message):
            self._note(message.round)
            self._step()

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A coin share."""
        if message.phase == "coin" and self._keeps(message.round):
            self.coin.take(source, message)
        else:
            self.drop("coin", source)

    @takes(AbbaDecide)
    def decide_arrived(self, source: str, message: AbbaDecide) -> None:
        """A decision with its proof counts at any time, even before one's own start."""
        if self.judge.decision(message):
            self._decide(message)
        else:
            self.drop("decide", source)

    def _keeps(self, turn: int) -> bool:
        return turn >= 1 and self.in_window(turn, self.round)

    def _note(self, turn: int) -> None:
        if turn > self.round:
            size = sum(map(len, self._pvs.values())) + sum(map(len, self._mvs.values()))
            self.note_kept(turn, self.round, size)

    def _step(self) -> None:
        """Do all that has become possible. Nothing is, before the own input."""
        while self.round and not self._halted:
            turn = self.round
            if not (self._prevote_first() or self._mainvote(turn) or self._choose(turn) or self._next(turn)):
                return

    def _prevote_first(self) -> bool:
        """A quorum of inputs: 1 if any of them is."""
        if self.round != 1 or 1 in self._prevoted or len(self._pps) < self.quorums.q:
            return False
        proofs = [one.evidence for one in self._pps if one.value == 1]
        if proofs:
            self._prevote(1, 1, Justification("external", evidence=proofs[0]))
            return True
        shares = [one.share for one in self._pps]
        zero = self.crypto.combine(self.tag("pp"), 0, shares, self.quorums.q)
        self._prevote(1, 0, Justification("zero", zero))
        return True

    def _prevote(self, turn: int, value: int, reason: Justification) -> None:
        self._prevoted[turn] = None
        share = self._sign("pv", turn, value, reason.kind)
        if share is not None:
            self.multicast(PreVote(turn, value, share, reason))

    def _mainvote(self, turn: int) -> bool:
        """A quorum of pre-votes: the value if it is one, abstain if it is two."""
        votes = self._pvs.get(turn, ())
        if turn in self._mainvoted or turn not in self._prevoted or len(votes) < self.quorums.q:
            return False
        self._mainvoted[turn] = None
        value, reasons = self.mainvote_of(turn, list(votes))
        share = self._sign("mv", turn, value)
        if share is not None:
            self.multicast(MainVote(turn, value, share, reasons))
        return True

    def mainvote_of(self, turn: int, votes: list[PreVote]) -> tuple[int | None, tuple[Justification, ...]]:
        """The main-vote that these pre-votes lead to, and what justifies it."""
        reasons = {vote.value: vote.reason for vote in votes}
        if len(reasons) == 2:
            return None, (reasons[0], reasons[1])
        return self.hard_vote(turn, votes[0].value, votes)

    def hard_vote(self, turn: int, value: int, votes: list[PreVote]) -> tuple[int, tuple[Justification, ...]]:
        """A main-vote for `value`, with the certificate of the pre-votes for it."""
        shares = [vote.share for vote in votes if vote.value == value]
        return value, (Justification("hard", self.crypto.combine(self.tag("pv", turn), value, shares, self.quorums.q)),)

    def _choose(self, turn: int) -> bool:
        """The first quorum of main-votes, once: decide, or fix what goes into the next round, and then toss."""
        votes = self._mvs.get(turn, ())
        if turn in self._choices or turn not in self._mainvoted or len(votes) < self.quorums.q:
            return False
        first = list(votes)[: self.quorums.q]
        value = self.decides(turn, first)
        if value is not None:
            certificate = self.crypto.combine(self.tag("mv", turn), value, [one.share for one in first], self.quorums.q)
            if certificate is not None:
                self._decide(AbbaDecide(turn, value, certificate))
                return True
        self._choices[turn] = self.choice_of(turn, first)
        if turn >= 2:
            self.coin.release(turn)
        return True

    def decides(self, turn: int, votes: list[MainVote]) -> int | None:  # noqa: ARG002 - a mutant looks at the round
        """The value of all these main-votes, if it is one."""
        values = {vote.value for vote in votes}
        return votes[0].value if len(values) == 1 else None

    def choice_of(self, turn: int, votes: list[MainVote]) -> Choice:
        """The value of any main-vote that has one, with that vote's own reason; else none."""
        for vote in votes:
            if vote.value is not None:
                return Choice(vote.value, vote.reasons[0])
        shares = [vote.share for vote in votes]
        abstained = self.crypto.combine(self.tag("mv", turn), None, shares, self.quorums.q)
        return Choice(None, Justification("soft", abstained))

    def _next(self, turn: int) -> bool:
        """Enter the next round: at once with a hard choice, with a soft one when the coin is there."""
        if turn not in self._choices:
            return False
        choice = self.final_choice(turn)
        if choice.value is None and turn >= 2 and turn not in self.coin.known:
            return False
        self.round = turn + 1
        if choice.value is not None:
            self._prevote(turn + 1, choice.value, choice.reason)
        else:
            coins = self.coin.shares(turn) if turn >= 2 else ()
            reason = Justification("soft", choice.reason.certificate, None, coins)
            self._prevote(turn + 1, self.soft_value(turn), reason)
        return True

    def final_choice(self, turn: int) -> Choice:
        """What was fixed before the coin; later main-votes change nothing."""
        return self._choices[turn]

    def soft_value(self, turn: int) -> int:
        """What the coin of a round says; that of the first is 1, which is the bias."""
        return 1 if turn == 1 else self.coin.known[turn] & 1

    def _coin_revealed(self, turn: int, number: int) -> None:  # noqa: ARG002 - looked up when it is needed
        self._step()

    def _decide(self, message: AbbaDecide) -> None:
        """Once; pass the proof on, and be done."""
        if self._halted:
            return
        self._halted = True
        self.decision = message.value
        self.party.emit(AbbaDecided(self.instance, message.round, message.value))
        self.multicast(message)
        self.party.emit(Halted(self.instance))
        self._host.agreed(self, message.value)

    def _sign(self, phase: str, turn: int, value: int | None, why: str = "") -> Share | None:
        self.party.emit(VoteSent(self.instance, phase, turn, value, why))
        return self.crypto.sign(self.tag(phase, turn), value)
