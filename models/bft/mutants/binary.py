# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of binary agreement: each class overrides one rule of a part."""

from models.bft.abba import Abba, Choice
from models.bft.binary import Binary
from models.bft.crusader import Bca
from models.bft.justified import Justified
from models.bft.messages import AbbaDecide, Justification, MainVote, PreVote
from models.bft.mmr import MmrConf, single


class TrustsDecide(Binary):
    """Believes a single DECIDE."""

    def trusted(self) -> int:
        return 1


class NoConf(MmrConf):
    """Ends the round after AUX."""

    def supported(self, values: tuple[int, ...]) -> None:
        self.finish(single(values))


class EstimateNotSet(Binary):
    """Goes on with the coin even if a value came out."""

    def next_estimate(self, value: int | None, side: int) -> int:  # noqa: ARG002
        return side


class HaltsAtOnce(Binary):
    """Stops when it has decided."""

    def after_decision(self) -> None:
        self.halt()


class DropsFuture(Binary):
    """Drops what comes before its own round has."""

    def keeps(self, turn: int) -> bool:
        return turn <= self.round


class KeepsAllFuture(Binary):
    """Keeps messages of any later round."""

    def keeps(self, turn: int) -> bool:
        return turn >= 1


class EarlyCoin(Bca):
    """Gives its share of the coin with ECHO2."""

    def after_echo2(self) -> None:
        self._host.coin.release(self.round)


class TwoEcho2(Bca):
    """Says ECHO2 for each approved value."""

    def may_echo2(self, value: int) -> bool:  # noqa: ARG002
        return True


class NoJustification(Justified):
    """Takes pre-votes without a reason."""

    def prevote_allowed(self, turn: int, value: int, reason: Justification) -> bool:  # noqa: ARG002
        return True


class TrustsAbbaDecide(Justified):
    """Believes a DECIDE without its certificate."""

    def decision(self, message: AbbaDecide) -> bool:
        return message.value in (0, 1)


class LastMainVote(Abba):
    """Takes the reason of the last main-vote for a hard pre-vote, whatever that one says."""

    def choice_of(self, turn: int, votes: list[MainVote]) -> Choice:
        choice = super().choice_of(turn, votes)
        if choice.value is None or not votes[-1].reasons:
            return choice
        return Choice(choice.value, votes[-1].reasons[0])


class AlwaysOne(Abba):
    """Takes the coin for 1 in every round."""

    def soft_value(self, turn: int) -> int:  # noqa: ARG002
        return 1


class LowCoin(Abba):
    """Opens the coin with f + 1 shares."""

    def coin_threshold(self) -> int:
        return self.quorums.honest_one


class LateChoice(Abba):
    """Turns hard while it waits for the coin, if a main-vote with a value comes."""

    def final_choice(self, turn: int) -> Choice:
        return self.choice_of(turn, list(self._mvs[turn]))


class NoAbstain(Abba):
    """Votes for the majority of mixed pre-votes."""

    def mainvote_of(self, turn: int, votes: list[PreVote]) -> tuple[int | None, tuple[Justification, ...]]:
        ones = sum(vote.value for vote in votes)
        return self.hard_vote(turn, int(2 * ones > len(votes)), votes)


class OnPreVotes(Abba):
    """Decides when a quorum of pre-votes agrees."""

    def hard_vote(self, turn: int, value: int, votes: list[PreVote]) -> tuple[int, tuple[Justification, ...]]:
        found = super().hard_vote(turn, value, votes)
        certificate = found[1][0].certificate
        if certificate is not None:
            self._decide(AbbaDecide(turn, value, certificate))
        return found
