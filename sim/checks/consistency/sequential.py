"""Sequential consistency: some order of everything keeps the order of every process and makes every answer right.

Lamport, "How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs" (1979). It is not local,
so all keys are searched at once, and NP-hard even where values are unique (Gibbons and Korach 1997): hence only by
search, within a budget.
"""

from collections.abc import Hashable, Iterator

from sim.checks.budget import Budget
from sim.checks.columns import FAIL
from sim.checks.history import History, Op
from sim.checks.specs.spec import Spec
from sim.checks.values import Values, typed
from sim.checks.verdict import Status, Verdict

_Node = tuple[tuple[int, ...], tuple[int, ...]]
"""How far each process is, and the state of each part."""

_CHECK_EVERY = 256


def judge_sequential(history: History, spec: Spec, budget: Budget | None = None) -> Verdict:
    """The verdict of a history of objects of one kind."""
    history, spec = spec.fitted(history)
    if not len(history):
        return Verdict("sequential", "unknown", "no operation was called, so nothing was decided", "history")
    search = _Search(history, spec)
    status = search.run(budget or Budget())
    count, work = len(search.done), search.examined
    said = {
        "pass": f"{count:,} operations have an order that every process agrees with",
        "fail": f"no order of {count:,} operations keeps the order of every process and explains all results",
        "unknown": f"undecided after {work:,} configurations: {search.furthest:,} of {count:,} operations have a place",
    }
    return Verdict("sequential", status, said[status], "history", "search", work)


class _Search:
    """Depth first over how far each process is, with a memory of what was tried. Unknown operations are optional."""

    def __init__(self, history: History, spec: Spec) -> None:
        self._spec = spec
        self._lines: list[list[Op]] = []
        self.done: list[Op] = []
        self.examined = self.furthest = 0
        lines: dict[int, list[Op]] = {}
        for row, outcome in enumerate(history.columns.outcome):
            op = history.op(row)
            if outcome == FAIL or (op.outcome == "unknown" and spec.read_only(op)):
                continue
            lines.setdefault(op.process, []).append(op)
            if op.outcome == "ok":
                self.done.append(op)
        self._lines = list(lines.values())
        parts = Values(typed(spec.part(op)) for line in self._lines for op in line)
        self._part = [[parts.code(typed(spec.part(op))) for op in line] for line in self._lines]
        self._needed = [sum(op.outcome == "ok" for op in line) for line in self._lines]
        self._states = Values([spec.initial()])
        self._first: _Node = ((0,) * len(self._lines), (0,) * len(parts))

    def run(self, budget: Budget) -> Status:
        """pass, fail or unknown."""
        seen = {self._first: None}
        stack = [self._children(self._first)]
        if self._ends(self._first):
            return "pass"
        while stack:
            child = next(stack[-1], None)
            if child is None:
                stack.pop()
                continue
            if not budget.left or (self.examined % _CHECK_EVERY == 0 and budget.struck()):
                return "unknown"
            self.examined += 1
            budget.spent += 1
            if child in seen:
                continue
            seen[child] = None
            self.furthest = max(self.furthest, sum(map(min, child[0], self._needed)))
            if self._ends(child):
                return "pass"
            stack.append(self._children(child))
        return "fail"

    def _ends(self, node: _Node) -> bool:
        return all(at >= needed for at, needed in zip(node[0], self._needed, strict=True))

    def _children(self, node: _Node) -> Iterator[_Node]:
        """A legal read goes first and alone: it changes nothing, so it can be put in front of any completion."""
        moves = [(i, line[at]) for i, (line, at) in enumerate(zip(self._lines, node[0], strict=True)) if at < len(line)]
        for i, op in moves:
            if self._spec.read_only(op) and self._steps(node, i, op):
                yield self._after(node, i, node[1][self._part[i][node[0][i]]])
                return
        for i, op in moves:
            for state in self._steps(node, i, op):
                yield self._after(node, i, state)

    def _steps(self, node: _Node, i: int, op: Op) -> list[int]:
        state: Hashable = self._states[node[1][self._part[i][node[0][i]]]]
        return [self._states.code(after) for after in self._spec.step(state, op)]

    def _after(self, node: _Node, i: int, state: int) -> _Node:
        at, states = node
        part = self._part[i][at[i]]
        return (*at[:i], at[i] + 1, *at[i + 1 :]), (*states[:part], state, *states[part + 1 :])
