"""Distributions of durations that end in whole nanoseconds and are equal on every machine.

A distribution is its inverse: `at(u32)` is the duration at the fraction `u32 / 2**32` of the probability. Log-normal
and exponential ones look that up in a table of 1,025 quantiles, straight lines between; the table is computed in
decimal arithmetic, which rounds the same everywhere, where the logarithms of C libraries differ in the last bit.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache
from statistics import NormalDist
from typing import Protocol

from sim.world.streams import Stream

CELLS = 1024
TAIL = 8192
"""The table ends at the quantiles 1/8192 and 1 - 1/8192: nothing longer is ever drawn."""
_U32 = 0xFFFFFFFF
_CELL_BITS = 22
_CELL_MASK = (1 << _CELL_BITS) - 1
_EXACT = Context(prec=24)
_Z99 = Decimal("2.326348")


class Distribution(Protocol):
    """A distribution of durations in nanoseconds; hashable, as tables are kept by it."""

    def __hash__(self) -> int: ...

    def at(self, u32: int) -> int:
        """The duration at the quantile `u32 / 2**32`."""

    def draw(self, stream: Stream) -> int:
        """One duration."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always `ns`."""

    ns: int

    def at(self, u32: int) -> int:  # noqa: ARG002
        """The one duration there is."""
        return self.ns

    def draw(self, stream: Stream) -> int:
        """The one duration there is; the word is drawn all the same, so that other draws do not move."""
        stream.word()
        return self.ns


@dataclass(frozen=True, slots=True)
class Uniform:
    """Evenly between `low` and `high`, both included."""

    low: int
    high: int

    def at(self, u32: int) -> int:
        """The duration at the quantile `u32 / 2**32`."""
        return self.low + ((self.high - self.low + 1) * u32 >> 32)

    def draw(self, stream: Stream) -> int:
        """One duration."""
        return self.at(stream.word() & _U32)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Log-normal with this median and 99th percentile, cut at the quantile 1 - 1/8192."""

    median: int
    p99: int

    def at(self, u32: int) -> int:
        """The duration at the quantile `u32 / 2**32`."""
        return interpolate(_log_normal(self.median, self.p99), u32)

    def draw(self, stream: Stream) -> int:
        """One duration."""
        return self.at(stream.word() & _U32)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential with this mean, cut at the quantile 1 - 1/8192 (9 times the mean)."""

    mean: int

    def at(self, u32: int) -> int:
        """The duration at the quantile `u32 / 2**32`."""
        return interpolate(_exponential(self.mean), u32)

    def draw(self, stream: Stream) -> int:
        """One duration."""
        return self.at(stream.word() & _U32)


@cache
def quantiles(distribution: Distribution) -> tuple[int, ...]:
    """The table of any distribution, 1,025 durations in ns: what a link looks each message up in."""
    if isinstance(distribution, LogNormal):
        return _log_normal(distribution.median, distribution.p99)
    if isinstance(distribution, Exponential):
        return _exponential(distribution.mean)
    return tuple(distribution.at(min(cell << _CELL_BITS, _U32)) for cell in range(CELLS + 1))


def interpolate(table: tuple[int, ...], u32: int) -> int:
    """The duration at the quantile `u32 / 2**32`, on a straight line between two entries of the table."""
    cell = u32 >> _CELL_BITS
    low = table[cell]
    return low + ((table[cell + 1] - low) * (u32 & _CELL_MASK) >> _CELL_BITS)


def _fractions() -> list[Decimal]:
    """The fractions at the borders of the table's cells; the outermost are moved in to the tail."""
    inner = [Decimal(i) / CELLS for i in range(1, CELLS)]
    return [Decimal(1) / TAIL, *inner, 1 - Decimal(1) / TAIL]


@cache
def _normal_table() -> tuple[Decimal, ...]:
    """Quantiles of the standard normal to six places: coarser than any difference between C libraries."""
    inv = NormalDist().inv_cdf
    return tuple(Decimal(round(inv(float(p)) * 1_000_000)) / 1_000_000 for p in _fractions())


@cache
def _log_normal(median: int, p99: int) -> tuple[int, ...]:
    assert 0 < median <= p99, f"log-normal: expected 0 < median <= p99, got {median} and {p99}"
    sigma = (Decimal(p99) / median).ln(_EXACT) / _Z99
    return tuple(int(median * _EXACT.exp(_EXACT.multiply(sigma, z))) for z in _normal_table())


@cache
def _exponential(mean: int) -> tuple[int, ...]:
    assert mean > 0, f"exponential: expected a mean above 0, got {mean}"
    return tuple(int(-mean * (1 - p).ln(_EXACT)) for p in _fractions())
