"""Binary agreement in rounds: a crusader agreement, then a common coin, until both agree.

Every round gives a party one value or none; the coin of the round then decides, or says what to try next. Three ways
to make a round: BCA (binding, the reference), MMR14 (not binding: a scheduler that sees the coin keeps it undecided for
ever) and MMR14 with a CONF step (binding again). Sources: Mostefaoui, Moumen and Raynal 2014; MacBrough 2018 (Cobalt);
Abraham, Ben-David and Yandamuri 2022.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from models.bft.events import Halted, RoundEntered
from models.bft.messages import Aux, Bval, Conf, Decide, Echo1, Echo2, Echo3, Toss
from models.bft.protocol import Protocol, takes
from models.bft.rounds import Round, RoundMessage

if TYPE_CHECKING:
    from models.bft.party import Party


class Binary(Protocol):
    """One agreement on 0 or 1. `rounds` are made when first heard of, and act once they are entered."""

    word: ClassVar[str] = "binary"

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        k = self.quorums.honest_one if party.settings.coin == "f+1" else self.quorums.honest_majority
        self.coin = party.parts.coin(self, "coin", k, self._coin_revealed)
        self.round = 0
        self.estimate = 0
        self.decision: int | None = None
        self.rounds: dict[int, Round] = {}
        self._outputs: dict[int, int | None] = {}
        self._heard = 0  # the highest round that somebody else is in
        self._decides = party.parts.support()
        self._said_decide = party.parts.tally()
        self._halted = False

    def make_round(self, turn: int) -> Round:
        """The crusader agreement of a round."""
        parts, word = self.party.parts, self.party.settings.protocol
        if word == "bca":
            return parts.bca(self, turn)
        return parts.mmr(self, turn) if word == "mmr14" else parts.conf(self, turn)

    def propose(self, value: int) -> None:
        """Begin with this estimate."""
        self.party.proposed(self.instance, value)
        self._enter(1, value)

    def _enter(self, turn: int, estimate: int) -> None:
        self.round, self.estimate = turn, estimate
        self.party.emit(RoundEntered(self.instance, turn, estimate))
        self._round(turn).enter(estimate)

    def _round(self, turn: int) -> Round:
        found = self.rounds.get(turn)
        if found is None:
            found = self.rounds[turn] = self.make_round(turn)
        return found

    def on(self, source: str, message: object) -> None:
        """Messages of a round go to that round, however early or late they are; after the end nothing counts."""
        if self._halted:
            return
        if isinstance(message, (Bval, Aux, Conf, Echo1, Echo2, Echo3)):
            self._of_a_round(source, message)
        else:
            super().on(source, cast("Decide", message))

    def _of_a_round(self, source: str, message: RoundMessage) -> None:
        turn = message.round
        if turn < 1 or not self.keeps(turn):
            self.drop("beyond the window", source)
            return
        if source != self.party.name:
            self._heard = max(self._heard, turn)
        self._round(turn).on(source, message)
        self.note_kept(turn, self.round, sum(one.kept for number, one in self.rounds.items() if number > self.round))
        self._conclude()

    def keeps(self, turn: int) -> bool:
        """What is early waits, within the window."""
        return self.in_window(turn, self.round)

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A coin share."""
        if message.phase != self.coin.phase or not self.keeps(message.round):
            self.drop("beyond the window", source)
        else:
            self.coin.take(source, message)

    def output(self, turn: int, value: int | None) -> None:
        """The crusader agreement of a round gave a value, or none: only now may the coin be known."""
        self._outputs[turn] = value
        self.coin.release(turn)
        self._conclude()

    def _coin_revealed(self, turn: int, number: int) -> None:  # noqa: ARG002 - looked up when the output is there
        self._conclude()

    def _conclude(self) -> None:
        """End the present round if output and coin are there; a decided party goes on only if somebody else has."""
        turn = self.round
        if turn == 0 or turn not in self._outputs or turn not in self.coin.known or self._halted:
            return
        value, side = self._outputs[turn], self.coin.known[turn] & 1
        if value is not None and value == side and self.decision is None:
            self.decide(value)
        if self.decision is None or self._heard > turn:
            self._enter(turn + 1, self.next_estimate(value, side))

    def next_estimate(self, value: int | None, side: int) -> int:
        """What came out, or else the coin."""
        return side if value is None else value

    def decide(self, value: int) -> None:
        """Once; and tell all, for a decision carries no proof."""
        self.decision = value
        self.party.decided(self.instance, value, self.round)
        self.multicast(Decide(value))
        self.after_decision()

    def after_decision(self) -> None:
        """The decided go on helping until a quorum has decided."""

    @takes(Decide)
    def decide_arrived(self, source: str, message: Decide) -> None:
        """F + 1 hold an honest one, so its decision is one's own; q will make everybody decide."""
        if message.value not in (0, 1) or not self._said_decide.add(source, message.value):
            self.drop("decide", source)
            return
        self._decides.add(source, message.value)
        count = self._decides.of(message.value)
        if count >= self.trusted() and self.decision is None:
            self.decide(message.value)
        if count >= self.quorums.q:
            self.halt()

    def trusted(self) -> int:
        """Among so many is an honest one."""
        return self.quorums.honest_one

    def halt(self) -> None:
        """Everybody will decide without one's help."""
        if not self._halted:
            self._halted = True
            self.party.emit(Halted(self.instance))
