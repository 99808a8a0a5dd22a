"""Is there a legal order? The search of Wing and Gong with Lowe's memory, and five reductions that keep it small.

Wing and Gong, "Testing and Verifying Concurrent Objects" (1993); Lowe, "Testing for linearizability" (2017). Each
reduction is sound for every specification, and a test switches each one off:

* window. Operations are sorted by call, and `base` is the first completed one that has no place yet: all before it have
  one. So (base, bits behind base) names the same set as n bits would, and its size is bounded by concurrency.
* eager. A read that is enabled and legal gets the next place without a branch: in any completion it can be moved to the
  front, for nothing left must precede it, it is legal now and it changes no state.
* unknown. Unknown operations are optional: success is when all completed ones have a place. One is used only where it
  changes the state. If (base, window, state) was reached with the unknown operations P, reaching it with more than P is
  pointless: whatever the larger set can still do, P can. Of operations that are alike, unknown ones are used in the
  order of their calls (the earlier one was enabled too and never returns), and of completed ones that are enabled the
  one that returns first goes first: exchange the two; nothing between their places was called after the earlier return.
* abstract. States that no operation of this part can tell apart, now or later, are one (see Automaton).
* exits. A state is not left while a completed operation still needs it and nobody is left that can bring it back.
"""

from collections.abc import Hashable, Iterable, Iterator

from sim.checks.automaton import Automaton
from sim.checks.budget import Budget
from sim.checks.found import Found
from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.specs.spec import Spec

REDUCTIONS = frozenset(("eager", "unknown", "abstract", "exits"))

_Order = tuple["_Order", int] | tuple[()]
"""The operations that have a place, the last one outermost: shared by all that follow from it."""

_Move = tuple[int, int]
"""An operation (completed ones from 0, unknown ones from -1 downwards) and the state that follows."""

_CHECK_EVERY = 256


class _Node:
    """One configuration: which operations have a place, the state after them, and how it was reached."""

    __slots__ = ("base", "moves", "order", "state", "used", "window")

    def __init__(self, base: int, window: int, state: int, used: int, order: _Order) -> None:
        self.base = base
        self.window = window
        self.state = state
        self.used = used
        self.order = order
        self.moves: Iterator[_Move] = iter(())


