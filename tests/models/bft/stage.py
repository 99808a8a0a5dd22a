"""A stage for parties: every message waits until a test delivers it, and a test can speak for the corrupt.

stage = Stage(4, protocol="rbc")
stage.put_in("n1", b"ok:v")
stage.deliver("RbcSend", to="n2")
stage.say("n4", "n2", RbcReady(b"ok:v"))
"""

from functools import partial
from typing import TypeVar, cast

from models.bft.messages import Body, Envelope, Input
from models.bft.parts import Parts
from models.bft.party import Party
from models.bft.settings import Settings
from sim import Event
from sim.agreement import Decided, Share, Tag
from sim.world.flight import Flight
from sim.world.message import Emitted
from sim.world.units import MS
from sim.world.world import World

E = TypeVar("E", bound=Event)


class Stage:
    """`n` parties, of whom those in `corrupt` say nothing by themselves. `held` is what waits."""

    id = "stage"
    selves = True

    def __init__(
        self, n: int = 4, *, corrupt: tuple[str, ...] = (), parts: Parts | None = None, **settings: object
    ) -> None:
        self.names = tuple(f"n{number}" for number in range(1, n + 1))
        self.corrupt = corrupt
        self.world = World(1)
        self.held: list[Flight] = []
        self.events: list[Emitted] = []
        made = Settings.model_validate(settings)
        for name in self.names:
            self.world.add(name, partial(Party, made, self.names, parts or Parts()))
        for name in corrupt:
            self.world.byzantine[name] = None
            self.world.registry.coins.corrupt[name] = None
        self.world.subscribe([Event], self.events.append)
        self.world.network.obey(self)
        self.world.boot()
        self._go()

    def schedule(self, flight: Flight) -> int | None:
        if flight.source not in self.corrupt:
            self.held.append(flight)
        return None

    def _go(self) -> None:
        self.world.run_until(self.world.now + MS)

    def party(self, name: str) -> Party:
        return cast("Party", self.world.nodes[name].actor)

    def put_in(self, name: str, value: bytes | int, instance: str = "1") -> None:
        """The environment's input, for one party."""
        party = self.party(name)
        party.hear("environment", Input(instance, value))

    def put_in_all(self, value: bytes | int | None = None) -> None:
        for name in self.names:
            if name not in self.corrupt:
                self.put_in(name, f"ok:{name}".encode() if value is None else value)

    def say(self, source: str, to: str, body: Body, instance: str = "1") -> None:
        """A message in the true name of `source`, at once."""
        party = self.party(to)
        party._handlers[Envelope](party, source, Envelope(instance, body))

    def share(self, name: str, tag: Tag, value: object) -> Share:
        """A signature of a corrupt party."""
        assert name in self.corrupt
        return self.world.nodes[name].signer.share(tag, value)

    def deliver(self, kind: str = "", *, source: str = "", to: str = "") -> int:
        """Deliver what waits of this type, from and to these (any where nothing is said); how many there were."""

        def wanted(flight: Flight) -> bool:
            fits = kind in ("", flight.kind) and source in ("", flight.source) and to in ("", flight.target)
            return fits and flight.target not in self.corrupt

        going = [flight for flight in self.held if wanted(flight)]
        self.held = [flight for flight in self.held if not wanted(flight)]
        for flight in going:
            flight.depart(0)
        self._go()
        return len(going)

    def waiting(self, kind: str, source: str = "", to: str = "") -> list[Flight]:
        """What of this type waits."""
        return [one for one in self.held if one.kind == kind and source in ("", one.source) and to in ("", one.target)]

    def settle(self) -> None:
        """Deliver everything until nothing waits."""
        for _ in range(500):
            if not self.deliver():
                return
        raise AssertionError("the parties never stop talking")

    def said(self, kind: type[E], node: str = "") -> list[E]:
        """The events of one kind, of one party or of all."""
        return [one.event for one in self.events if isinstance(one.event, kind) and node in ("", one.node)]

    def decided(self, name: str) -> list[object]:
        """What a party decided, in order."""
        return [event.value for event in self.said(Decided, name)]
