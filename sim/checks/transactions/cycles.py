"""Cycles of dependencies, named after the kinds of edges in them, the shortest of each name in a component.

Adya, "Weak Consistency" (1999), chapter 4; Kingsbury and Alvaro (2020), section 4. G0: writes only. G1c: writes and
what was read of them. G-single: exactly one anti-dependency (rw). G-nonadjacent: several, no two in a row. G2: two in a
row. A name ends in -session or -realtime if the cycle needs such an edge.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence

from sim.checks.transactions.anomaly import Dependency, Kind
from sim.checks.transactions.transaction import Transaction

Cycle = tuple[Dependency, ...]

_STEPS_MAX = 300_000
"""Nodes visited for one name in one component; beyond that the shortest cycle found so far is taken."""


class Component:
    """Transactions that all come before each other. `extra` are the kinds that need no data: session, realtime."""

    def __init__(
        self,
        nodes: Sequence[int],
        found: Sequence[Dependency],
        transactions: Sequence[Transaction],
        extra: frozenset[Kind],
    ) -> None:
        self._transactions = transactions
        self._extra = extra
        self._after: dict[int, list[Dependency]] = {node: [] for node in nodes}
        for one in found:
            self._after[one.before].append(one)
        if "session" in extra:
            for one in _sessions(nodes, transactions):
                self._after[one.before].append(one)
        self._by_call = [node for node in nodes if transactions[node].outcome != "fail"]
        self._calls = [transactions[node].call for node in self._by_call]
        self._rw = [one for one in found if one.kind == "rw"]
        self._left = 0

    def cycles(self) -> Iterator[tuple[str, Cycle]]:
        """(name without suffix, shortest cycle) for every name there is in this component."""
        plain: frozenset[Kind] = self._extra | {"ww"}
        both: frozenset[Kind] = plain | {"wr"}
        every: frozenset[Kind] = both | {"rw"}
        searches = (
            ("G0", self._through("ww", plain)),
            ("G1c", self._through("wr", both)),
            ("G-single", self._through("rw", both)),
            ("G-nonadjacent", self._nonadjacent(every)),
            ("G2", self._adjacent(every)),
        )
        for name, search in searches:
            self._left = _STEPS_MAX
            best = min(search, key=len, default=None)
            if best is not None:
                yield name, best

    def _through(self, kind: Kind, kinds: frozenset[Kind]) -> Iterator[Cycle]:
        """A cycle through each edge of a kind that is closed by edges of `kinds`."""
        for first in self._edges(kind):
            path = self._path(first.after, first.before, kinds)
            if path is not None:
                yield (first, *path)

    def _adjacent(self, kinds: frozenset[Kind]) -> Iterator[Cycle]:
        """A cycle through two anti-dependencies in a row."""
        for first in self._edges("rw"):
            for second in self._after[first.after]:
                if second.kind == "rw":
                    path = self._path(second.after, first.before, kinds)
                    if path is not None:
                        yield (first, second, *path)

    def _nonadjacent(self, kinds: frozenset[Kind]) -> Iterator[Cycle]:
        """A cycle with several anti-dependencies, of which no two stand in a row."""
        for first in self._edges("rw"):
            path = self._path_apart(first, kinds)
            if path is not None:
                yield (first, *path)

    def _edges(self, kind: Kind) -> Iterator[Dependency]:
        for afters in self._after.values():
            for one in afters:
                if one.kind == kind:
                    if self._left <= 0:
                        return
                    yield one

    def _path(self, start: int, goal: int, kinds: frozenset[Kind]) -> Cycle | None:
        """The shortest way from one transaction to another, breadth first."""
        if start == goal:
            return ()
        came: dict[int, Dependency] = {}
        waiting, reach = deque([start]), len(self._by_call)
        while waiting:
            node = waiting.popleft()
            self._left -= 1
            later, reach = self._later(node, reach) if "realtime" in kinds else ([], reach)
            for one in (*(one for one in self._after[node] if one.kind in kinds), *later):
                if one.after not in came and one.after != start:
                    came[one.after] = one
                    waiting.append(one.after)
                    if one.after == goal:
                        return _back(came, start, goal)
        return None

    def _later(self, node: int, reach: int) -> tuple[list[Dependency], int]:
        """Real-time edges to transactions that were called after this one returned, each of them given only once."""
        if self._transactions[node].outcome != "ok":
            return [], reach
        first = bisect_right(self._calls, self._transactions[node].ret)
        found = [Dependency(node, after, "realtime") for after in self._by_call[first:reach]]
        return found, min(reach, first)

    def _path_apart(self, first: Dependency, kinds: frozenset[Kind]) -> Cycle | None:
        """Back from the end of an anti-dependency to its beginning with at least one more, none beside another."""
        start = (first.after, True, False)
        came: dict[tuple[int, bool, bool], tuple[tuple[int, bool, bool], Dependency]] = {}
        waiting = deque([start])
        while waiting:
            state = waiting.popleft()
            node, after_rw, several = state
            self._left -= 1
            for one in self._all_after(node, kinds):
                if one.kind == "rw" and after_rw:
                    continue
                follows = (one.after, one.kind == "rw", several or one.kind == "rw")
                if follows in came or follows == start:
                    continue
                came[follows] = (state, one)
                if one.after != first.before:
                    waiting.append(follows)
                elif one.kind != "rw" and follows[2]:
                    path = _back_apart(came, start, follows)
                    if len({step.before for step in path}) == len(path):
                        return path
        return None

    def _all_after(self, node: int, kinds: frozenset[Kind]) -> Iterator[Dependency]:
        yield from (one for one in self._after[node] if one.kind in kinds)
        if "realtime" in kinds:
            yield from self._later(node, len(self._by_call))[0]


def _sessions(nodes: Sequence[int], transactions: Sequence[Transaction]) -> Iterator[Dependency]:
    last: dict[int, int] = {}
    for node in nodes:
        process = transactions[node].process
        if process in last:
            yield Dependency(last[process], node, "session")
        last[process] = node


def _back(came: dict[int, Dependency], start: int, goal: int) -> Cycle:
    path: list[Dependency] = []
    while goal != start:
        path.append(came[goal])
        goal = came[goal].before
    return tuple(reversed(path))


_State = tuple[int, bool, bool]


def _back_apart(came: dict[_State, tuple[_State, Dependency]], start: _State, goal: _State) -> Cycle:
    path: list[Dependency] = []
    while goal != start:
        goal, one = came[goal]
        path.append(one)
    return tuple(reversed(path))


def suffix_of(cycle: Cycle) -> str:
    """What a name ends in for the edges that a cycle needs."""
    kinds = {one.kind for one in cycle}
    return "-realtime" if "realtime" in kinds else "-session" if "session" in kinds else ""
