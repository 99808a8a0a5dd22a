"""A counter: add(n) and read."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import OPEN, Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import same


class Counter(Spec):
    """One integer per key, zero at first; `add` takes a number, which may be negative."""

    name = "counter"
    verbs = {"add": "(n)", "read": "the sum", "get": "the sum"}
    reads = frozenset(("read", "get"))
    plain = True
    by_key = True

    def initial(self) -> State:
        """Zero."""
        return 0

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The sum that follows."""
        assert isinstance(state, int), "a counter holds an integer"
        if op.f == "add":
            return (state + _number(op),)
        return (state,) if op.outcome == "unknown" or same(op.result, state) else ()

    def refuse(self, op: Op) -> str:
        """Also what is no whole number."""
        shown = op.arg if op.f == "add" else op.result
        needed = op.f == "add" or op.outcome == "ok"
        return super().refuse(op) or (f"{op.f} with a whole number" if needed and type(shown) is not int else "")

    def sanity(self, part: Part) -> Found | None:
        """A read that no choice among the additions open at the time can explain."""
        adds = [(part.call[i], part.ret[i], _number(part.op(i))) for i, verb in enumerate(part.verb) if verb == "add"]
        sums = _Sums(adds)
        for i, verb in enumerate(part.verb):
            if verb != "add" and not part.maybe[i]:
                low, high = sums.bounds(part.call[i], part.ret[i])
                seen = part.result[i]
                if type(seen) is not int or not low <= seen <= high:
                    return Found("fail", certificate=Certificate("bounds", blocks=((i,),), value=(low, high)))
        return None

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By adding up, for the one read, all that must and all that may have been added."""
        read = ops[proof.blocks[0][0]]
        adds = [op for op in ops.values() if op.f == "add" and op.call < read.ret]
        must = sum(_number(op) for op in adds if op.ret < read.call)
        may = [_number(op) for op in adds if op.ret > read.call]
        low, high = must + sum(n for n in may if n < 0), must + sum(n for n in may if n > 0)
        if read.f == "add":
            return "that is no read"
        inside = type(read.result) is int and low <= read.result <= high
        return f"{low} to {high} were possible" if inside else ""


class _Sums:
    """Least and greatest sums that a read can see, by prefix sums over calls and returns."""

    def __init__(self, adds: list[tuple[int, int, int]]) -> None:
        self._negative = (
            _prefix((call, min(n, 0)) for call, _, n in adds),
            _prefix((ret, max(n, 0)) for _, ret, n in adds),
        )
        self._positive = (
            _prefix((ret, min(n, 0)) for _, ret, n in adds),
            _prefix((call, max(n, 0)) for call, _, n in adds),
        )

    def bounds(self, call: int, ret: int) -> tuple[int, int]:
        """Low: all that took away and may have happened, what gave and must have; high: the other way round."""
        low = self._negative[0].upto(ret) + self._negative[1].upto(call)
        return low, self._positive[0].upto(call) + self._positive[1].upto(ret)


class _Prefix:
    """Sums of numbers before a time."""

    def __init__(self, steps: list[tuple[int, int]]) -> None:
        self._times = [time for time, _ in steps]
        self._sums = [0]
        for _, n in steps:
            self._sums.append(self._sums[-1] + n)

    def upto(self, time: int) -> int:
        """The sum of all before `time`."""
        return self._sums[bisect_left(self._times, time)]


def _prefix(steps: Iterable[tuple[int, int]]) -> _Prefix:
    return _Prefix(sorted(step for step in steps if step[0] < OPEN))


def _number(op: Op) -> int:
    assert type(op.arg) is int, f"{op} adds no whole number"
    return op.arg
