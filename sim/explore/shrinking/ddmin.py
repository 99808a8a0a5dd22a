"""ddmin: the smallest part of a list that still fails (Zeller and Hildebrandt, "Simplifying and isolating
failure-inducing input", IEEE TSE 28(2), 2002).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

Smaller = Callable[[Sequence[list[T]]], int | None]
"""Given lists in order of preference: the number of the first that still fails, None if none does."""


def ddmin(items: Sequence[T], first_failing: Smaller[T], parts_max: int | None = None) -> list[T]:
    """A part of `items`, in their order, that fails and of which no single item can be left out.

    It asks for nothing at all first, then for the last few, which is where failures mostly come from, then for what is
    left without one of n parts. With `parts_max` a long list is not cut finer than into so many parts, and what is left
    of it need not be minimal. The list itself is taken to fail.
    """
    left = list(items)
    if not left:
        return []
    ends = [0, *(1 << k for k in range(len(left).bit_length()) if 1 << k < len(left))]
    found = first_failing([left[len(left) - end :] for end in ends])
    if found is not None:
        left = left[len(left) - ends[found] :]
    parts = 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        without = [left[:at] + left[at + size :] for at in range(0, len(left), size)]
        found = first_failing(without)
        if found is not None:
            left = without[found]
            parts = max(2, parts - 1)
        elif size == 1 or (parts_max is not None and parts >= parts_max):
            break
        else:
            parts = min(len(left), 2 * parts)
    return left
