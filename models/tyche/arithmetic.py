"""Logarithms and exponentials in whole numbers, so that no float of any machine decides when something is loaded."""

from decimal import Context, Decimal
from functools import cache
from typing import NamedTuple

from sim import Stream

BILLION = 1_000_000_000
_EXACT = Context(prec=30)
_ONE_BITS = 40
_CELL_BITS = 10
_REST_BITS = 63 - _CELL_BITS
_REST_MASK = (1 << _REST_BITS) - 1
F_CELLS = 1024
F_PER_UNIT = 128
"""The table of F has 1,024 points: F(x) = 1 - exp(-x) at every 1/128 up to 8."""


class Ratio(NamedTuple):
    """A positive rational factor of durations."""

    numerator: int
    denominator: int

    def of(self, ns: int) -> int:
        """So much of a duration, in whole ns."""
        return ns * self.numerator // self.denominator


def odds(ppb: int) -> int:
    """-ln(1 - P) in billionths: by when, in mean gaps, an exponential gap is over with probability P."""
    return int((-BILLION * (1 - Decimal(ppb) / BILLION).ln(_EXACT)).to_integral_value())


def predictive(ppb: int, gaps: int) -> int:
    """(1 - P)^(-1/gaps) - 1 in billionths: the quantile P of the next gap, in sums of so many gaps before it.

    Exact when gaps are exponential: the next one over the sum of n others has survival (1 + x)^-n.
    """
    power = _EXACT.power(1 - Decimal(ppb) / BILLION, _EXACT.divide(Decimal(-1), Decimal(gaps)))
    return int((BILLION * (power - 1)).to_integral_value())


@cache
def _ln_table() -> tuple[int, ...]:
    """ln(1 + i/1024) for i = 0..1024, in units of 2**-40."""
    cells = 1 << _CELL_BITS
    return tuple(int((1 + Decimal(i) / cells).ln(_EXACT) * (1 << _ONE_BITS)) for i in range(cells + 1))


def exponential(stream: Stream, mean: int) -> int:
    """One exponential duration of this mean in ns: -ln(u) for 64 uniform bits, exact to seven digits."""
    table = _ln_table()
    word = stream.word() + 1
    bits = word.bit_length()
    rest = (word << (64 - bits)) & 0x7FFF_FFFF_FFFF_FFFF
    low = table[cell := rest >> _REST_BITS]
    log = low + ((table[cell + 1] - low) * (rest & _REST_MASK) >> _REST_BITS)
    return mean * ((65 - bits) * table[-1] - log) >> _ONE_BITS


@cache
def _f_table() -> tuple[int, ...]:
    """F at every 1/128, in billionths."""
    return tuple(int(BILLION * (1 - _EXACT.exp(-Decimal(i) / F_PER_UNIT))) for i in range(F_CELLS + 1))


def happened(numerator: int, denominator: int) -> int:
    """F(x) = 1 - exp(-x) at x = numerator / denominator in billionths, straight lines between the table's points."""
    scaled = numerator * F_PER_UNIT
    cell, rest = divmod(scaled, denominator)
    table = _f_table()
    if cell >= F_CELLS:
        return table[-1]
    return table[cell] + (table[cell + 1] - table[cell]) * rest // denominator