class Search:
    """The search over one part; it can be stopped and go on. `furthest` is the event up to which an order was found."""

    def __init__(self, part: Part, spec: Spec, reductions: Iterable[str] = REDUCTIONS) -> None:
        on = frozenset(reductions)
        self._eager, self._careful, self._exits = "eager" in on, "unknown" in on, "exits" in on
        self._object = Automaton(part, spec, abstract="abstract" in on)
        classes, reads = self._object.classes, self._object.reads
        self._done = [i for i in range(len(part)) if not part.maybe[i]]
        last = max((part.ret[i] for i in self._done), default=-1)
        self._maybe = [i for i in range(len(part)) if part.maybe[i] and part.call[i] < last and not reads[classes[i]]]
        self._count = len(self._done)
        self._calls = [part.call[i] for i in self._done]
        self._rets = [part.ret[i] for i in self._done]
        self._kinds = [classes[i] for i in self._done]
        self._reads = [reads[kind] for kind in self._kinds]
        self._maybe_calls = [part.call[i] for i in self._maybe]
        self._maybe_kinds = [classes[i] for i in self._maybe]
        self._place = {i: done for done, i in enumerate(self._done)} | {i: ~n for n, i in enumerate(self._maybe)}
        self._seen: dict[tuple[int, int, int], int | list[int]] = {}
        self._stranded: dict[tuple[int, int], tuple[list[int], list[int]] | None] = {}
        self._legal = self._object.step
        self.furthest = -1
        self._stack = [self._settled(_Node(0, 0, 0, 0, ()))]

    def run(self, limit: int, budget: Budget | None = None) -> Found | None:
        """Go on for `limit` configurations at most; None if that was not enough, or the outer belt struck.

        Depth first, the earliest return first, without recursion. What is examined is added to what `budget` spent.
        """
        stack, examined, found = self._stack, 0, None
        while found is None:
            if not stack:
                found = Found("fail", furthest=self.furthest)
                break
            node = stack[-1]
            if node.base == self._count:
                found = Found("pass", self._witness(node.order), furthest=OPEN)
                break
            move = next(node.moves, None)
            if move is None:
                stack.pop()
                continue
            if examined >= limit or (examined % _CHECK_EVERY == 0 and budget is not None and budget.struck()):
                node.moves = _again(move, node.moves)
                break
            examined += 1
            child = self._settled(self._take(node, *move))
            if self._is_new(child):
                stack.append(child)
        if budget is not None:
            budget.spent += examined
        return found

    def states(self) -> tuple[Hashable, ...]:
        """States of the configurations on the way that is being tried."""
        return tuple(dict.fromkeys(self._object.state(node.state) for node in self._stack))

    def _take(self, node: _Node, op: int, state: int) -> _Node:
        """`node` with operation `op` in the next place."""
        if op < 0:
            return _Node(node.base, node.window, state, node.used | 1 << ~op, (node.order, op))
        return _Node(node.base, node.window | 1 << (op - node.base), state, node.used, (node.order, op))

    def _settled(self, node: _Node) -> _Node:
        """Move the base, take reads that are legal now, and set out the moves from here."""
        legal, kinds = self._legal, self._kinds
        while True:
            while node.window & 1:
                node.window >>= 1
                node.base += 1
            enabled, least = self._enabled(node.base, node.window)
            if self._eager:
                taken = [op for op in enabled if self._reads[op] and legal(node.state, kinds[op])]
                if taken:
                    for op in taken:
                        node.window |= 1 << (op - node.base)
                        node.order = (node.order, op)
                    continue
            if least > self.furthest:
                self.furthest = least
            node.moves = self._moves(node, enabled, least)
            return node

    def _enabled(self, base: int, window: int) -> tuple[list[int], int]:
        """The completed operations that may come next, those called before the least return of all without a place."""
        least, found, calls, rets = OPEN, [], self._calls, self._rets
        op, count = base, self._count
        while op < count and calls[op] < least:
            if not window & 1:
                found.append(op)
                if rets[op] < least:
                    least = rets[op]
            window >>= 1
            op += 1
        while found and calls[found[-1]] > least:
            found.pop()
        return found, least

    def _moves(self, node: _Node, enabled: list[int], least: int) -> Iterator[_Move]:
        offered: dict[int, None] = {}
        state, legal = node.state, self._legal
        for op in sorted(enabled, key=self._rets.__getitem__):
            kind = self._kinds[op]
            if self._careful:
                if kind in offered:
                    continue
                offered[kind] = None
            for after in legal(state, kind):
                if after == state or not self._strands(node, op, after):
                    yield op, after
        offered.clear()
        for number, call in enumerate(self._maybe_calls):
            if call >= least:
                break
            kind = self._maybe_kinds[number]
            if node.used >> number & 1 or (self._careful and kind in offered):
                continue
            offered[kind] = None
            for after in legal(state, kind):
                if after != state and not self._strands(node, ~number, after):
                    yield ~number, after

    def _strands(self, node: _Node, op: int, after: int) -> bool:
        """Whether taking `op` leaves a state that a completed operation still needs and nobody can bring back."""
        if not self._exits:
            return False
        pair = (node.state, after)
        if pair not in self._stranded:
            found = self._object.exit_of(*pair)
            place = self._place
            self._stranded[pair] = None if found is None else (
                [place[i] for i in found.readers if i in place], [place[i] for i in found.makers if i in place]
            )  # fmt: skip
        stranded = self._stranded[pair]
        return stranded is not None and self._left(stranded[0], node, op) and not self._left(stranded[1], node, op)

    def _left(self, places: list[int], node: _Node, taken: int) -> bool:
        """Whether one of these operations has no place yet, `taken` apart."""
        base, window, used = node.base, node.window, node.used
        for op in reversed(places):
            if op == taken:
                continue
            if op < 0:
                if not used >> ~op & 1:
                    return True
            elif op >= base and not window >> (op - base) & 1:
                return True
        return False

    def _is_new(self, node: _Node) -> bool:
        key, used = (node.base, node.window, node.state), node.used
        before = self._seen.get(key)
        if before is None:
            self._seen[key] = used
            return True
        known = [before] if isinstance(before, int) else before
        if self._careful:
            if any(one & used == one for one in known):
                return False
            known = [one for one in known if one & used != used]
        elif used in known:
            return False
        self._seen[key] = [*known, used]
        return True

    def _witness(self, order: _Order) -> tuple[int, ...]:
        found = []
        while order:
            order, op = order
            found.append(self._done[op] if op >= 0 else self._maybe[~op])
        return tuple(reversed(found))


def _again(move: _Move, moves: Iterator[_Move]) -> Iterator[_Move]:
    """The moves with one put back in front."""
    yield move
    yield from moves
