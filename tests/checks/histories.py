"""Random small histories, and brute force over all orders: the oracle of the checkers."""

from collections.abc import Hashable, Sequence
from itertools import permutations

from sim.checks.history import OPEN, History, Op
from sim.checks.specs import Spec
from sim.world.streams import Stream

VALUES = ("a", "b", "c")


def op(
    number: int, f: str, arg: object, result: object, call: int, ret: int, outcome: str = "ok", key: str = "x"
) -> Op:
    """One operation of a process of its own."""
    ns = None if ret == OPEN else ret * 1_000_000_000
    return Op(number, number, f"c{number}", f, key, arg, result, outcome, call, ret, call * 1_000_000_000, ns)  # type: ignore[arg-type]


def random_history(seed: int, size: int, *, repeated: int = 50) -> list[Op]:
    """`size` operations on one register at random places; `repeated` percent of the values are of three, not unique.

    Results are those of a hidden run over a random order, and now and then wrong: both verdicts come out.
    """
    stream = Stream(seed, "history")
    ends = stream.shuffled(range(2 * size))
    spans = sorted(sorted(ends[2 * i : 2 * i + 2]) for i in range(size))
    state: str | None = None
    found: list[Op] = []
    for number, (call, ret) in enumerate(spans):
        f = stream.weighted({"get": 5, "put": 3, "cas": 2})
        new = stream.choice(VALUES) if stream.below(100) < repeated else f"v{number}"
        old = state if stream.below(3) else stream.choice(VALUES)
        seen: object = state if stream.below(5) else stream.choice((*VALUES, None))
        arg: object = {"get": None, "put": new, "cas": (old, new)}[f]
        swaps = f == "cas" and old == state
        if f == "put" or swaps:
            state = new
        unknown = stream.below(5) == 0
        outcome, result = ("unknown", None) if unknown else ("ok", seen)
        found.append(op(number, f, arg, result, call, OPEN if unknown else ret, outcome))
    return found


def brute_force(ops: Sequence[Op], spec: Spec) -> bool:
    """Whether some order of all completed and some unknown operations is legal: by trying every one."""
    done = [one for one in ops if one.outcome == "ok"]
    maybe = [one for one in ops if one.outcome == "unknown"]
    for chosen in range(1 << len(maybe)):
        used = [*done, *(one for i, one in enumerate(maybe) if chosen >> i & 1)]
        if any(_is_legal(order, spec) for order in permutations(used)):
            return True
    return False


def _is_legal(order: Sequence[Op], spec: Spec) -> bool:
    for place, one in enumerate(order):
        if any(later.ret < one.call for later in order[place + 1 :]):
            return False
    states: set[Hashable] = {spec.initial()}
    for one in order:
        states = {after for state in states for after in spec.step(state, one)}
        if not states:
            return False
    return True


def history_of(ops: Sequence[Op]) -> History:
    return History(sorted(ops, key=lambda one: one.call))
