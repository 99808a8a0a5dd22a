"""Registers by zones with numpy, all keys of a history at once: the same decision as `registers`, from columns.

A value of a key has one number ("cell"). Cells chained by swaps form blocks, found by pointer doubling. A key for which
this finds no order is left to the plain decider, which says why, or that zones do not apply; so is a key with a failed
swap that did not say what it saw.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.checks.history import History
from sim.checks.zones.accesses import CAS, READ, UNLIKE, WRITE
from sim.checks.zones.rows import FAR, Ints, Rows, read_rows

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Swept:
    """What was decided at once.

    order: rows of all keys that pass, key by key. rest: codes of all other keys. suspects: for some of these, the rows
    of the blocks that contradict each other.
    """

    order: Ints
    rest: list[int]
    suspects: dict[int, list[int]]


def sweep(history: History, kinds: Mapping[str, int], empty: Hashable) -> Swept:
    """Decide the keys of a history; the order still has to be replayed."""
    rows = read_rows(history, kinds, empty)
    keys = len(history.keys)
    rest = np.zeros(keys, dtype=np.bool_)
    rest[rows.key[rows.kind == UNLIKE]] = True
    cells = _Cells(rows, keys, rest)
    clashes: dict[int, list[int]] = {}
    block, order = _order(cells, rows, rest, clashes)
    suspects = {
        key: rows.row[np.isin(block, blocks) & cells.acts & (rows.key == key)].tolist()
        for key, blocks in clashes.items()
    }
    return Swept(rows.row[order], np.flatnonzero(rest).tolist(), suspects)


class _Cells:
    """Values of keys, who sees and who leaves them, and the blocks that swaps join them to."""

    def __init__(self, rows: Rows, keys: int, rest: Bits) -> None:
        see, leave, self.count, self.key_of = _number(rows, keys)
        self.see, self.leave = see, leave
        empties = self.count - keys + np.arange(keys)
        writing, seeing = leave >= 0, (see >= 0) & (rows.kind != UNLIKE)
        self.observed = np.zeros(self.count, dtype=np.bool_)
        self.observed[see[seeing & ~rows.maybe]] = True
        happened = self._close(rows, seeing, writing)
        writers = np.bincount(leave[writing], minlength=self.count)
        writers[empties] += 1
        rest[self.key_of[self.observed & (writers != 1)]] = True
        self.acts = happened & (rows.kind != UNLIKE)
        swaps = self.acts & (rows.kind == CAS)
        swapped = np.bincount(see[swaps], minlength=self.count)
        rest[self.key_of[swapped > 1]] = True
        self.root, self.depth = self._chain(see[swaps], leave[swaps], rest)
        self.empties = empties

    def _close(self, rows: Rows, seeing: Bits, writing: Bits) -> Bits:
        """Which operations surely happened; what an unknown swap saw is observed if what it left was."""
        happened = ~rows.maybe
        unknown = np.flatnonzero(rows.maybe & writing)
        while unknown.size:
            now = unknown[self.observed[self.leave[unknown]] & ~happened[unknown]]
            if not now.size:
                break
            happened[now] = True
            saw = now[seeing[now]]
            self.observed[self.see[saw]] = True
        return happened

    def _chain(self, see: Ints, leave: Ints, rest: Bits) -> tuple[Ints, Ints]:
        """The first cell of each cell's block, and how many swaps lie between."""
        root = np.arange(self.count)
        depth = np.zeros(self.count, dtype=np.int64)
        if not see.size:
            return root, depth
        inside = self.observed[leave]
        root[leave[inside]] = see[inside]
        depth[leave[inside]] = 1
        for _ in range(int(see.size).bit_length() + 1):
            depth += depth[root]
            root = root[root]
        first = np.zeros(self.count, dtype=np.bool_)
        first[leave[inside]] = True
        rest[self.key_of[first[root]]] = True  # a chain that ends at a swap is a loop
        return root, depth

    def places(self, rows: Rows) -> tuple[Ints, Ints, int]:
        """The block and the layer of each operation that takes part, and the number of blocks."""
        lonely = self.acts & (rows.kind == WRITE) & ~self.observed[np.maximum(self.leave, 0)]
        cell = np.where(rows.kind == WRITE, self.leave, self.see)
        block = self.root[np.maximum(cell, 0)]
        layer = 2 * self.depth[np.maximum(cell, 0)] + np.where(rows.kind == READ, 1, np.where(rows.kind == CAS, 2, 0))
        alone = int(lonely.sum())
        block[lonely] = self.count + np.arange(alone)
        layer[lonely] = 0
        return block, layer, self.count + alone


