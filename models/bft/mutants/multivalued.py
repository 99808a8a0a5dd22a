# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of multivalued agreement: each class overrides one rule of a part."""

from models.bft.candidates import Candidates
from models.bft.ckps import Ckps
from models.bft.messages import Evidence, Key, LeaderVote
from models.bft.pmvba import Pmvba
from models.bft.smvba import NONE, Smvba
from models.bft.vaba import Vaba


class AnyValue(Ckps):
    """Signs values without looking at them."""

    def may_sign_value(self, sender: str, value: bytes) -> bool:  # noqa: ARG002
        return True


class LateStop(Vaba):
    """Tosses first, and gives up the promotions only when the leader is known."""

    def stop_and_toss(self) -> None:
        self.coin.release(self.view)


class NoLock(Vaba):
    """Signs any valid value, whatever is locked."""

    def unlocks(self, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        return True


class WaitsForTwo(Pmvba):
    """Recommends once it has heard two proofs."""

    def may_recommend(self) -> bool:
        return len(self.proofs) >= 2


class SilentAfter(Pmvba):
    """Answers nobody once it has decided."""

    def may_answer(self) -> bool:
        return not self._decided


class FreeZero(Ckps):
    """Counts votes without proof at once, whatever the voter had committed to."""

    def zero_counts(self, source: str, candidate: str) -> bool:  # noqa: ARG002
        return True


class EarlyVote(Ckps):
    """Votes as soon as the order is known, committed or not."""

    def may_vote(self) -> bool:
        return True


class ElectsEarly(Vaba):
    """Lets the coin be tossed as soon as one promotion is complete."""

    def enough_finished(self) -> int:
        return 1


class TossesEarly(Smvba):
    """Tosses as soon as one broadcast is complete."""

    def enough_finished(self) -> int:
        return 1


class AllZeroAny(Smvba):
    """Lets everybody put a value of its own into the next view, without proof that a quorum voted for none."""

    def allowed(self, view: int, value: bytes, key: Key | None) -> bool:
        return key is None or key.value == NONE or super().allowed(view, value, key)


class DeafToEarlyTosses(Smvba):
    """Asks those alone who toss after its own view has begun."""

    def heeds_toss(self, view: int) -> bool:
        return view == self.view


class PassesBadVote(Smvba):
    """Notes that a vote does not hold, and counts it."""

    def vote_holds(self, source: str, message: LeaderVote) -> bool:
        super().vote_holds(source, message)
        return True


class EarlyOrder(Pmvba):
    """Lets the order be known when f + 1 have their recommendations."""

    def order_threshold(self) -> int:
        return self.quorums.honest_one


class ProofsInVotesOnly(Pmvba):
    """Checks the proofs that agreements carry, and forgets them."""

    def learn_in_agreement(self, candidate: str, evidence: Evidence) -> bool:
        return self.is_proof(candidate, evidence)


class RetriesAllZero(Candidates):
    """Begins anew when all candidates got 0, as if that could be."""

    def exhausted(self, turn: int) -> None:
        self.order += self.order
        self.vote(turn)


class VotesZero(Pmvba):
    """Forgets its proofs when it votes."""

    def proofs_get(self, candidate: str) -> Evidence | None:  # noqa: ARG002
        return None
