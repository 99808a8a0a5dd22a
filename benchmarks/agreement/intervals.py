"""Means and exponents with their 99% intervals, by the normal approximation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import mean, stdev

Z99 = 2.576


@dataclass(frozen=True)
class Interval:
    """A mean, and half the width of its 99% interval."""

    middle: float
    half: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Interval":
        """From independent values."""
        return cls(mean(values), Z99 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0)

    def __contains__(self, value: float) -> bool:
        return abs(value - self.middle) <= self.half + 1e-9

    def __str__(self) -> str:
        return f"{self.middle:8.2f} ±{self.half:5.2f}"


def exponent(costs: Mapping[int, Sequence[float]]) -> Interval:
    """The slope of log cost on log n by least squares, one for each seed. `costs` has as many values for each n."""
    xs = [log(n) for n in costs]
    centre = mean(xs)
    spread = sum((x - centre) ** 2 for x in xs)
    slopes = []
    for one_seed in zip(*costs.values(), strict=True):
        ys = [log(cost) for cost in one_seed]
        slopes.append(sum((x - centre) * (y - mean(ys)) for x, y in zip(xs, ys, strict=True)) / spread)
    return Interval.of(slopes)
