"""Verifies certificates on the raw history. Shares no code with the checkers that make them.

Every function says what is wrong with a certificate, in a sentence; an empty text means that it proves a violation.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from sim.checks.certificate import Certificate
from sim.checks.history import OPEN, Op
from sim.checks.values import typed

ORIGIN = -1
"""The place of the virtual operation that made the object."""


class Touch(NamedTuple):
    """What an operation surely saw and what it left, as lists of zero or one typed values."""

    seen: tuple[Hashable, ...]
    left: tuple[Hashable, ...]


Ops = Mapping[int, Op]
Touching = Callable[[Op], Touch]


def touch_register(op: Op, kinds: Mapping[str, str], empty: object) -> Touch:
    """What an operation of a register saw and left; `kinds`: verb -> sees, leaves, erases or swaps."""
    kind, unknown = kinds[op.f], op.ret == OPEN
    if kind == "sees":
        return Touch(() if unknown else (typed(op.result),), ())
    if kind != "swaps":
        return Touch((), (typed(empty if kind == "erases" else op.arg),))
    assert isinstance(op.arg, tuple), "a cas has the argument (old, new)"
    old, new = map(typed, op.arg)
    if op.result is False:
        return Touch((), ())
    if unknown or op.result is True or typed(op.result) == old:
        return Touch((old,), () if old == new else (new,))
    return Touch((typed(op.result),), ())


def verify_register(ops: Ops, proof: Certificate, touching: Touching, empty: object) -> str:
    """A proof about a register: of values, each of which one operation can have written."""
    return Values(ops, touching, typed(empty)).check(proof)


class Values:
    """Who can have written what: found by one loop over the raw history."""

    def __init__(self, ops: Ops, touching: Touching, empty: Hashable) -> None:
        self._ops = ops
        self._touch = {place: touching(op) for place, op in ops.items()}
        self._writers: dict[Hashable, list[int]] = {empty: [ORIGIN]}
        for place, touch in self._touch.items():
            for value in touch.left:
                self._writers.setdefault(value, []).append(place)

    def check(self, proof: Certificate) -> str:
        """What is wrong with the proof."""
        for group in proof.blocks:
            for place in group:
                if place != ORIGIN and not self._happened(place):
                    return f"{self._ops[place]} need not have happened"
        if proof.proof == "thin-air":
            return self._check_thin_air(proof.blocks[0][0])
        if proof.proof == "two-swaps":
            return self._check_two_swaps(proof.blocks[0][0], proof.blocks[1][0])
        for returned, called in proof.pairs:
            if not self._ret(returned) < self._call(called):
                return "an operation did not return before the other was called"
        roots = [[self._root(place) for place in group] for group in proof.blocks]
        if proof.proof == "loop":
            return "" if roots == [[None] * len(roots[0])] else "a swap of the loop is reached by a write"
        if any(root is None or root != group[0] for group in roots for root in group):
            return "a block does not hang together"
        return self._check_order(proof) if proof.proof == "order" else self._check_overlap(proof)

    def _check_thin_air(self, reader: int) -> str:
        late = [place for value in self._touch[reader].seen for place in self._writers.get(value, ())]
        early = [place for place in late if self._call(place) < self._ret(reader)]
        return "somebody can have written that value before" if early or not self._touch[reader].seen else ""

    def _check_two_swaps(self, one: int, other: int) -> str:
        value, again = self._touch[one].seen, self._touch[other].seen
        both = one != other and value == again and self._touch[one].left and self._touch[other].left
        alone = bool(value) and len(self._writers.get(value[0], ())) <= 1
        return "" if both and alone else "the two do not swap one value that was written once"

    def _check_order(self, proof: Certificate) -> str:
        ((returned, called),) = proof.pairs
        ahead = self._depth(called) < self._depth(returned)
        same = self._root(returned) == self._root(called)
        return "" if ahead and same else "the operation called later need not stand in front"

    def _check_overlap(self, proof: Certificate) -> str:
        (a1, b1), (b2, a2) = proof.pairs
        one = {self._root(a1), self._root(a2)}
        other = {self._root(b1), self._root(b2)}
        return "" if len(one) == len(other) == 1 and one != other else "these are not two blocks"

    def _happened(self, place: int) -> bool:
        """Completed, or what it left was seen by another that surely happened, and nobody else left it."""
        if self._ops[place].ret < OPEN:
            return True
        left = self._touch[place].left
        alone = bool(left) and self._writers[left[0]] == [place]
        return alone and any(self._touch[one].seen == left for one in self._certain() if one != place)

    def _certain(self) -> list[int]:
        """Those that surely happened: completed, or sole writer of what a certain one saw."""
        certain = {place: None for place, op in self._ops.items() if op.ret < OPEN}
        waiting = list(certain)
        while waiting:
            for value in self._touch[waiting.pop()].seen:
                writers = self._writers.get(value, [])
                if len(writers) == 1 and writers[0] != ORIGIN and writers[0] not in certain:
                    certain[writers[0]] = None
                    waiting.append(writers[0])
        return list(certain)

    def _root(self, place: int) -> int | None:
        """The write at the beginning of the block; None if what was seen has not exactly one writer, or in a loop."""
        for _ in range(len(self._ops) + 2):
            if place == ORIGIN:
                return place
            if not self._touch[place].seen:
                return place if self._touch[place].left else None
            writers = self._writers.get(self._touch[place].seen[0], [])
            if len(writers) != 1:
                return None
            place = writers[0]
        return None

    def _depth(self, place: int) -> int:
        """How far behind the root: two for every swap before, one more for a reader."""
        depth = 0
        while place != ORIGIN and self._touch[place].seen:
            depth += 2 if self._touch[place].left else 1
            place = self._writers[self._touch[place].seen[0]][0]
        return depth

    def _ret(self, place: int) -> int:
        return -1 if place == ORIGIN else self._ops[place].ret

    def _call(self, place: int) -> int:
        return -2 if place == ORIGIN else self._ops[place].call
