"""The attack on coins that the adversary can compute beforehand: then binding does not help, and nobody ever decides.

The honest are A0, A1 (f each) and B (one); x are the f corrupt, whose own code is silent. The coin s of the round
is known before anything is said, so u = 1 - s is made the one value that can still come out: A0, B and x support u, A1
is shown both values and supports none. B then gets u, all of A gets nothing and follows the coin, and estimates differ
again. Works against binding crusader agreement and against MMR14 with CONF, whatever their threshold of coin shares.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.bft.attack import Attack
from models.bft.messages import Aux, Bval, Conf, Echo1, Echo2, Echo3, Toss
from models.bft.splitter import FIRST, SECOND, THIRD
from sim import Message
from sim.adversary import Conductor, Flight
from sim.agreement import Tag, digest_of

PATIENCE = 15
"""Ticks without progress after which everything is let go: the protocol has not fallen for it."""


@dataclass
class Course:
    """Where the attack stands: the round, its stage, the groups, the value that B is to get."""

    round: int = 1
    stage: str = "first"
    waited: int = 0
    a0: tuple[str, ...] = ()
    a1: tuple[str, ...] = ()
    b: str = ""
    u: int = 0

    @property
    def a(self) -> tuple[str, ...]:
        """All of A."""
        return self.a0 + self.a1

    @property
    def supporters(self) -> tuple[str, ...]:
        """Who shall support u."""
        return (*self.a0, self.b)


class ForeseenSplitter(Attack):
    """Steers one binary agreement whose coin it foresees: `predictable` (a fault), or a hash of public data."""

    verb: ClassVar[str] = "foreseen-splitter"
    holds: ClassVar[tuple[type[Message], ...]] = (*FIRST, *SECOND, *THIRD, Toss)

    coin: Literal["predictable", "public"] = "predictable"

    def plan(self) -> Course:
        """The first round."""
        return Course()

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """Nothing is held once the attack has failed."""
        return flight.delay if self._course(conductor).stage == "failed" else super().delay(conductor, flight)

    def _course(self, conductor: Conductor) -> Course:
        course = conductor.memory
        assert isinstance(course, Course), "begin put it there"
        return course

    def tick(self, conductor: Conductor) -> None:
        """One step of the present stage."""
        course = self._course(conductor)
        if course.stage == "failed":
            return
        steps = {"first": self._first, "support": self._support, "mix": self._mix, "show": self._show,
                 "open": self._open}  # fmt: skip
        following = steps[course.stage](conductor, course)
        course.waited = 0 if following != course.stage else course.waited + 1
        course.stage = "failed" if course.waited > PATIENCE else following
        if course.stage == "failed":
            conductor.let_go()

    def _first(self, conductor: Conductor, course: Course) -> str:
        """Once all estimates are out, everybody comes to support u first."""
        estimates = self._estimates(conductor, course.round)
        if len(estimates) < len(conductor.honest):
            return "first"
        side = self._side(conductor, course.round)
        if side is None or len(set(estimates.values())) < 2:
            return "failed"
        self._group(conductor, course, estimates, 1 - side)
        for value in (0, 1):
            self._speak(conductor, conductor.honest, (Bval(course.round, value), Echo1(course.round, value)))
        return "support"

    def _estimates(self, conductor: Conductor, turn: int) -> dict[str, int]:
        said = [(flight.source, body.value) for flight, body in self.held(conductor, Bval, turn)]
        said += [(flight.source, body.value) for flight, body in self.held(conductor, Echo1, turn)]
        return {source: value for source, value in reversed(said) if source in conductor.honest}

    def _group(self, conductor: Conductor, course: Course, estimates: dict[str, int], u: int) -> None:
        """B is one that stands with the fewer."""
        sides = [[name for name in conductor.honest if estimates[name] == value] for value in (0, 1)]
        course.b, course.u = min(sides, key=len)[0], u
        rest = [name for name in conductor.honest if name != course.b]
        half = len(rest) // 2
        course.a0, course.a1 = tuple(rest[:half]), tuple(rest[half:])

    def _support(self, conductor: Conductor, course: Course) -> str:
        """All say u second; A0, B and x see each other do so, and confirm it."""
        self.let_round(conductor, course.round, FIRST, conductor.honest, conductor.honest, course.u)
        if not self._all_said(conductor, course, SECOND, conductor.honest):
            return "support"
        self.let_round(conductor, course.round, SECOND, course.supporters, course.supporters, None)
        self._speak(conductor, course.supporters, (Aux(course.round, course.u), Echo2(course.round, course.u)))
        return "mix"

    def _mix(self, conductor: Conductor, course: Course) -> str:
        """With u confirmed there, everybody may see the other value; A1 sees it before it has confirmed anything."""
        if not self._all_said(conductor, course, THIRD, course.supporters):
            return "mix"
        other = 1 - course.u
        self.let_round(conductor, course.round, FIRST, conductor.honest, conductor.honest, None)
        self.let_round(conductor, course.round, SECOND, course.a, course.a1, None)
        self._speak(conductor, course.a1, (Aux(course.round, other), Echo2(course.round, other)))
        if not self._all_said(conductor, course, THIRD, conductor.honest):
            return "mix"
        return "show"

    def _show(self, conductor: Conductor, course: Course) -> str:
        """B sees nothing but u; A sees that A1 confirms none."""
        self.let_round(conductor, course.round, FIRST, conductor.honest, conductor.honest, None)
        self.let_round(conductor, course.round, THIRD, course.a0, (course.b,), None)
        self._speak(conductor, (course.b,), (Conf(course.round, (course.u,)), Echo3(course.round, course.u)))
        self.let_round(conductor, course.round, THIRD, course.a, course.a, None)
        self._speak(conductor, course.a, (Conf(course.round, (0, 1)), Echo3(course.round, None)))
        return "open"

    def _open(self, conductor: Conductor, course: Course) -> str:
        """Everybody has an output: let the coin and all the rest of the round arrive."""
        tossed = {flight.source for flight, _ in self.held(conductor, Toss, course.round)}
        if not tossed >= set(conductor.honest):
            return "open"
        conductor.let_go(lambda flight: flight.round <= course.round)
        course.round += 1
        return "first"

    def _side(self, conductor: Conductor, turn: int) -> int | None:
        tag = Tag("binary", self.instance, "coin", turn, "")
        if self.coin == "public":
            return public_coin(tag) & 1
        f = (len(conductor.scene.roster.servers) - 1) // 3
        return conductor.known_side(tag, f + 1)

    def _speak(
        self, conductor: Conductor, to: tuple[str, ...], bodies: tuple[Bval | Aux | Conf | Echo1 | Echo2 | Echo3, ...]
    ) -> None:
        for name in to:
            for body in bodies:
                self.say(conductor, name, body)

    def _all_said(
        self, conductor: Conductor, course: Course, kinds: tuple[type[Message], ...], names: tuple[str, ...]
    ) -> bool:
        said = [flight.source for kind in kinds for flight, _ in self.held(conductor, kind, course.round)]
        return set(said) >= set(names)


def public_coin(tag: Tag) -> int:
    """A coin that is no coin: a hash of public data, as several published implementations toss it."""
    return int.from_bytes(digest_of((tag.instance, tag.round)), "big")
