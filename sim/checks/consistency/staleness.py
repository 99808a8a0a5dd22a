"""Staleness: how many versions, and for how long, reads were behind what had been written. A metric, not a verdict."""

from bisect import bisect_left
from dataclasses import dataclass

from sim.checks.consistency.accesses import INITIAL, Access, Accesses, read_accesses
from sim.checks.history import OPEN, History
from sim.checks.values import typed
from sim.world.units import show_ns


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the read with number `op` was behind.

    versions: newer ones that had been completed before it was called. behind_ns: the time since the first of them was.
    """

    op: int
    versions: int
    behind_ns: int


@dataclass(frozen=True, slots=True)
class Staleness:
    """The reads of a history: all of them in order of call, and those whose writer is not known."""

    lags: tuple[Lag, ...]
    undecided: int

    @property
    def stale(self) -> int:
        """How many were behind."""
        return sum(lag.versions > 0 for lag in self.lags)

    def percentile(self, percent: int) -> Lag | None:
        """The lag that so many of a hundred reads do not exceed, by time; None without reads."""
        lags = sorted(self.lags, key=lambda lag: (lag.behind_ns, lag.versions))
        return lags[min(len(lags) - 1, percent * len(lags) // 100)] if lags else None

    def __str__(self) -> str:
        worst = self.percentile(100)
        if worst is None:
            return "no read has a known writer"
        middle = self.percentile(50)
        assert middle is not None, "what has a worst has a middle"
        return (
            f"{self.stale:,} of {len(self.lags):,} reads were stale, half by {show_ns(middle.behind_ns)} at most,"
            f" the worst by {show_ns(worst.behind_ns)}, {worst.versions:,} versions"
        )


def measure_staleness(history: History) -> Staleness:
    """Compare every read with the writes of its key that began after its own writer had returned. O(n log n)."""
    accesses = read_accesses(history)
    lags: list[Lag] = []
    undecided = 0
    readers: dict[object, list[tuple[Access, int]]] = {}
    for access in accesses.all:
        source = access.read_from
        if source is not None and source >= INITIAL:
            readers.setdefault(typed(access.op.key), []).append((access, source))
        else:
            undecided += access.reads
    for key, group in readers.items():
        lags += _lags(accesses, accesses.writes.get(key, []), group)
    return Staleness(tuple(sorted(lags, key=lambda lag: lag.op)), undecided)


def _lags(accesses: Accesses, places: list[int], group: list[tuple[Access, int]]) -> list[Lag]:
    """For each read: writes called after its source returned, and returned before it was called."""
    writes = sorted((accesses.all[place].op for place in places), key=lambda op: op.call)
    calls = [op.call for op in writes]
    by_ret = sorted((op.ret, i) for i, op in enumerate(writes) if op.ret < OPEN)
    times = {op.ret: op.ret_ns or 0 for op in writes}
    counts = _Counts(len(writes))
    at = 0
    found = []
    for access, source in sorted(group, key=lambda one: one[0].op.call):
        while at < len(by_ret) and by_ret[at][0] < access.op.call:
            ret, i = by_ret[at]
            counts.add(i, ret)
            at += 1
        after = -1 if source == INITIAL else accesses.all[source].op.ret
        first = bisect_left(calls, after)
        newer, earliest = counts.from_on(first)
        behind = access.op.call_ns - times[earliest] if newer else 0
        found.append(Lag(access.op.op, newer, behind))
    return found


class _Counts:
    """How many of the last n - i places were added, and the least number among them (a Fenwick tree)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._count = [0] * (size + 1)
        self._least = [OPEN] * (size + 1)

    def add(self, place: int, number: int) -> None:
        """Add a place with a number."""
        i = self._size - place
        while i <= self._size:
            self._count[i] += 1
            self._least[i] = min(self._least[i], number)
            i += i & -i

    def from_on(self, place: int) -> tuple[int, int]:
        """(count, least number) of all places from this one on."""
        i, count, least = self._size - place, 0, OPEN
        while i > 0:
            count += self._count[i]
            least = min(least, self._least[i])
            i -= i & -i
        return count, least
