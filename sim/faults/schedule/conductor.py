"""An adversarial scheduler: decides when each message arrives, among all finite times.

It sees the header of every message (type, instance, round, from whom to whom) and, if the scenario says `sees: all`,
what is in it. It may hold a message as long as it likes; whatever it holds arrives when the fault heals. What a node
tells itself is local and passes no scheduler.
"""

from collections.abc import Callable
from typing import ClassVar, Literal

import pydantic

from sim.faults.fault import Scene
from sim.world.flight import Flight
from sim.world.message import Message
from sim.world.signatures import Signer, Tag
from sim.world.streams import Stream
from sim.world.units import MS
from sim.world.world import World

TICK = 1 * MS
"""How often a scheduler that works in steps looks at what it holds."""
_HOP = MS // 10


class Order(pydantic.BaseModel):
    """One way to schedule, as a scenario writes it."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    verb: ClassVar[str] = ""
    reads: ClassVar[bool] = False
    """Whether it looks into messages, which takes `sees: all`."""

    def names(self) -> tuple[str, ...]:
        """Nodes that it names."""
        return ()

    def begin(self, conductor: "Conductor") -> None:
        """The scheduler takes over."""

    def delay(self, conductor: "Conductor", flight: Flight) -> int | None:
        """The delay of a message in ns; None to hold it."""
        raise TypeError(f"{type(self).__name__} decides nothing about {flight.kind} of {conductor.id}")

    def tick(self, conductor: "Conductor") -> None:
        """Look at what is held, every TICK, if `begin` asked for it with `conductor.step`."""


class Conductor:
    """A scheduler at work: its held messages, its stream, and what it remembers.

    `selves` says that it decides about what nodes tell themselves, too: to reproduce results that were found that way.
    """

    def __init__(self, world: World, order: Order, scene: Scene, sees: Literal["headers", "all"]) -> None:
        self.id = scene.id
        self.world = world
        self.order = order
        self.scene = scene
        self.stream: Stream = scene.stream.child(order.verb)
        self.held: list[Flight] = []
        self.seen: dict[object, int] = {}
        self.memory: object = None
        self.selves = False
        self._sees = sees
        self._ended = False
        scene.acts.setdefault(order.verb, 0)

    @property
    def corrupt(self) -> tuple[str, ...]:
        """Who is the adversary's, in order of corruption."""
        return tuple(self.world.byzantine)

    @property
    def honest(self) -> tuple[str, ...]:
        """The servers that are not."""
        return tuple(name for name in self.scene.roster.servers if name not in self.world.byzantine)

    def schedule(self, flight: Flight) -> int | None:
        """Ask the order; hold what it does not let go."""
        delay = self.order.delay(self, flight)
        if delay != flight.delay:
            self.scene.acts[self.order.verb] += 1
        if delay is None:
            self.held.append(flight)
        return delay

    def read(self, flight: Flight) -> Message:
        """What is in a message: only for a scheduler that sees all."""
        assert self._sees == "all", f"{self.order.verb} reads messages: write 'sees: all'"
        return flight.message

    def speak(self, source: str, to: str, message: Message) -> None:
        """Let a corrupt node say something, which arrives at once: the adversary is one."""
        assert source in self.world.byzantine, f"{source} is honest: nobody can speak for it"
        node = self.world.nodes[source]
        if node.up:
            (node.links.get(to) or node.link(to)).hurry(message)

    def signer(self, name: str) -> Signer:
        """The signer of a corrupt node."""
        assert name in self.world.byzantine, f"{name} is honest: nobody can sign for it"
        return self.world.nodes[name].signer

    def known_side(self, tag: Tag, k: int) -> int | None:
        """The lowest bit of a coin of threshold `k`, as soon as the adversary can know it."""
        number = self.world.registry.coins.adversary_coin(tag, k)
        return None if number is None else number & 1

    def count(self, key: object) -> int:
        """How many times this was asked for `key`, this time included."""
        self.seen[key] = number = self.seen.get(key, 0) + 1
        return number

    def let_go(self, wanted: Callable[[Flight], bool] = lambda _: True, delay: int = _HOP) -> int:
        """Let every held message that is wanted arrive `delay` ns from now; how many there were."""
        sorted_out = [(flight, wanted(flight)) for flight in self.held]
        self.held = [flight for flight, goes in sorted_out if not goes]
        going = [flight for flight, goes in sorted_out if goes]
        for flight in going:
            flight.depart(delay)
        return len(going)

    def step(self) -> None:
        """Look at what is held every TICK from now on."""
        self.world.at(self.world.now + TICK, self._tick)

    def _tick(self) -> None:
        if not self._ended:
            self.order.tick(self)
            self.step()

    def end(self) -> None:
        """Hold nothing any more."""
        self._ended = True
        self.let_go()
