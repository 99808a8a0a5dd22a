"""Causal order: who came before whom by sessions and by reading, as a vector clock for every access."""

from sim.checks.components import Edges, components
from sim.checks.consistency.accesses import Access, Accesses

Clock = dict[str, int]
"""Session -> how many of its accesses came before, or are this one."""


class Clocks:
    """The causal order `co`: the transitive closure of session order and of reads-from.

    `cycle` are the places of accesses that come before themselves; then there are no clocks.
    """

    def __init__(self, accesses: Accesses) -> None:
        self._accesses = accesses
        after = direct_edges(accesses)
        groups = components(after, len(accesses.all))
        self.cycle: list[int] = groups[0] if groups else []
        self._clocks: list[Clock] = [] if groups else self._tick(after)

    def before(self, one: int, other: int) -> bool:
        """Whether access `one` is causally before `other`."""
        access = self._accesses.all[one]
        return one != other and self._clocks[other].get(access.session, 0) >= access.index

    def of(self, place: int) -> Clock:
        """The clock of an access."""
        return self._clocks[place]

    def _tick(self, after: Edges) -> list[Clock]:
        everything = self._accesses.all
        degree = [0] * len(everything)
        for afters in after:
            for place in afters:
                degree[place] += 1
        clocks: list[Clock] = [{} for _ in everything]
        ready = [access.place for access in everything if not degree[access.place]]
        for place in ready:  # grows while it is walked
            access = everything[place]
            clocks[place] = self._join(access, clocks)
            for later in after[place]:
                degree[later] -= 1
                if not degree[later]:
                    ready.append(later)
        return clocks

    def _join(self, access: Access, clocks: list[Clock]) -> Clock:
        before = self._accesses.before[access.place]
        clock = {} if before is None else clocks[before].copy()
        if access.read_from is not None and access.read_from >= 0:
            for session, count in clocks[access.read_from].items():
                if clock.get(session, 0) < count:
                    clock[session] = count
        clock[access.session] = access.index
        return clock


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
