"""A set: add, remove, contains, and read of all its elements."""

from collections.abc import Hashable, Mapping, Sequence

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import History, Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import typed
from sim.checks.zones import grow_sets


class Set(Spec):
    """One set per key. `read` shows all elements, as a tuple in any order; `add` and `remove` may say if it changed.

    Without `read` each element is an object of its own.
    """

    name = "set"
    verbs = {"add": "(element)", "remove": "(element)", "contains": "(element): True or False", "read": "the elements"}
    reads = frozenset(("contains", "read"))
    plain = True

    def __init__(self, *, whole: bool = True) -> None:
        self._whole = whole

    def fitted(self, history: History) -> tuple[History, Spec]:
        """Whether there is a read of all elements."""
        return history, Set(whole=history.verbs.find("read") >= 0)

    def part(self, op: Op) -> Hashable:
        """The set, or one element of it."""
        return (op.key,) if self._whole else (op.key, op.arg)

    def initial(self) -> State:
        """No elements."""
        return frozenset()

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The set that follows, or none."""
        assert isinstance(state, frozenset), "a set is a frozenset of typed elements"
        if op.f == "read":
            return (state,) if op.outcome == "unknown" or elements(op.result) == state else ()
        element = typed(op.arg)
        inside = element in state
        if op.f == "contains":
            return (state,) if op.outcome == "unknown" or op.result is inside else ()
        changes = inside if op.f == "remove" else not inside
        if isinstance(op.result, bool) and op.result is not changes:
            return ()
        return (state - {element} if op.f == "remove" else state | {element},)

    def refuse(self, op: Op) -> str:
        """Also a read that shows no elements."""
        shown = op.f != "read" or op.outcome != "ok" or op.result is None or isinstance(op.result, (tuple, frozenset))
        return super().refuse(op) or ("" if shown else "a list of elements")

    def read_only(self, op: Op) -> bool:
        """Also what says that it changed nothing."""
        return op.f in self.reads or (op.outcome == "ok" and op.result is False)

    def monitor(self, part: Part) -> Found | None:
        """For sets that only grow: the values read must be a chain."""
        return grow_sets.decide(part)

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By what each read showed."""
        return grow_sets.verify(ops, proof)

    def removable(self, part: Part) -> Sequence[Sequence[int]]:
        """All operations on one element, where nobody reads them all."""
        groups: dict[Hashable, list[int]] = {}
        for i, arg in enumerate(part.arg):
            groups.setdefault(typed(arg), []).append(i)
        return [] if "read" in part.verb else list(groups.values())

    def say(self, state: State) -> str:
        """The elements, sorted as text."""
        assert isinstance(state, frozenset), "a set is a frozenset of typed elements"
        return "{" + ", ".join(sorted(map(repr, state))) + "}"


def elements(result: object) -> frozenset[Hashable]:
    """What a read showed, as typed elements; a missing set is empty."""
    return frozenset(map(typed, result)) if isinstance(result, (tuple, frozenset)) else frozenset()
