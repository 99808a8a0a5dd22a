"""Time and lists of numbers as a page holds them: microseconds, and differences where numbers grow slowly."""

from collections.abc import Iterable

TICK_NS = 1_000
"""A tick of the page's clock: what people read is rounded to it, and the order of records stays exact beside it."""


def ticks(ns: int) -> int:
    """Nanoseconds in ticks."""
    return ns // TICK_NS


def steps(numbers: Iterable[int]) -> list[int]:
    """Each number less the one before it; the script adds them up again."""
    found: list[int] = []
    before = 0
    for number in numbers:
        found.append(number - before)
        before = number
    return found
