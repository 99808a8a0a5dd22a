"""Is there a legal order? The search of Wing and Gong with Lowe's memory, on windows instead of whole sets.

Wing and Gong, "Testing and Verifying Concurrent Objects" (1993); Lowe, "Testing for linearizability" (2017). Three
reductions keep it small; each is sound for every specification:

* Window. Operations are sorted by call, and `base` is the first completed one that has no place yet: all before it have
  one. So (base, bits behind base) names the same set as n bits would, and its size is bounded by concurrency.
* Eager reads. A read that is enabled and legal gets the next place without a branch: in any completion it can be moved
  to the front, for nothing left must precede it, it is legal now and it changes no state.
* Unknown operations are optional. One is used only where it changes the state. If (base, window, state) was reached
  with the unknown operations P, reaching it with more than P is pointless: whatever the larger set can still do, P can.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from sim.checks.history import OPEN, Op
from sim.checks.specs import Spec
from sim.checks.verdict import Status


@dataclass
class Budget:
    """Configurations that may be examined, shared by all parts of a history: a verdict depends on nothing else."""

    configurations: int = 500_000
    spent: int = 0

    def spend(self) -> bool:
        """Take one; False if none is left."""
        self.spent += 1
        return self.spent <= self.configurations


@dataclass(frozen=True)
class Found:
    """How a search ended. `order` is the witness of a pass; `furthest` counts completed operations that got a place."""

    status: Status
    order: tuple[Op, ...] = ()
    furthest: int = 0


_Order = tuple["_Order", int] | tuple[()]
"""The operations that have a place, the last one outermost: shared by all that follow from it."""


@dataclass(slots=True)
class _Node:
    """One configuration: which operations have a place, the state after them, and how it was reached."""

    base: int
    window: int
    state: Hashable
    used: int
    order: "_Order"
    moves: Iterator[tuple[int, Hashable]] = field(default_factory=lambda: iter(()))


class Search:
    """The search over the operations of one part. `eager` and `dominated` switch reductions off, for the tests."""

    def __init__(
        self, ops: Sequence[Op], spec: Spec, budget: Budget, *, eager: bool = True, dominated: bool = True
    ) -> None:
        done = sorted((op for op in ops if op.outcome == "ok"), key=lambda op: op.call)
        last = max((op.ret for op in done), default=-1)
        self.done = done
        self.maybe = [op for op in ops if op.outcome == "unknown" and op.call < last and not spec.read_only(op)]
        self._spec = spec
        self._budget = budget
        self._eager = eager
        self._dominated = dominated
        self._calls = [op.call for op in done]
        self._rets = [op.ret for op in done]
        self._reads = [spec.read_only(op) for op in done]
        self._seen: dict[tuple[int, int, Hashable], list[int]] = {}
        self._count = len(done)

    def run(self) -> Found:
        """Depth first, the earliest return first, without recursion."""
        root = self._advance(_Node(0, 0, self._spec.initial(), 0, ()))
        furthest, stack = root.base, [root]
        while stack:
            node = stack[-1]
            furthest = max(furthest, node.base)
            if node.base == self._count:
                return Found("pass", self._witness(node.order), furthest)
            move = next(node.moves, None)
            if move is None:
                stack.pop()
                continue
            if not self._budget.spend():
                return Found("unknown", (), furthest)
            child = self._advance(self._take(node, *move))
            if self._is_new(child):
                stack.append(child)
        return Found("fail", (), furthest)

    def _take(self, node: _Node, op: int, state: Hashable) -> _Node:
        """`node` with operation `op` in the next place; unknown operations are numbered from -1 downwards."""
        if op < 0:
            return _Node(node.base, node.window, state, node.used | 1 << ~op, (node.order, op))
        return _Node(node.base, node.window | 1 << (op - node.base), state, node.used, (node.order, op))

    def _advance(self, node: _Node) -> _Node:
        """Move the base, take reads that are legal now, and set out the moves from here."""
        while True:
            while node.window & 1:
                node.window >>= 1
                node.base += 1
            enabled, least = self._enabled(node)
            read = next((op for op in enabled if self._legal_read(op, node.state)), None) if self._eager else None
            if read is None:
                node.moves = self._moves(node, enabled, least)
                return node
            node.window |= 1 << (read - node.base)
            node.order = (node.order, read)

    def _legal_read(self, op: int, state: Hashable) -> bool:
        return self._reads[op] and bool(self._spec.step(state, self.done[op]))

    def _enabled(self, node: _Node) -> tuple[list[int], int]:
        """The completed operations that may come next, those called before the least return of all without a place."""
        least, found = OPEN, []
        for op in range(node.base, self._count):
            if self._calls[op] > least:
                break
            if not node.window >> (op - node.base) & 1:
                found.append(op)
                least = min(least, self._rets[op])
        return [op for op in found if self._calls[op] < least], least

    def _moves(self, node: _Node, enabled: list[int], least: int) -> Iterator[tuple[int, Hashable]]:
        for op in sorted(enabled, key=self._rets.__getitem__):
            for state in self._spec.step(node.state, self.done[op]):
                yield op, state
        for number, op_unknown in enumerate(self.maybe):
            if op_unknown.call < least and not node.used >> number & 1:
                for state in self._spec.step(node.state, op_unknown):
                    if state != node.state:
                        yield ~number, state

    def _is_new(self, node: _Node) -> bool:
        key = (node.base, node.window, node.state)
        before = self._seen.get(key)
        if before is None:
            self._seen[key] = [node.used]
            return True
        used = node.used
        if self._dominated:
            if any(one & used == one for one in before):
                return False
            before[:] = [one for one in before if one & used != used]
        elif used in before:
            return False
        before.append(used)
        return True

    def _witness(self, order: _Order) -> tuple[Op, ...]:
        found = []
        while order:
            order, op = order
            found.append(self.done[op] if op >= 0 else self.maybe[~op])
        return tuple(reversed(found))
