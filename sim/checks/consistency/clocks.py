"""Causal order: who came before whom by sessions and by reading, as a vector clock for every access.

A write of unknown outcome is in no session's order, so it would need a component of its own. Such writes are kept in a
bit set beside the clock instead: with them the clocks are still O(n x sessions), and n x unknown bits.
"""

from collections.abc import Iterable

from sim.checks.components import Edges, components, sorted_nodes
from sim.checks.consistency.accesses import Access, Accesses

Clock = list[int]
"""Session -> how many of its accesses came before, or are this one."""


class Clocks:
    """The causal order `co`: the transitive closure of session order and of reads-from.

    `cycle` are the places of some accesses that come before themselves, one after another; then there are no clocks.
    """

    def __init__(self, accesses: Accesses) -> None:
        self._all = accesses.all
        self._before = accesses.before
        self.cycle: list[int] = []
        order: Iterable[int] = range(len(accesses.all))
        if any(access.read_from is not None and access.read_from > access.place for access in accesses.all):
            edges = direct_edges(accesses)
            groups = components(edges, len(accesses.all))
            if groups:
                self.cycle = shortest_path(edges, groups[0][0], groups[0][0])
                return
            order = sorted_nodes(edges)
        self._clocks: list[Clock] = [[]] * len(accesses.all)
        self._open: list[int] = [0] * len(accesses.all)
        self._tick(order, accesses.sessions)

    def before(self, one: int, other: int) -> bool:
        """Whether access `one` is causally before `other`."""
        access = self._all[one]
        if access.bit >= 0:
            return bool(self._open[other] >> access.bit & 1)
        return one != other and self._clocks[other][access.session] >= access.index

    def of(self, place: int) -> Clock:
        """The clock of an access."""
        return self._clocks[place]

    def open_before(self, place: int) -> int:
        """The writes of unknown outcome before an access, as a set of bits."""
        return self._open[place]

    def _tick(self, order: Iterable[int], sessions: int) -> None:
        clocks, unknown = self._clocks, self._open
        for place in order:
            access = self._all[place]
            before, source = self._before[place], access.read_from
            clock = [0] * sessions if before is None else clocks[before].copy()
            bits = 0 if before is None else unknown[before]
            if source is not None and source >= 0:
                clock = [a if a > b else b for a, b in zip(clock, clocks[source], strict=True)]
                bit = self._all[source].bit
                bits |= unknown[source] | (1 << bit if bit >= 0 else 0)
            if access.bit < 0:
                clock[access.session] = access.index
            clocks[place], unknown[place] = clock, bits


def direct_edges(accesses: Accesses) -> Edges:
    """From each access to those that follow it in its session or read what it wrote."""
    after: Edges = [[] for _ in accesses.all]
    for access in accesses.all:
        before = accesses.before[access.place]
        if before is not None:
            after[before].append(access.place)
        if access.read_from is not None and access.read_from >= 0:
            after[access.read_from].append(access.place)
    return after


def shortest_path(edges: Edges, start: int, end: int) -> list[int]:
    """The nodes of a shortest way from `start` to `end`, both included, of at least one edge; none if there is none."""
    came: dict[int, int] = {}
    level = [start]
    for node in level:  # grows while it is walked
        for after in edges[node]:
            if after not in came:
                came[after] = node
                level.append(after)
        if end in came:
            break
    if end not in came:
        return []
    path = [end]
    while len(path) == 1 or path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]


def is_session_step(accesses: Accesses, one: Access, other: Access) -> bool:
    """Whether `other` follows `one` directly in its session."""
    return accesses.before[other.place] == one.place
