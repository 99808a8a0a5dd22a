"""When a vote of a validated binary agreement counts: its share is valid, and its reason shows that it was allowed."""

from typing import TYPE_CHECKING

from models.bft.messages import AbbaDecide, Evidence, Justification, MainVote, PreProcess, PreVote
from sim.agreement import Share

if TYPE_CHECKING:
    from models.bft.abba import Abba, AbbaHost


class Justified:
    """The judge of one agreement's messages. Nothing of it depends on how far its own party has come."""

    def __init__(self, abba: "Abba", host: "AbbaHost") -> None:
        self._abba = abba
        self._host = host
        self._crypto = abba.crypto
        self._q = abba.quorums.q

    def preprocess(self, source: str, message: PreProcess) -> bool:
        """A 1 needs the proof; a 0 needs nothing."""
        if message.value not in (0, 1) or not self._signed(source, message.share, "pp", 0, message.value):
            return False
        return message.value == 0 or self._is_proof(message.evidence)

    def prevote(self, source: str, message: PreVote) -> bool:
        """A share and a reason."""
        if message.value not in (0, 1) or not self._signed(source, message.share, "pv", message.round, message.value):
            return False
        return self.prevote_allowed(message.round, message.value, message.reason)

    def prevote_allowed(self, turn: int, value: int, reason: Justification) -> bool:
        """Round 1: the proof, or that a quorum put in 0. Later: what the round before allows."""
        if turn == 1:
            if value == 1:
                return reason.kind == "external" and self._is_proof(reason.evidence)
            return reason.kind == "zero" and self._certified(reason, "pp", 0, 0)
        if reason.kind == "hard":
            return self._certified(reason, "pv", turn - 1, value)
        return (
            reason.kind == "soft"
            and self._certified(reason, "mv", turn - 1, None)
            and self._is_coin(turn, value, reason)
        )

    def _is_coin(self, turn: int, value: int, reason: Justification) -> bool:
        if turn == 2:
            return value == self._abba.soft_value(1)
        coin = self._abba.coin
        number = self._crypto.coin(coin.tag(turn - 1), reason.coins, coin.k)
        return number is not None and value == number & 1

    def mainvote(self, source: str, message: MainVote) -> bool:
        """A value needs the quorum of its pre-votes; to abstain needs a reason for each value."""
        if not self._signed(source, message.share, "mv", message.round, message.value):
            return False
        return self.mainvote_allowed(message)

    def mainvote_allowed(self, message: MainVote) -> bool:
        """Whether the reasons fit the vote."""
        turn, value, reasons = message.round, message.value, message.reasons
        if value is None:
            return len(reasons) == 2 and all(self.prevote_allowed(turn, side, reasons[side]) for side in (0, 1))
        return value in (0, 1) and len(reasons) == 1 and self._certified(reasons[0], "pv", turn, value)

    def decision(self, message: AbbaDecide) -> bool:
        """A quorum of main-votes for the value."""
        tag = self._abba.tag("mv", message.round)
        return message.value in (0, 1) and self._crypto.certified(message.certificate, tag, message.value, self._q)

    def _signed(self, source: str, share: Share, phase: str, turn: int, value: int | None) -> bool:
        return self._crypto.valid(share, source, self._abba.tag(phase, turn), value)

    def _certified(self, reason: Justification, phase: str, turn: int, value: int | None) -> bool:
        return self._crypto.certified(reason.certificate, self._abba.tag(phase, turn), value, self._q)

    def _is_proof(self, evidence: Evidence | None) -> bool:
        if evidence is None or not self._host.proves(self._abba, evidence):
            return False
        self._abba.proof_seen()
        return True