def _number(rows: Rows, keys: int) -> tuple[Ints, Ints, int, Ints]:
    """Cells seen and left (-1: none), how many there are, and the key of each; the last `keys` are the empty ones."""
    width = rows.values
    see = np.where(rows.see >= 0, rows.key * width + rows.see, -1)
    leave = np.where(rows.leave >= 0, rows.key * width + rows.leave, -1)
    empties = np.arange(keys) * width + rows.empty
    if keys == 1:
        count, key_of = width + 1, np.zeros(width + 1, dtype=np.int64)
        see[see == rows.empty] = width
        leave[leave == rows.empty] = width
        return see, leave, count, key_of
    used = np.concatenate((see[see >= 0], leave[leave >= 0], empties))
    cells = np.unique(used)
    renumber = np.argsort(np.argsort(np.isin(cells, empties), kind="stable"), kind="stable")
    key_of = np.empty(len(cells), dtype=np.int64)
    key_of[renumber] = cells // width
    return _renumber(see, cells, renumber), _renumber(leave, cells, renumber), len(cells), key_of


def _renumber(wide: Ints, cells: Ints, renumber: Ints) -> Ints:
    at = np.searchsorted(cells, wide).clip(max=len(cells) - 1)
    found: Ints = np.where(wide >= 0, renumber[at], -1)
    return found


def _order(cells: _Cells, rows: Rows, rest: Bits, clashes: dict[int, list[int]]) -> tuple[Ints, Ints]:
    """The block of every operation, and the operations of all keys that have an order, in one.

    Marks the keys that have none, and notes the blocks of each that contradict each other.
    """
    block, layer, blocks = cells.places(rows)
    acts = np.flatnonzero(cells.acts & ~rest[rows.key])
    first, last = np.full(blocks, FAR), np.full(blocks, -FAR)
    roots = cells.empties[cells.observed[cells.empties] & ~rest]
    first[roots], last[roots] = -1, -2
    np.minimum.at(first, block[acts], rows.ret[acts])
    np.maximum.at(last, block[acts], rows.call[acts])
    key_of = np.zeros(blocks, dtype=np.int64)
    key_of[block[acts]] = rows.key[acts]
    used = np.flatnonzero(first < FAR)
    _find_overlap(_Zones(key_of[used], first[used], last[used], used), rest, clashes)
    begin = np.minimum(first, last) + 2
    top = int(rows.call.max(initial=0)) + 4
    layers = int(layer.max(initial=0)) + 1
    rank = (rows.key[acts] * top + begin[block[acts]]) * layers + layer[acts]
    acts = acts[np.argsort(rank, kind="stable")]
    inner = _find_inner(block[acts], layer[acts], rows.call[acts], rows.ret[acts])
    for at in np.flatnonzero(inner).tolist():
        clashes.setdefault(int(rows.key[acts[at]]), [int(block[acts[at]])])
    rest[rows.key[acts[inner]]] = True
    keep: Ints = acts[~rest[rows.key[acts]]]
    return block, keep


class _Zones(NamedTuple):
    """The zones of blocks: key, least return, greatest call, number of the block."""

    key: Ints
    first: Ints
    last: Ints
    block: Ints


def _find_overlap(zones: _Zones, rest: Bits, clashes: dict[int, list[int]]) -> None:
    """Mark keys in which two forward zones overlap, or a backward one lies inside a forward one."""
    key, first, last, block = zones
    forward = first < last
    offset = key * FAR
    at = offset + first
    order = np.flatnonzero(forward)[np.argsort(at[forward], kind="stable")]
    starts, ends, keys = at[order], (offset + last)[order], key[order]
    clash = (starts[1:] < ends[:-1]) & (keys[1:] == keys[:-1])
    pairs = [(order[i], order[i + 1]) for i in np.flatnonzero(clash).tolist()]
    backward = np.flatnonzero(~forward)
    if starts.size and backward.size:
        inside = np.searchsorted(starts, (offset + last)[backward]) - 1
        has = (inside >= 0) & (keys[inside] == key[backward]) & (at[backward] < ends[inside])
        pairs += [(order[inside[i]], backward[i]) for i in np.flatnonzero(has).tolist()]
    for one, other in pairs:
        rest[key[one]] = True
        clashes.setdefault(int(key[one]), [int(block[one]), int(block[other])])


def _find_inner(block: Ints, layer: Ints, call: Ints, ret: Ints) -> Bits:
    """Who returned before an operation of an earlier layer was called (input by block and layer)."""
    if not len(block):
        return np.zeros(0, dtype=np.bool_)
    new_block = np.concatenate(([True], block[1:] != block[:-1]))
    new_layer = new_block | np.concatenate(([True], layer[1:] != layer[:-1]))
    shift = np.cumsum(new_block) * FAR
    most = np.maximum.accumulate(call + shift)
    start = np.maximum.accumulate(np.where(new_layer, np.arange(len(block)), 0))
    before = np.where(new_block[start], -1, most[np.maximum(start - 1, 0)])
    early: Bits = ret + shift < before
    return early
