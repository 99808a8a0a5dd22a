"""What each operation of a register does in terms of values: the form in which zones see them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.checks.part import Part
from sim.checks.values import Values, same, typed

READ, WRITE, ERASE, CAS, UNLIKE = range(5)
"""Sees a value; leaves one; leaves the empty one; sees one and leaves another; saw any value but one."""


EMPTY = 0
"""The code of the empty value."""


class Access(NamedTuple):
    """One operation: its place in the part, what it does, the codes of the value seen (or not) and of the value left.

    `maybe` says that its outcome is unknown. A swap that surely did not happen is a read of what it saw instead, or
    UNLIKE what it expected if it did not say what it saw.
    """

    place: int
    kind: int
    see: int
    leave: int
    maybe: bool
    call: int
    ret: int
    values: Values

    @property
    def seen(self) -> object:
        """The value seen (for UNLIKE: the value that it was not)."""
        return self.values[self.see]

    @property
    def written(self) -> object:
        """The value left."""
        return self.values[self.leave]


@dataclass(frozen=True, slots=True)
class Accesses:
    """All accesses of a part, in order of call; the empty value has code 0."""

    all: tuple[Access, ...]
    values: Values


def read_accesses(part: Part, kinds: Mapping[str, int], empty: Hashable) -> Accesses:
    """The accesses of a part, read once. Unknown operations that can change nothing are left out."""
    key = ("accesses", tuple(kinds), typed(empty))
    known = part.memo.get(key)
    if isinstance(known, Accesses):
        return known
    accesses = part.memo[key] = _read(part, kinds, empty)
    return accesses


def _read(part: Part, kinds: Mapping[str, int], empty: Hashable) -> Accesses:
    values = Values([empty])
    found: list[Access] = []
    for place, (verb, arg, result, maybe) in enumerate(zip(part.verb, part.arg, part.result, part.maybe, strict=True)):
        form = _form(kinds[verb], arg, result, maybe, empty)
        if form is not None:
            kind, see, leave = form
            found.append(
                Access(
                    place,
                    kind,
                    -1 if kind == WRITE else values.code(see),
                    -1 if kind in (READ, UNLIKE) else values.code(leave),
                    maybe,
                    part.call[place],
                    part.ret[place],
                    values,
                )
            )
    return Accesses(tuple(found), values)


def _form(kind: int, arg: object, result: object, maybe: bool, empty: Hashable) -> tuple[int, object, object] | None:
    """(kind, value seen, value left) of one operation; None if it says and changes nothing."""
    if kind == READ:
        return None if maybe else (READ, result, None)
    if kind == WRITE:
        return WRITE, None, arg
    if kind == ERASE:
        return WRITE, None, empty
    assert isinstance(arg, tuple), "a cas has the argument (old, new)"
    old, new = arg
    if maybe:
        return None if same(old, new) else (CAS, old, new)
    if result is False:
        return UNLIKE, old, None
    if result is not True and not same(result, old):
        return READ, result, None
    return (READ, old, None) if same(old, new) else (CAS, old, new)
