"""What can be concluded from counts of runs: shares with intervals, times to detection with censoring, classes unseen.

Everything here is about the distribution that the runs were drawn from, a scenario's, and about nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, erfc, exp, log, sqrt

Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95%."""


@dataclass(frozen=True)
class Interval:
    """A 95% interval, both ends included; `high` None is no bound."""

    low: float
    high: float | None


def wilson(hits: int, runs: int) -> Interval:
    """The interval of a share (Wilson 1927): right near 0 and 1, where the usual one is not."""
    assert 0 <= hits <= runs, f"{hits} of {runs}"
    if not runs:
        return Interval(0.0, 1.0)
    share, square = hits / runs, Z95 * Z95
    centre = (share + square / (2 * runs)) / (1 + square / runs)
    half = Z95 * sqrt(share * (1 - share) / runs + square / (4 * runs * runs)) / (1 + square / runs)
    return Interval(0.0 if not hits else max(0.0, centre - half), 1.0 if hits == runs else min(1.0, centre + half))


def rule_of_three(runs: int) -> float:
    """The bound of a share that none of `runs` showed, with 95% confidence: 1 - 0.05**(1/runs), near 3/runs."""
    return 1.0 if not runs else 1 - exp(log(0.05) / runs)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value that two paired treatments differ only by chance (McNemar's test, binomial)."""
    discordant, fewer = only_first + only_second, min(only_first, only_second)
    if not discordant:
        return 1.0
    tail = sum(comb(discordant, k) for k in range(fewer + 1)) / (1 << discordant)
    return min(1.0, 2.0 * tail)


@dataclass(frozen=True)
class Wait:
    """How many runs it took until something was found; or how many were made in vain."""

    runs: int
    found: bool


def survival(waits: Sequence[Wait]) -> list[tuple[int, float]]:
    """(n, share still undetected after n runs) at each n where one was found (Kaplan and Meier 1958)."""
    left, share = len(waits), 1.0
    curve: list[tuple[int, float]] = []
    for runs in sorted({one.runs for one in waits}):
        here = [one for one in waits if one.runs == runs]
        found = sum(one.found for one in here)
        if found:
            share *= 1 - found / left
            curve.append((runs, share))
        left -= len(here)
    return curve


def median_wait(waits: Sequence[Wait]) -> int | None:
    """The first n after which at most half are undetected; None if the waits do not tell."""
    return next((runs for runs, share in survival(waits) if share <= 0.5 + 1e-12), None)


def median_interval(waits: Sequence[Wait]) -> Interval:
    """The interval of the median by order statistics, which asks nothing of the distribution.

    Of the sorted waits the k-th and the k-th from the end, with the largest k that leaves 95%; a wait in vain is longer
    than any other, and an end that is one bounds nothing. With fewer than six waits nothing is known: 0 and no bound.
    """
    ordered = sorted(one.runs if one.found else _NEVER for one in waits)
    k = _rank(len(ordered))
    if not k:
        return Interval(0, None)
    low, high = ordered[k - 1], ordered[-k]
    return Interval(min(low, max((one.runs for one in waits), default=0)), None if high == _NEVER else high)


_NEVER = 2**62


@cache
def _rank(n: int) -> int:
    """The largest k with P(fewer than k of n fair coins show heads) of at most 2.5%; 0 if there is none."""
    tail, k = 0, 0
    while k < n and (tail + comb(n, k)) * 40 <= 2**n:
        tail += comb(n, k)
        k += 1
    return k


def log_rank(one: Sequence[Wait], other: Sequence[Wait]) -> float:
    """The p-value that two ways of searching detect equally fast (log-rank test; Mantel 1966)."""
    times = sorted({wait.runs for wait in (*one, *other) if wait.found})
    excess = variance = 0.0
    for time in times:
        n1, n2 = (sum(wait.runs >= time for wait in group) for group in (one, other))
        d1, d2 = (sum(wait.found and wait.runs == time for wait in group) for group in (one, other))
        n, d = n1 + n2, d1 + d2
        excess += d1 - d * n1 / n
        if n > 1:
            variance += d * (n1 / n) * (n2 / n) * (n - d) / (n - 1)
    return 1.0 if not variance else erfc(abs(excess) / sqrt(2 * variance))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number, in the same order (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - place) * p_values[index]))
        corrected[index] = highest
    return corrected


def percent(share: float) -> str:
    """A share as people read it: two significant digits."""
    shown = 100 * share
    return f"{shown:.2g}%" if 0 < shown < 10 else f"{shown:.0f}%"
