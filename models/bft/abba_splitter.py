"""The attack on validated binary agreement with a coin that opens too early, or a choice that is made too late.

Four parties. In each round P has pre-voted the last coin's side (soft) and H the other (hard); L has not pre-voted yet.
P and H see both values and abstain; P tosses, and with the corrupt x's share the coin s of the round is known. Only now
L is shown what makes it pre-vote 1 - s; with x and whoever of P and H agrees that is a certificate, so L goes on hard
with 1 - s, P soft with s, and H, which has chosen nothing yet, is the next L.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import pydantic

from models.bft.attack import Attack
from models.bft.messages import MainVote, PreProcess, PreVote, Toss
from sim import Message
from sim.adversary import Conductor, Flight
from sim.agreement import Share, Tag

PATIENCE = 15
"""Ticks without progress after which everything is let go: the protocol has not fallen for it."""


@dataclass
class Roles:
    """Who plays what in the present round. `own` are the main-votes of x, by round."""

    round: int = 1
    stage: str = "inputs"
    waited: int = 0
    p: str = ""
    h: str = ""
    free: str = ""  # L
    side: int = 1
    votes: dict[str, PreVote] = field(default_factory=dict)
    own: dict[int, MainVote] = field(default_factory=dict)


class AbbaSplitter(Attack):
    """Steers one agreement. With `late` both P and H toss, and L is steered while it waits for the coin."""

    verb: ClassVar[str] = "abba-splitter"
    holds: ClassVar[tuple[type[Message], ...]] = (PreProcess, PreVote, MainVote, Toss)

    instance: str = "1/abba0"
    late: pydantic.StrictBool = False

    def plan(self) -> Roles:
        """Before the inputs are known."""
        return Roles()

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """Nothing is held once the attack has failed."""
        return flight.delay if self._roles(conductor).stage == "failed" else super().delay(conductor, flight)

    def _roles(self, conductor: Conductor) -> Roles:
        roles = conductor.memory
        assert isinstance(roles, Roles), "begin put it there"
        return roles

    def tick(self, conductor: Conductor) -> None:
        """One step of the present stage; if nothing moves for long, the attack has failed."""
        roles = self._roles(conductor)
        steps = {"inputs": self._inputs, "first": self._first, "abstain": self._abstain, "toss": self._toss,
                 "steer": self._steer, "hard": self._hard, "next": self._next}  # fmt: skip
        if roles.stage == "failed":
            return
        following = steps[roles.stage](conductor, roles)
        roles.waited = 0 if following != roles.stage else roles.waited + 1
        roles.stage = following
        if roles.waited > PATIENCE:
            roles.stage = "failed"
        if roles.stage == "failed":
            conductor.let_go()

    def _inputs(self, conductor: Conductor, roles: Roles) -> str:
        """One honest input is 1: its party is P. All others are shown zeros, so that a quorum of them is certified."""
        said = {flight.source: body.value for flight, body in self.held(conductor, PreProcess)}
        if not set(said) >= set(conductor.honest):
            return "inputs"
        ones = [name for name in conductor.honest if said[name] == 1]
        zeros = [name for name in conductor.honest if said[name] == 0]
        if len(ones) != 1 or len(zeros) != 2 or not conductor.corrupt:
            return "failed"
        roles.p, roles.h, roles.free = ones[0], zeros[0], zeros[1]
        self.let(conductor, lambda flight, body: isinstance(body, PreProcess) and flight.source in zeros)
        for name in conductor.honest:
            self.say(conductor, name, PreProcess(0, self._share(conductor, "pp", 0, 0), None))
        return "first"

    def _first(self, conductor: Conductor, roles: Roles) -> str:  # noqa: ARG002
        """All have pre-voted, P for 1 and the others for 0."""
        said = {flight.source for flight, _ in self.held(conductor, PreVote, 1)}
        return "abstain" if said >= set(conductor.honest) else "first"

    def _abstain(self, conductor: Conductor, roles: Roles) -> str:
        """P and H see each other's pre-votes and one of x, so they abstain."""
        votes = {flight.source: body for flight, body in self.held(conductor, PreVote, roles.round)}
        pair = (roles.p, roles.h)
        if not set(votes) >= set(pair):
            return "abstain"
        roles.votes = votes
        self.let(
            conductor, lambda flight, body: isinstance(body, PreVote) and self._among(flight, pair, pair, roles.round)
        )
        for name in pair:
            self.say(conductor, name, self._like(conductor, votes[roles.p]))
        return "toss"

    def _toss(self, conductor: Conductor, roles: Roles) -> str:
        """P, and with `late` H, gets three abstentions and tosses."""
        turn, pair = roles.round, (roles.p, roles.h)
        votes = {flight.source: body for flight, body in self.held(conductor, MainVote, turn)}
        if not set(votes) >= set(pair):
            return "toss"
        if votes[roles.p].value is not None or votes[roles.h].value is not None:
            return "failed"
        share = self._share(conductor, "mv", turn, None)
        roles.own[turn] = MainVote(turn, None, share, votes[roles.p].reasons)
        targets = pair if self.late and turn > 1 else (roles.p,)
        self.let(
            conductor, lambda flight, body: isinstance(body, MainVote) and self._among(flight, pair, targets, turn)
        )
        for name in targets:
            self.say(conductor, name, roles.own[turn])
        return "steer"

    def _steer(self, conductor: Conductor, roles: Roles) -> str:
        """The coin is known: L is shown that of the last round which makes it pre-vote the other side."""
        side = self._coin(conductor, roles)
        if side is None:
            return "steer"
        roles.side = side
        if roles.round > 1:
            self._show_last_round(conductor, roles, roles.round - 1, 1 - side)
        return "hard"

    def _show_last_round(self, conductor: Conductor, roles: Roles, turn: int, wanted: int) -> None:
        """The hard main-vote if that is its value; else abstentions, and then the coin."""
        hard = [body.value for _, body in self.held(conductor, MainVote, turn) if body.value is not None]
        if not (hard and hard[0] == wanted):
            self.let(conductor, lambda flight, body: self._to_free(flight, roles, turn) and _is_main(body, hard=False))
            self._open_coin(conductor, roles.free, turn)
        else:
            self.let(conductor, lambda flight, body: self._to_free(flight, roles, turn) and _is_main(body, hard=True))
        self.say(conductor, roles.free, roles.own[turn])

    def _hard(self, conductor: Conductor, roles: Roles) -> str:
        """L's pre-vote, x's and that of whoever agrees make a certificate: L main-votes the other side."""
        votes = {flight.source: body for flight, body in self.held(conductor, PreVote, roles.round)}
        mine = votes.get(roles.free)
        if mine is None:
            return "hard"
        if mine.value != 1 - roles.side:
            return "failed"
        self.say(conductor, roles.free, self._like(conductor, mine))
        self.let(
            conductor,
            lambda flight, body: (
                isinstance(body, PreVote) and body.value == mine.value and self._to_free(flight, roles, roles.round)
            ),
        )
        return "next"

    def _next(self, conductor: Conductor, roles: Roles) -> str:
        """L has main-voted: it goes on hard, P soft with the coin; and who abstained beside P is free."""
        turn = roles.round
        if roles.free not in {flight.source for flight, _ in self.held(conductor, MainVote, turn)}:
            return "next"
        self.let(conductor, lambda flight, body: self._to_free(flight, roles, turn) and _is_main(body, hard=False))
        self.say(conductor, roles.free, roles.own[turn])
        if turn > 1:
            self._open_coin(conductor, roles.p, turn)
        roles.h, roles.free = roles.free, roles.h
        roles.round += 1
        return "abstain"

    def _open_coin(self, conductor: Conductor, name: str, turn: int) -> None:
        """Let `name` see the coin of a round: what shares there are, and x's."""
        if turn > 1:
            self.let(conductor, lambda flight, body: isinstance(body, Toss) and self._is_for(flight, name, turn))
            share = conductor.signer(conductor.corrupt[0]).coin_share(self._tag("coin", turn))
            self.say(conductor, name, Toss("coin", turn, share))

    def _to_free(self, flight: Flight, roles: Roles, turn: int) -> bool:
        return self._is_for(flight, roles.free, turn)

    def _is_for(self, flight: Flight, name: str, turn: int) -> bool:
        return flight.target == name and flight.round == turn

    def _among(self, flight: Flight, sources: tuple[str, ...], targets: tuple[str, ...], turn: int) -> bool:
        return flight.source in sources and flight.target in targets and flight.round == turn

    def _share(self, conductor: Conductor, phase: str, turn: int, value: int | None) -> Share:
        return conductor.signer(conductor.corrupt[0]).share(self._tag(phase, turn), value)

    def _like(self, conductor: Conductor, vote: PreVote) -> PreVote:
        """The same pre-vote, by x."""
        return PreVote(vote.round, vote.value, self._share(conductor, "pv", vote.round, vote.value), vote.reason)

    def _tag(self, phase: str, turn: int) -> Tag:
        return Tag("abba", self.instance, phase, turn, "")

    def _coin(self, conductor: Conductor, roles: Roles) -> int | None:
        """The first round's coin is 1; the others are known when honest shares and x's are enough."""
        if roles.round == 1:
            return 1
        n = len(conductor.scene.roster.servers)
        f = (n - 1) // 3
        return conductor.known_side(self._tag("coin", roles.round), n - f if self.late else f + 1)


def _is_main(body: Message, *, hard: bool) -> bool:
    return isinstance(body, MainVote) and (body.value is not None) == hard
