"""Zones and the latencies between them, as a networkx graph."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sim.world.distributions import Distribution
from sim.world.streams import Stream

_U32 = 0xFFFFFFFF
_ODD = 0x9E3779B1


@dataclass(frozen=True)
class Path:
    """One hop after another: the sum of their latencies, each drawn from other bits of the same word."""

    hops: tuple[Distribution, ...]

    def at(self, u32: int) -> int:
        """The sum for these 32 bits, which are mixed for each hop, so that not all of them are slow at once."""
        return sum(hop.at((u32 * (_ODD + 2 * i) + i) & _U32) for i, hop in enumerate(self.hops))

    def draw(self, stream: Stream) -> int:
        """One sum."""
        return self.at(stream.word() & _U32)


class Topology:
    """A graph of zones: an edge carries the latency of one direction, `within` is the latency inside a zone.

    Zones without an edge of their own talk over the path with the fewest hops, ties broken by the order of names.
    """

    def __init__(self, within: Distribution, between: Mapping[tuple[str, str], Distribution]) -> None:
        import networkx as nx  # here, because a run without zones does not need it

        self.within = within
        self.graph: nx.Graph[str] = nx.Graph()
        for (one, other), latency in sorted(between.items()):
            self.graph.add_edge(one, other, latency=latency)
        self.latency = cache(self._latency)

    def _latency(self, source: str, target: str) -> Distribution:
        """The latency from zone to zone; ValueError if no path joins them."""
        import networkx as nx

        if source == target:
            return self.within
        try:
            hops = min(nx.all_shortest_paths(self.graph, source, target))
        except (nx.NetworkXNoPath, nx.NodeNotFound) as error:
            raise ValueError(f"no path joins the zones {source!r} and {target!r}") from error
        latencies = tuple(self.graph.edges[pair]["latency"] for pair in itertools.pairwise(hops))
        return latencies[0] if len(latencies) == 1 else Path(latencies)
