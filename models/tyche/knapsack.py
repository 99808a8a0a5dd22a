"""What to keep in idle containers when not everything fits: a multiple knapsack, greedy and, for few, exact.

The bins are idle containers of one user. The greedy one takes items by value per MB and gives the best single item if
that is worth more: with one bin at least half of the optimum (the textbook bound; with several it is measured).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

EXACT_BINS, EXACT_ITEMS = 3, 10


@dataclass(frozen=True)
class Item:
    """A model that may lie in a bin; `home` is the bin in which it lies already, None if in none."""

    name: str
    mb: int
    value: int
    home: int | None = None


@dataclass(frozen=True)
class Packing:
    """Which item lies in which bin, and what all are worth."""

    bins: tuple[tuple[str, int], ...]
    value: int

    def of(self, name: str) -> int | None:
        """The bin of an item."""
        return dict(self.bins).get(name)


def pack(items: Sequence[Item], room: Sequence[int]) -> Packing:
    """By value per MB, names where that is equal; each into its home if it fits, else where the most room is left."""
    left = list(room)
    placed: list[tuple[Item, int]] = []
    for item in sorted(items, key=lambda one: (-one.value * 1_000_000 // max(one.mb, 1), one.name)):
        place = _place(item, left)
        if place is not None:
            left[place] -= item.mb
            placed.append((item, place))
    value = sum(item.value for item, _ in placed)
    single = _best_single(items, room)
    if single is not None and single.value > value:
        place = _place(single, list(room))
        assert place is not None, "it fits somewhere"
        return Packing(((single.name, place),), single.value)
    return Packing(tuple((item.name, place) for item, place in placed), value)


def _place(item: Item, left: Sequence[int]) -> int | None:
    if item.home is not None and left[item.home] >= item.mb:
        return item.home
    fitting = [place for place, mb in enumerate(left) if mb >= item.mb]
    return max(fitting, key=lambda place: (left[place], -place), default=None)


def _best_single(items: Sequence[Item], room: Sequence[int]) -> Item | None:
    fitting = [item for item in items if item.mb <= max(room, default=0)]
    return max(fitting, key=lambda item: (item.value, item.name), default=None)


def optimum(items: Sequence[Item], room: Sequence[int]) -> int:
    """The greatest value there is, by dynamic programming over what is left of each bin: small instances only."""
    assert len(room) <= EXACT_BINS, f"{len(room)} bins: the exact value is for {EXACT_BINS} at most"
    assert len(items) <= EXACT_ITEMS, f"{len(items)} items: the exact value is for {EXACT_ITEMS} at most"

    @cache
    def best(at: int, left: tuple[int, ...]) -> int:
        if at == len(items):
            return 0
        item = items[at]
        found = best(at + 1, left)
        for place, mb in enumerate(left):
            if mb >= item.mb:
                rest = tuple(sorted((*left[:place], mb - item.mb, *left[place + 1 :])))
                found = max(found, item.value + best(at + 1, rest))
        return found

    ordered = tuple(sorted(room))
    assert all(one <= other for one, other in pairwise(ordered)), "bins of equal room are one"
    return best(0, ordered)
