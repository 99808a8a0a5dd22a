"""Durations and lengths drawn as integers: exponential and log-normal, from tables that are equal on every machine."""

from collections.abc import Callable
from decimal import Context, Decimal
from functools import cache
from statistics import NormalDist

from sim import Stream

CELLS = 1024
_EXACT = Context(prec=24)
_BILLION = 1_000_000_000
_Z99 = Decimal("2.326348")
_ROUND = Decimal("0.000001")


def exponential(stream: Stream, mean: int) -> int:
    """Exponential with this mean, cut at the quantile 1 - 1/2048 (7.6 times the mean)."""
    return _look_up(_exponential(), stream) * mean // _BILLION


def log_normal(stream: Stream, median: int, p99: int) -> int:
    """Log-normal with this median and 99th percentile, cut at the quantiles 1/2048 and 1 - 1/2048."""
    return _look_up(_log_normal(median, p99), stream)


def geometric(stream: Stream, mean: int) -> int:
    """1, 2, 3, ... with this mean."""
    found = 1
    while mean > 1 and not stream.chance(_BILLION // mean):
        found += 1
    return found


def zipf(stream: Stream, many: int) -> int:
    """0 to many - 1, the i-th with a weight of 1 / (i + 1)."""
    return stream.weighted(_harmonic(many))


@cache
def _harmonic(many: int) -> dict[int, int]:
    return {rank: _BILLION // (rank + 1) for rank in range(many)}


def _look_up(table: tuple[int, ...], stream: Stream) -> int:
    place, rest = divmod(stream.below(CELLS << 20), 1 << 20)
    low = table[place]
    return low + ((table[place + 1] - low) * rest >> 20)


def _table(value: Callable[[Decimal], Decimal]) -> tuple[int, ...]:
    inner = [Decimal(cell) / CELLS for cell in range(1, CELLS)]
    tail = Decimal(1) / (2 * CELLS)
    return tuple(int(value(fraction)) for fraction in (tail, *inner, 1 - tail))


@cache
def _exponential() -> tuple[int, ...]:
    return _table(lambda fraction: -_EXACT.ln(1 - fraction) * _BILLION)


@cache
def _log_normal(median: int, p99: int) -> tuple[int, ...]:
    sigma = _EXACT.ln(Decimal(p99) / Decimal(median)) / _Z99

    def value(fraction: Decimal) -> Decimal:
        z = Decimal(NormalDist().inv_cdf(float(fraction))).quantize(_ROUND)
        return median * _EXACT.exp(sigma * z)

    return _table(value)
