"""Specifications: what one object does, operation by operation. A user's own is a class with `initial` and `step`."""

from collections.abc import Hashable
from typing import Protocol

from sim.checks.history import Op


class Spec(Protocol):
    """A sequential object.

    `step` gives the states that the operation can lead to from `state`: none if it is illegal there, several if the
    object is nondeterministic. States are hashable and never changed. An operation of unknown outcome has no result to
    compare. `part` names the object that an operation touches: parts are checked apart (Herlihy and Wing, locality).
    `read_only` may say True only if the operation never changes any state.
    """

    name: str

    def initial(self) -> Hashable:
        """The state before the first operation."""

    def step(self, state: Hashable, op: Op) -> tuple[Hashable, ...]:
        """The states that may follow; none if the operation is illegal."""

    def part(self, op: Op) -> Hashable:
        """The object that the operation touches."""

    def read_only(self, op: Op) -> bool:
        """Whether it changes no state, ever."""


class Register:
    """One register per key: `read` or `get`, `write` or `put`, `delete`; a missing value is None.

    `cas` has the argument (old, new). It returns the value it saw: it swapped exactly if that is `old`. True and
    False are understood too, False meaning only that the value was not `old`.
    """

    name = "kv"

    def initial(self) -> Hashable:
        """Nothing is stored."""
        return None

    def part(self, op: Op) -> Hashable:
        """Keys are apart."""
        return op.key

    def read_only(self, op: Op) -> bool:
        """Reads."""
        return op.f in ("get", "read")

    def step(self, state: Hashable, op: Op) -> tuple[Hashable, ...]:
        """The one state that follows, or none."""
        if op.f in ("get", "read"):
            return (state,) if op.outcome == "unknown" or same(op.result, state) else ()
        if op.f in ("put", "write"):
            return (op.arg,)
        if op.f == "delete":
            return (None,)
        assert op.f == "cas", f"a register does not know {op.f!r}"
        return _swap(state, op)

    def say(self, state: Hashable) -> str:
        """A state in words."""
        return "nothing" if state is None else repr(state)


def _swap(state: Hashable, op: Op) -> tuple[Hashable, ...]:
    assert isinstance(op.arg, tuple), "a cas has the argument (old, new)"
    old, new = op.arg
    swaps = same(state, old)
    if op.outcome == "unknown":
        return (new,) if swaps else (state,)
    if isinstance(op.result, bool):
        return () if op.result != swaps else (new,) if swaps else (state,)
    if not same(op.result, state):
        return ()
    return (new,) if swaps else (state,)


def same(one: object, other: object) -> bool:
    """Equal and of one type: 1, True and 1.0 are three values."""
    return one == other and type(one) is type(other)


SPECS: dict[str, Spec] = {"kv": Register(), "register": Register(), "cas-register": Register()}
"""Name in a model or on the command line -> specification."""
