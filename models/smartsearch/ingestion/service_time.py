"""Service times: log-normal or exponential with a given mean, as tables of quantiles, the same everywhere."""

from decimal import Context, Decimal
from functools import cache
from statistics import NormalDist

from sim import Stream

CELLS = 1024
_EXACT = Context(prec=24)


@cache
def exponential(mean: int) -> tuple[int, ...]:
    """Equally likely durations in ns with this mean."""
    return _scaled([-(1 - fraction).ln(_EXACT) for fraction in _middles()], mean)


@cache
def log_normal(mean: int, cv_percent: int) -> tuple[int, ...]:
    """Equally likely durations in ns with this mean, and nearly this coefficient of variation."""
    sigma = (1 + Decimal(cv_percent) ** 2 / 10_000).ln(_EXACT).sqrt(_EXACT)
    inv = NormalDist().inv_cdf
    normal = [Decimal(round(inv(float(fraction)) * 1_000_000)) / 1_000_000 for fraction in _middles()]
    return _scaled([_EXACT.exp(_EXACT.multiply(sigma, z)) for z in normal], mean)


def draw(table: tuple[int, ...], stream: Stream) -> int:
    """One duration."""
    return table[stream.below(len(table))]


def _middles() -> list[Decimal]:
    return [(Decimal(cell) + Decimal("0.5")) / CELLS for cell in range(CELLS)]


def _scaled(durations: list[Decimal], mean: int) -> tuple[int, ...]:
    total = sum(durations)
    return tuple(int(duration * mean * CELLS / total) for duration in durations)
