"""Zones: whether blocks of operations, each of which must be contiguous in any legal order, can be put in an order.

A block is a list of layers: every operation of a layer stands behind all of the layer before. Let f be the least return
of a block and s its greatest call. Block A must precede block B exactly if f(A) < s(B). A block with f < s is a forward
zone [f, s], otherwise a backward zone [s, f].

Gibbons and Korach, "Testing shared memories" (1997), and Golab, Hurwitz and Li (2013), for clusters of one write and
its reads: an order exists if and only if inside every block no operation returns before one of an earlier layer is
called, no two forward zones overlap, and no backward zone lies inside a forward one. The proof needs nothing of a
cluster but that it is contiguous, so it holds for blocks. In a cycle of "must precede" take the member A with the least
f. Every other member is preceded by one whose f is no smaller, so A precedes it too, also A's own predecessor B:
f(A) < s(B) and f(B) < s(A). If both are forward they overlap; if one is backward it lies inside the other; both cannot
be backward, since s(B) <= f(B) < s(A) <= f(A) < s(B) would follow. The witness puts blocks in the order of min(f, s).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

FIRST = -1
"""The place of the virtual operation that made the object, before everything."""


class Item(NamedTuple):
    """An operation in a layer: its place in the part, its call and its return."""

    place: int
    call: int
    ret: int


ORIGIN = Item(FIRST, -2, -1)
_BEFORE_ALL = Item(FIRST, -3, -3)


@dataclass(slots=True)
class Block:
    """Layers of operations that stand together, in this order."""

    layers: list[list[Item]]
    first: Item = field(init=False)
    """The one that returned first: f."""
    last: Item = field(init=False)
    """The one that was called last: s."""

    def __post_init__(self) -> None:
        items = [item for layer in self.layers for item in layer]
        self.first = min(items, key=_ret)
        self.last = max(items, key=_call)

    @property
    def is_forward(self) -> bool:
        """Whether something returned before something else was called."""
        return self.first.ret < self.last.call

    def order(self) -> list[int]:
        """The places in a legal order, as far as one block goes."""
        layers = (layer if len(layer) == 1 else sorted(layer, key=_call) for layer in self.layers)
        return [item.place for layer in layers for item in layer if item.place != FIRST]


class Clash(NamedTuple):
    """Why there is no order: `early` must stand before `late` in their block and returned too late for that, or the
    two blocks must precede each other: a1 before b1, and b2 before a2.
    """

    kind: str
    pairs: tuple[tuple[int, int], ...]
    """(place that returned, place that was called after that), one or two times."""


def find_clash(blocks: Sequence[Block]) -> Clash | None:
    """Why the blocks have no order; None if they have one."""
    for block in blocks:
        clash = _inner_clash(block)
        if clash is not None:
            return clash
    forward = sorted((block for block in blocks if block.is_forward), key=lambda block: block.first.ret)
    for one, other in pairwise(forward):
        if other.first.ret < one.last.call:
            return _overlap(one, other)
    firsts = [block.first.ret for block in forward]
    for block in blocks:
        if not block.is_forward:
            place = bisect_left(firsts, block.last.call) - 1
            if place >= 0 and block.first.ret < forward[place].last.call:
                return _overlap(forward[place], block)
    return None


def witness(blocks: Sequence[Block]) -> list[int]:
    """The places in a legal order, if `find_clash` found nothing."""
    blocks = sorted(blocks, key=lambda block: min(block.first.ret, block.last.call))
    return [place for block in blocks for place in block.order()]


def _inner_clash(block: Block) -> Clash | None:
    latest = _BEFORE_ALL
    for layer in block.layers:
        for item in layer:
            if item.ret < latest.call:
                return Clash("order", ((item.place, latest.place),))
        top = layer[0] if len(layer) == 1 else max(layer, key=_call)
        if top.call > latest.call:
            latest = top
    return None


def _overlap(one: Block, other: Block) -> Clash:
    return Clash("overlap", ((one.first.place, other.last.place), (other.first.place, one.last.place)))


def _call(item: Item) -> int:
    return item.call


def _ret(item: Item) -> int:
    return item.ret
