"""Staleness: how many versions, and for how long, reads were behind what had been written. A metric, not a verdict."""

from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.accesses import INITIAL, Access, Accesses, SessionsAre, read_accesses
from sim.checks.history import OPEN, History, Op
from sim.checks.verdict import Status, Verdict
from sim.world.units import CERTAIN, show_ns


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
    """The reads of a history: all of them in order of call, and how many have a writer that nobody knows."""

    lags: tuple[Lag, ...]
    undecided: int

    @property
    def stale(self) -> int:
        """How many were behind."""
        return sum(lag.versions > 0 for lag in self.lags)

    @property
    def stale_ppb(self) -> int:
        """Their share of all reads, in parts per billion; 0 without reads."""
        return CERTAIN * self.stale // len(self.lags) if self.lags else 0

    def versions(self, percent: int) -> int:
        """The least number of versions that `percent` of the reads do not exceed; 0 without reads."""
        return _percentile([lag.versions for lag in self.lags], percent)

    def behind_ns(self, percent: int) -> int:
        """The least time in ns that `percent` of the reads do not exceed; 0 without reads."""
        return _percentile([lag.behind_ns for lag in self.lags], percent)

    def __str__(self) -> str:
        if not self.lags:
            return "no read has a known writer"
        return (
            f"{self.stale:,} of {len(self.lags):,} reads were stale, half by {show_ns(self.behind_ns(50))} at most, "
            f"99% by {show_ns(self.behind_ns(99))}, the worst by {show_ns(self.behind_ns(100))}, "
            f"at most {self.versions(100):,} versions"
        )


class Freshness(Check):
    """How far reads were behind: a metric, so it never fails. Unknown if it could not be measured for every read."""

    name = "staleness"

    def conclude(self, record: RunRecord) -> Verdict:
        """Measure every read."""
        found = measure_staleness(record.history)
        unmeasured = f"; {found.undecided:,} reads have no known writer" if found.undecided else ""
        status: Status = "pass" if found.lags and not found.undecided else "unknown"
        return Verdict(self.name, status, f"{found}{unmeasured}", "metric", work=len(found.lags))


def measure_staleness(history: History, *, sessions: SessionsAre = "client", initial: object = None) -> Staleness:
    """Compare every read with the writes of its key that began after the version it saw was there. O(n log n)."""
    accesses = read_accesses(history, sessions, initial)
    there = _there(accesses)
    lags: list[Lag] = []
    undecided = 0
    readers: dict[Hashable, list[tuple[Access, int]]] = {}
    for access in accesses.all:
        source = access.read_from
        if access.bit >= 0 or source is None:
            continue
        if source >= INITIAL:
            readers.setdefault(access.key, []).append((access, -1 if source == INITIAL else there[source]))
        else:
            undecided += 1
    for key, group in readers.items():
        lags += _lags([accesses.all[place].op for place in accesses.writes.get(key, [])], group)
    return Staleness(tuple(sorted(lags, key=lambda lag: lag.op)), undecided)


def _there(accesses: Accesses) -> list[int]:
    """The event by which each write surely was there: its return, or that of a read of it if this was earlier."""
    there = [access.op.ret for access in accesses.all]
    for access in accesses.all:
        if access.read_from is not None and access.read_from >= 0:
            there[access.read_from] = min(there[access.read_from], access.op.ret)
    return there


def _percentile(numbers: list[int], percent: int) -> int:
    """By nearest rank."""
    rank = -(-percent * len(numbers) // 100)
    return sorted(numbers)[max(rank, 1) - 1] if numbers else 0


def _lags(writes: list[Op], group: list[tuple[Access, int]]) -> list[Lag]:
    """For each read: writes called after the version it saw was there, and returned before it was called."""
    calls = [op.call for op in writes]
    by_ret = sorted((op.ret, i) for i, op in enumerate(writes) if op.ret < OPEN)
    times = {op.ret: op.ret_ns or 0 for op in writes}
    counts = _Counts(len(writes))
    at = 0
    found = []
    for access, there in group:
        while at < len(by_ret) and by_ret[at][0] < access.op.call:
            ret, i = by_ret[at]
            counts.add(i, ret)
            at += 1
        newer, earliest = counts.from_on(bisect_left(calls, there))
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
