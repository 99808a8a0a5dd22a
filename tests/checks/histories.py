"""Small histories by hand, and brute force over all orders: the oracle of the checkers."""

from collections.abc import Sequence

from sim.checks.history import OPEN, History, Op
from sim.checks.part import Part
from sim.checks.specs import Spec, State

SECOND = 1_000_000_000


def op(
    number: int, f: str, arg: object, result: object, call: int, ret: int, outcome: str = "ok", key: str = "x"
) -> Op:
    """One operation of a process of its own."""
    ns = None if ret == OPEN else ret * SECOND
    return Op(number, number, f"c{number}", f, key, arg, result, outcome, call, ret, call * SECOND, ns)  # type: ignore[arg-type]


def history_of(ops: Sequence[Op]) -> History:
    return History(sorted(ops, key=lambda one: one.call))


def brute_force(part: Part, spec: Spec) -> bool:
    """Whether some order of all completed and some unknown operations is legal: by trying every one."""
    ops = part.ops
    done = frozenset(i for i, maybe in enumerate(part.maybe) if not maybe)
    maybe = frozenset(range(len(part))) - done

    def can_end(left: frozenset[int], unused: frozenset[int], state: State) -> bool:
        if not left:
            return True
        least = min(part.ret[i] for i in left)
        return any(
            can_end(left - {i}, unused - {i}, after)
            for i in sorted(left | unused)
            if part.call[i] <= least
            for after in spec.step(state, ops[i])
        )

    return can_end(done, maybe, spec.initial())
