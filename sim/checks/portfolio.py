"""Decides whether a history is linearizable: part by part, the cheapest first, within one budget.

Today the portfolio is a sanity pass and one search. Faster members that decide most histories without a search have
their place in `MEMBERS`: each says pass, fail, or None for "not mine".
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from sim.checks.history import OPEN, History, Op
from sim.checks.search import Budget, Found, Search
from sim.checks.specs import Spec
from sim.checks.verdict import Status
from sim.checks.witness import replay

Member = Callable[[Sequence[Op], Spec, Budget], Found | None]


def _search(ops: Sequence[Op], spec: Spec, budget: Budget) -> Found | None:
    return Search(ops, spec, budget).run()


MEMBERS: tuple[tuple[str, Member], ...] = (("search", _search),)
"""Name -> decider, tried in this order on every part; the last one always decides."""


@dataclass(frozen=True)
class Decision:
    """What the portfolio decided of a history.

    `part` and `ops` are the first part that failed (or was left undecided) and its operations; `decided` counts the
    parts that passed. `algorithm` names the members that decided, `work` the configurations they examined.
    """

    status: Status
    part: Hashable
    ops: tuple[Op, ...]
    decided: int
    parts: int
    algorithm: str
    work: int
    furthest: int = 0


def decide(history: History, spec: Spec, budget: Budget | None = None) -> Decision:
    """Decide a history. Every pass is replayed by the witness check before it is believed; if that fails, it raises."""
    budget = budget or Budget()
    parts = split(history, spec)
    undecided: tuple[Hashable, Found] | None = None
    used: dict[str, None] = {}
    decided = 0
    for part in sorted(parts, key=lambda one: len(parts[one]) * _concurrency(parts[one])):
        name, found = _decide_part(parts[part], spec, budget)
        used[name] = None
        if found.status == "fail":
            ops = tuple(parts[part])
            return Decision("fail", part, ops, decided, len(parts), ", ".join(used), budget.spent, found.furthest)
        if found.status == "unknown":
            undecided = undecided or (part, found)
        else:
            decided += 1
    algorithm = ", ".join(used)
    if undecided is None:
        return Decision("pass", None, (), decided, len(parts), algorithm, budget.spent)
    part, found = undecided
    ops = tuple(parts[part])
    return Decision("unknown", part, ops, decided, len(parts), algorithm, budget.spent, found.furthest)


def split(history: History, spec: Spec) -> dict[Hashable, list[Op]]:
    """The operations of each part, without those that surely did not happen and reads that nobody saw the end of."""
    parts: dict[Hashable, list[Op]] = {}
    for op in history.ops:
        if op.outcome == "fail" or (op.outcome == "unknown" and spec.read_only(op)):
            continue
        parts.setdefault(spec.part(op), []).append(op)
    return parts


def _decide_part(ops: Sequence[Op], spec: Spec, budget: Budget) -> tuple[str, Found]:
    for name, member in MEMBERS:
        found = member(ops, spec, budget)
        if found is None:
            continue
        if found.status == "pass":
            wrong = replay(ops, found.order, spec)
            assert not wrong, f"{name} passed a history, but its witness does not replay: {wrong}"
        return name, found
    raise AssertionError("the last member of the portfolio decides everything")


def _concurrency(ops: Sequence[Op]) -> int:
    """The most operations that were open at once."""
    edges = sorted([(op.call, 1) for op in ops] + [(op.ret, -1) for op in ops if op.ret < OPEN])
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most
