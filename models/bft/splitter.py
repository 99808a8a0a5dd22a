"""The attack on MMR14: one honest party is kept apart from the others, and gets the value that the coin is not.

Known from Tholoniat and Gramoli (2019, section 3) and HoneyBadgerBFT's issue 59. The honest are A0 and A1 (f each, with
estimate v) and B (one, with w = 1 - v); x are the f corrupt, whose own code should be silent: the scheduler speaks for
them. In each round A0 is made to support w first and A1 v, so both see two values and toss; now the coin s is known to
the adversary, and B is shown nothing but 1 - s. A goes on with s, B with 1 - s, and nobody has decided.
"""

from dataclasses import dataclass
from typing import ClassVar

from models.bft.attack import Attack
from models.bft.messages import Aux, Bval, Conf, Echo1, Echo2, Echo3, Toss
from sim import Message
from sim.adversary import Conductor, Flight
from sim.agreement import Tag

FIRST, SECOND, THIRD = (Bval, Echo1), (Aux, Echo2), (Conf, Echo3)
PATIENCE = 12
"""Ticks without progress after which a round is let go: the protocol has not fallen for it."""


@dataclass
class Plan:
    """Where the attack stands: the round, its stage, the groups, their values."""

    round: int = 1
    stage: str = "split"
    waited: int = 0
    a0: tuple[str, ...] = ()
    a1: tuple[str, ...] = ()
    b: str = ""
    v: int = 0

    @property
    def a(self) -> tuple[str, ...]:
        """All of A."""
        return self.a0 + self.a1


class CoinAwareSplitter(Attack):
    """Splits a binary agreement in rounds, whatever the rounds are made of; BCA and CONF withstand."""

    verb: ClassVar[str] = "coin-aware-splitter"
    holds: ClassVar[tuple[type[Message], ...]] = (*FIRST, *SECOND, *THIRD, Toss)

    def plan(self) -> Plan:
        """The first round."""
        return Plan()

    def tick(self, conductor: Conductor) -> None:
        """One step of the present stage; a round in which nothing moves is let go."""
        plan = self._plan(conductor)
        if plan.stage == "failed":
            return
        done = {"split": self._split, "merge": self._merge, "turn": self._turn, "open": self._open}[plan.stage]
        following = done(conductor, plan)
        if following != plan.stage:
            plan.stage, plan.waited = following, 0
            return
        plan.waited += 1
        if plan.waited > PATIENCE:
            plan.stage, plan.waited = "failed" if plan.stage == "split" else "open", 0
        if plan.stage == "failed":
            conductor.let_go()

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """Nothing is held once somebody has decided and the parties do not move together any more."""
        return flight.delay if self._plan(conductor).stage == "failed" else super().delay(conductor, flight)

    def _plan(self, conductor: Conductor) -> Plan:
        plan = conductor.memory
        assert isinstance(plan, Plan), "begin put it there"
        return plan

    def _split(self, conductor: Conductor, plan: Plan) -> str:
        """Once all honest estimates of the round are out: A0 hears w, A1 hears v."""
        estimates = self._estimates(conductor, plan)
        if len(estimates) < len(conductor.honest):
            return "split"
        self._group(conductor, plan, estimates)
        v, w = plan.v, 1 - plan.v
        self._speak(conductor, plan.a0, plan, w)
        self._speak(conductor, plan.a1, plan, v)
        self.let_round(conductor, plan.round, FIRST, (plan.b,), plan.a, w)
        self.let_round(conductor, plan.round, FIRST, plan.a0, plan.a1, v)
        self.let_round(conductor, plan.round, FIRST, plan.a1, plan.a1, v)
        return "merge"

    def _estimates(self, conductor: Conductor, plan: Plan) -> dict[str, int]:
        found: dict[str, int] = {}
        said = [(flight.source, body.value) for flight, body in self.held(conductor, Bval, plan.round)]
        said += [(flight.source, body.value) for flight, body in self.held(conductor, Echo1, plan.round)]
        for source, value in said:
            if source in conductor.honest:
                found.setdefault(source, value)
        return found

    def _group(self, conductor: Conductor, plan: Plan, estimates: dict[str, int]) -> None:
        """B is the one that stands alone, or the last if nobody does."""
        ones = [name for name in conductor.honest if estimates[name] == 1]
        zeros = [name for name in conductor.honest if estimates[name] == 0]
        few, many = sorted((ones, zeros), key=len)
        plan.b = few[0] if few else many[-1]
        plan.v = estimates[many[0]]
        rest = [name for name in conductor.honest if name != plan.b]
        half = len(rest) // 2
        plan.a0, plan.a1 = tuple(rest[:half]), tuple(rest[half:])

    def _merge(self, conductor: Conductor, plan: Plan) -> str:
        """Let A0 agree on w among itself; once all of A has said which value it saw first, show A everything of A."""
        self.let_round(conductor, plan.round, FIRST, plan.a0, plan.a0, 1 - plan.v)
        said = {flight.source for kind in SECOND for flight, _ in self.held(conductor, kind, plan.round)}
        if not said >= set(plan.a):
            return "merge"
        self.let_round(conductor, plan.round, (*FIRST, *SECOND, *THIRD), plan.a, plan.a, None)
        for value in (0, 1):
            self._speak(conductor, plan.a, plan, value)
        self._second(conductor, plan.a, plan, plan.v)
        return "turn"

    def _turn(self, conductor: Conductor, plan: Plan) -> str:
        """As soon as the coin is known, B is shown the other value, and only that."""
        self.let_round(conductor, plan.round, (*FIRST, *SECOND, *THIRD), plan.a, plan.a, None)
        side = self._coin(conductor, plan)
        if side is None:
            return "turn"
        other = 1 - side
        self._speak(conductor, (plan.b,), plan, other)
        self._second(conductor, (plan.b,), plan, other)
        self.let_round(conductor, plan.round, (*FIRST, *SECOND), plan.a, (plan.b,), other)
        tossed = any(flight.source == plan.b for flight, _ in self.held(conductor, Toss, plan.round))
        return "open" if tossed else "turn"

    def _open(self, conductor: Conductor, plan: Plan) -> str:
        """Let everything of this round and before arrive, and begin with the next."""
        conductor.let_go(lambda flight: flight.round <= plan.round)
        plan.round += 1
        return "split"

    def _coin(self, conductor: Conductor, plan: Plan) -> int | None:
        f = (len(conductor.scene.roster.servers) - 1) // 3
        return conductor.known_side(Tag("binary", self.instance, "coin", plan.round, ""), f + 1)

    def _speak(self, conductor: Conductor, to: tuple[str, ...], plan: Plan, value: int) -> None:
        """The corrupt give an estimate."""
        for name in to:
            self.say(conductor, name, Bval(plan.round, value))
            self.say(conductor, name, Echo1(plan.round, value))

    def _second(self, conductor: Conductor, to: tuple[str, ...], plan: Plan, value: int) -> None:
        """The corrupt say which value they saw first, and what they confirm."""
        both = (0, 1) if to == plan.a else (value,)
        turn = plan.round
        for name in to:
            for body in (Aux(turn, value), Conf(turn, both), Echo2(turn, value), Echo3(turn, None)):
                self.say(conductor, name, body)
