"""Schedulers for searches: they keep within latencies that are given, and a search chooses which message is late."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import pydantic

from sim.faults.schedule.conductor import Conductor, Order
from sim.world.flight import Flight
from sim.world.quantities import Duration
from sim.world.units import MS

Number = Annotated[int, pydantic.Field(strict=True, ge=1, le=10_000_000)]


@dataclass
class _Ranks:
    """Link -> rank, and the numbers of the messages at which the link of that message falls behind all others."""

    ranks: dict[tuple[str, str], int]
    moments: frozenset[int]
    lowest: int


class Chains(Order):
    """Every link has a random priority, and the priorities share out the latencies from `least` to `most`.

    At `changes` random messages of the first `moments` their link falls behind all others. What one node tells another
    is a chain, as each message is caused by the sender's past; so this is the scheduler of Burckhardt and others
    (ASPLOS 2010) on the chains of Ozkan and others (OOPSLA 2018), as far as latencies let one message pass another.
    """

    verb: ClassVar[str] = "chains"

    changes: Annotated[int, pydantic.Field(strict=True, ge=0, le=100)] = 2
    moments: Number = 1000
    least: Duration = 1 * MS
    most: Duration = 20 * MS

    def begin(self, conductor: Conductor) -> None:
        """Draw the ranks and the moments of change."""
        everybody = (*conductor.scene.roster.servers, *conductor.scene.roster.clients)
        links = [(one, other) for one in everybody for other in everybody if one != other]
        ranks = {link: rank for rank, link in enumerate(conductor.stream.shuffled(links))}
        moments = frozenset(conductor.stream.between(1, self.moments) for _ in range(self.changes))
        conductor.memory = _Ranks(ranks, moments, max(1, len(links) - 1))

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """By the rank of its link."""
        found, link = conductor.memory, (flight.source, flight.target)
        assert isinstance(found, _Ranks), "begin drew the ranks"
        if conductor.count("messages") in found.moments:
            found.lowest += 1
            found.ranks[link] = found.lowest
        return self.least + (self.most - self.least) * found.ranks.get(link, 0) // found.lowest


class Deviations(Order):
    """Every message takes `takes`, but for those of these numbers, counted as they are sent, which take `late`.

    The deterministic scheduler and the delays of delay-bounded search (Emmi and others, POPL 2011).
    """

    verb: ClassVar[str] = "deviations"

    messages: tuple[Number, ...] = ()
    takes: Duration = 1 * MS
    late: Duration = 20 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:  # noqa: ARG002
        """By number."""
        return self.late if conductor.count("messages") in self.messages else self.takes
