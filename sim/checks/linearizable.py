"""The check `linearizable`: every key behaves as if each operation happened at one instant between call and return."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.history import OPEN, Op, cut
from sim.checks.portfolio import Decision, decide
from sim.checks.search import Budget, Search
from sim.checks.specs import Spec
from sim.checks.verdict import Verdict
from sim.world.units import show_ns

_EXPLAIN_BUDGET = 20_000
_STATES_MAX = 6


@dataclass(frozen=True)
class BadReturn:
    """The first return after which no legal order exists: the operation, and the states possible just before."""

    op: Op
    states: tuple[Hashable, ...]


class Linearizable(Check):
    """Decides the history of the run against the model's spec, within a budget of configurations."""

    def __init__(self, spec: Spec, budget: int = 500_000) -> None:
        self.name = "linearizable"
        self._spec = spec
        self._budget = budget

    def conclude(self, record: RunRecord) -> Verdict:
        """Decide, and say in one sentence why."""
        history = record.history
        decision = decide(history, self._spec, Budget(self._budget))
        detail, involved, at_ns = self._say(decision)
        if decision.status == "pass":
            unknown = history.count("unknown")
            size = f"{len(history):,} operations ({unknown:,} unknown)"
            detail = f"{_plural(decision.parts, 'key')}, {size}, {decision.algorithm}, witness replayed"
            if not len(history):
                return Verdict(self.name, "unknown", "no operation was called, so nothing was decided", "history")
        return Verdict(
            self.name,
            decision.status,
            detail,
            "history",
            decision.algorithm,
            decision.work,
            involved,
            at_ns,
            history.notes,
        )

    def _say(self, decision: Decision) -> tuple[str, tuple[int, ...], int | None]:
        if decision.status == "pass":
            return "", (), None
        key = f"key {decision.part}"
        if decision.status == "unknown":
            done = [op for op in decision.ops if op.outcome == "ok"]
            how_far = f"{decision.furthest} of {len(done)} operations have a place"
            others = f"{decision.decided} of {decision.parts} keys pass"
            return f"{key} is undecided after {decision.work:,} configurations: {how_far}; {others}", (), None
        bad = find_bad_return(decision.ops, self._spec)
        return (*_sentence(key, bad, decision.ops), bad.op.ret_ns)


def find_bad_return(ops: Sequence[Op], spec: Spec) -> BadReturn:
    """Bisect to the first return after which the history is not linearizable, and the states possible before it."""
    returns = sorted(op.ret for op in ops if op.ret < OPEN)
    low, high = 0, len(returns) - 1
    while low < high:
        middle = (low + high) // 2
        if _passes(cut(ops, returns[middle]), spec):
            low = middle + 1
        else:
            high = middle
    prefix = cut(ops, returns[low])
    bad = next(op for op in prefix if op.ret == returns[low])
    return BadReturn(bad, _possible_states(prefix, bad, spec))


def _passes(ops: Sequence[Op], spec: Spec) -> bool:
    return Search(ops, spec, Budget()).run().status == "pass"


def _possible_states(prefix: Sequence[Op], bad: Op, spec: Spec) -> tuple[Hashable, ...]:
    """The states that the object can have had when `bad` took effect: those that a probe in its place could see."""
    others = [op for op in prefix if op is not bad]
    states: dict[Hashable, None] = {spec.initial(): None}
    for op in others:
        states |= {after: None for state in list(states)[:64] for after in spec.step(state, op)}
    return tuple(state for state in states if _probe(others, bad, state, spec))


def _probe(others: Sequence[Op], bad: Op, state: Hashable, spec: Spec) -> bool:
    """Whether the object can be in `state` at some instant between the call and the return of `bad`."""
    probed = Search([*others, bad], _Probe(spec, bad, state), Budget(_EXPLAIN_BUDGET))
    return probed.run().status == "pass"


class _Probe:
    """A specification in which one operation only looks, and is legal in one state alone."""

    def __init__(self, spec: Spec, looks: Op, state: Hashable) -> None:
        self.name = spec.name
        self._spec = spec
        self._looks = looks
        self._state = state

    def initial(self) -> Hashable:
        return self._spec.initial()

    def part(self, op: Op) -> Hashable:
        return self._spec.part(op)

    def read_only(self, op: Op) -> bool:
        return op is self._looks or self._spec.read_only(op)

    def step(self, state: Hashable, op: Op) -> tuple[Hashable, ...]:
        if op is not self._looks:
            return self._spec.step(state, op)
        return (state,) if state == self._state else ()


def _sentence(key: str, bad: BadReturn, ops: Sequence[Op]) -> tuple[str, tuple[int, ...]]:
    op = bad.op
    assert op.ret_ns is not None, "a bad return has returned"
    could = [_word(state) for state in bad.states[:_STATES_MAX]]
    more = "" if len(bad.states) <= _STATES_MAX else f" or {len(bad.states) - _STATES_MAX} more"
    held = " or ".join(could) + more if could else "nothing that any order explains"
    pending = [
        str(one) for one in ops if one.call < op.ret < one.ret and one is not op and one.f not in ("get", "read")
    ]
    open_ones = f" (pending: {', '.join(pending[:4])})" if pending else ""
    source = _writer(op, ops)
    since = f"; {op.result!r} is from {source}" if source is not None else ""
    sentence = (
        f"{key}: {op} returned {op.result!r} at {show_ns(op.ret_ns)}, called at {show_ns(op.call_ns)}; "
        f"in between it could only hold {held}{open_ones}{since}"
    )
    return sentence, tuple(one.op for one in (op, source) if one is not None)


def _writer(read: Op, ops: Sequence[Op]) -> Op | None:
    for op in ops:
        written = op.arg[-1] if isinstance(op.arg, tuple) and op.arg else op.arg
        if op is not read and written is not None and written == read.result:
            return op
    return None


def _word(state: Hashable) -> str:
    return "nothing" if state is None else repr(state)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
