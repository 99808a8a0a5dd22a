"""What one operation on a key read and wrote, as far as it says."""

from collections.abc import Hashable
from dataclasses import dataclass

from sim.checks.history import Op
from sim.checks.values import same, typed

VERBS = frozenset(("get", "read", "put", "write", "delete", "cas"))
"""What is understood here. After anything else on a key nobody can say who wrote what is read from it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What `op` read and wrote: typed values, none or one of each. Of an unknown operation: what it did if it happened.

    `unlike` is what a swap did not see that failed and does not tell what it did see.
    """

    op: Op
    key: Hashable
    read: tuple[Hashable, ...] = ()
    wrote: tuple[Hashable, ...] = ()
    unlike: tuple[Hashable, ...] = ()


def effect_of(op: Op, empty: object = None) -> Effect:
    """The effect of an operation. `empty` is what a delete leaves. A swap of a value for itself is a read."""
    key = typed(op.key)
    if op.f in ("get", "read"):
        return Effect(op, key, (typed(op.result),)) if op.outcome == "ok" else Effect(op, key)
    if op.f in ("put", "write"):
        return Effect(op, key, (), (typed(op.arg),))
    if op.f == "delete":
        return Effect(op, key, (), (typed(empty),))
    return _of_swap(op, key) if op.f == "cas" else Effect(op, key)


def _of_swap(op: Op, key: Hashable) -> Effect:
    assert isinstance(op.arg, tuple), f"{op}: a cas has the argument (old, new)"
    old, new = op.arg
    if op.outcome == "ok" and op.result is False:
        return Effect(op, key, unlike=(typed(old),))
    if op.outcome == "ok" and op.result is not True and not same(op.result, old):
        return Effect(op, key, (typed(op.result),))
    wrote = () if same(old, new) else (typed(new),)
    return Effect(op, key, (typed(old),), wrote)
