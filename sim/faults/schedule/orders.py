"""Schedulers for any protocol, from the friendly to the hostile."""

from fnmatch import fnmatchcase
from math import isqrt
from typing import Annotated, ClassVar

import pydantic

from sim.faults.schedule.conductor import Conductor, Order
from sim.faults.selectors import Selector
from sim.world.distributions import Exponential
from sim.world.flight import Flight
from sim.world.quantities import Duration, LatencyField, Probability
from sim.world.units import MS, PERCENT

Count = Annotated[int, pydantic.Field(strict=True, ge=1, le=100_000)]


class Fifo(Order):
    """Every link keeps the order of what is sent on it."""

    verb: ClassVar[str] = "fifo"

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """Not before the one before it on the same link."""
        link, now = (flight.source, flight.target), conductor.world.now
        arrival = max(now + flight.delay, conductor.seen.get(link, 0) + 1)
        conductor.seen[link] = arrival
        return arrival - now


class Random(Order):
    """Every message takes a time of its own from a wide distribution."""

    verb: ClassVar[str] = "random"

    takes: LatencyField = Exponential(10 * MS)

    def delay(self, conductor: Conductor, flight: Flight) -> int:  # noqa: ARG002
        """A draw."""
        return self.takes.draw(conductor.stream)


class Pareto(Order):
    """Every message takes a time from a Pareto distribution with exponent 2: most are quick, a few very late."""

    verb: ClassVar[str] = "pareto"

    least: Duration = 1 * MS
    most: Duration = 1000 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:  # noqa: ARG002
        """By inverting the distribution: `least` over the root of u, cut at `most`."""
        u32 = conductor.stream.word() >> 32
        return min(self.most, (self.least << 16) // max(isqrt(u32), 1))


class Priority(Order):
    """Every sender has a random priority; the lower it is, the later it is heard (after Burckhardt and others, 2010).

    At `changes` random messages of the first thousand, somebody falls behind all others.
    """

    verb: ClassVar[str] = "priority"

    changes: Annotated[int, pydantic.Field(strict=True, ge=0, le=100)] = 3
    apart: Duration = 20 * MS

    def begin(self, conductor: Conductor) -> None:
        """Draw the ranks and the moments of change."""
        names = conductor.stream.shuffled(conductor.scene.roster.servers)
        conductor.seen.update({("rank", name): place for place, name in enumerate(names)})
        moments = [conductor.stream.below(1000) for _ in range(self.changes)]
        conductor.seen.update({("change", moment): 1 for moment in moments})

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By rank."""
        seen, number = conductor.seen, conductor.count("messages")
        if ("change", number) in seen:
            seen["rank", flight.source] = max(seen.get(("rank", n), 0) for n in conductor.scene.roster.servers) + 1
        return flight.delay + self.apart * seen.get(("rank", flight.source), 0)


class Rushing(Order):
    """The corrupt are heard at once, the honest `late`: the adversary speaks having seen what the honest said."""

    verb: ClassVar[str] = "rushing"

    late: Duration = 20 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """What goes to the corrupt is quick, too."""
        corrupt = conductor.world.byzantine
        quick = flight.source in corrupt or flight.target in corrupt
        return 0 if quick else flight.delay + self.late


class QuorumBlocking(Order):
    """Of the messages of one kind, instance and round for one receiver, those from the `quorum`-th on come `late`.

    A receiver that waits for a quorum thus waits for the last one each time, and others move on before it.
    """

    verb: ClassVar[str] = "quorum-blocking"

    quorum: Count | None = None
    late: Duration = 50 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By its place in line; a quorum is n - f of n > 3f unless the scenario says otherwise."""
        size = len(conductor.scene.roster.servers)
        quorum = self.quorum or size - (size - 1) // 3
        place = conductor.count((flight.target, flight.kind, flight.instance, flight.round))
        if place < quorum - 1:  # what the receiver tells itself is one of the quorum, and passes no scheduler
            return flight.delay
        return flight.delay + self.late + self.late * conductor.stream.below(100) // 100


class Isolating(Order):
    """All that `whom` (the leader, as the model says at that moment) says and hears is `late`."""

    verb: ClassVar[str] = "isolating"

    whom: Selector = ("leader",)
    late: Duration = 100 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By who it is now."""
        chosen = conductor.scene.resolve(self.whom)
        return flight.delay + (self.late if flight.source in chosen or flight.target in chosen else 0)


class SlowTypes(Order):
    """Messages of these `types` come `late` (of any type if there are none), from `source`, to `target`.

    `instances` limits it to instances whose name fits the pattern: `*/v-*`.
    """

    verb: ClassVar[str] = "slow-types"

    types: tuple[str, ...] = ()
    instances: str = "*"
    source: Selector = pydantic.Field(("all",), alias="from")
    target: Selector = pydantic.Field(("all",), alias="to")
    late: Duration = 100 * MS

    def begin(self, conductor: Conductor) -> None:
        """Who they are is settled once."""
        for end, selector in (("from", self.source), ("to", self.target)):
            conductor.seen.update({(end, name): 1 for name in conductor.scene.resolve(selector)})

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By type, instance and ends."""
        meant = ("from", flight.source) in conductor.seen and ("to", flight.target) in conductor.seen
        fits = (not self.types or flight.kind in self.types) and fnmatchcase(flight.instance, self.instances)
        return flight.delay + (self.late if meant and fits else 0)


class Uneven(Order):
    """Some receivers hear some types of messages `late`, always the same: each pair of them with chance `share`.

    So one party may know how a round ends before it knows what the round was about.
    """

    verb: ClassVar[str] = "uneven"

    share: Probability = 25 * PERCENT
    late: Duration = 100 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By type and receiver, whoever sends it."""
        is_late = conductor.stream.child(flight.kind, flight.target).chance(self.share)
        return flight.delay + (self.late if is_late else 0)


class LastMinute(Order):
    """Nothing arrives for `hold` at a time; then everything does, in an order that chance decides."""

    verb: ClassVar[str] = "last-minute"

    hold: Duration = 50 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:  # noqa: ARG002
        """Up to the next release."""
        now = conductor.world.now
        return self.hold - now % self.hold + conductor.stream.below(MS)


class Bounded(Order):
    """No message takes longer than `bound`, and any time up to it is as likely as another."""

    verb: ClassVar[str] = "bounded"

    bound: Duration = 20 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:  # noqa: ARG002
        """A draw."""
        return conductor.stream.below(self.bound + 1)


class ByRound(Order):
    """In each step of the protocol only those hear each other that share a group; all others wait until it heals.

    A step is a type of message and round, in the order in which they are first seen; after the last of `rounds` nothing
    waits. `walls` are for the same steps: from whom nothing goes to whom, group or not (after Twins, Bano and others).
    """

    verb: ClassVar[str] = "by-round"

    rounds: Annotated[tuple[tuple[tuple[str, ...], ...], ...], pydantic.Field(min_length=1)]
    walls: tuple[dict[str, tuple[str, ...]], ...] = ()

    def names(self) -> tuple[str, ...]:
        """All of the groups and walls."""
        grouped = [name for groups in self.rounds for group in groups for name in group]
        walled = [name for wall in self.walls for source, targets in wall.items() for name in (source, *targets)]
        return tuple(dict.fromkeys((*grouped, *walled)))

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """By the step that the message belongs to."""
        step = conductor.seen.setdefault((flight.kind, flight.round), len(conductor.seen))
        if step >= len(self.rounds):
            return flight.delay
        together = any(flight.source in group and flight.target in group for group in self.rounds[step])
        wall = self.walls[step] if step < len(self.walls) else {}
        return flight.delay if together and flight.target not in wall.get(flight.source, ()) else None
