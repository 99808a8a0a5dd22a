"""What every operation of a key-value history read and wrote, and whom it read from."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from sim.checks.history import History, Op
from sim.checks.values import same, typed

INITIAL = -1
"""In place of a writer: the value that was there at first."""

THIN_AIR = -2
"""In place of a writer: nobody wrote what was read."""

SEVERAL = -3
"""In place of a writer: several can have written it, so nothing follows from having read it."""


@dataclass(slots=True)
class Access:
    """One operation that happened: `place` among all accesses, `session`, `index` in its session (from 1).

    `read_from` is the place of the writer of what it read, or INITIAL, THIN_AIR, SEVERAL; None if it read nothing.
    """

    place: int
    op: Op
    session: str
    index: int
    reads: bool
    writes: bool
    read_from: int | None = None


@dataclass(slots=True)
class Accesses:
    """All of a history in order of call. `before[i]` is the one before i in its session, None for the first.

    `writes` has the places of the writes of every key. `ambiguous` counts reads of a value with several writers.
    """

    all: list[Access] = field(default_factory=list)
    before: list[int | None] = field(default_factory=list)
    writes: dict[Hashable, list[int]] = field(default_factory=dict)
    ambiguous: int = 0


def read_accesses(history: History) -> Accesses:
    """The accesses of gets, puts, deletes and swaps. A write of unknown outcome is there if its value was read.

    Such a write comes behind what its client did before, but nothing the client did afterwards comes behind it: it may
    have taken effect late. It has a session of its own.
    """
    found = Accesses()
    writers: dict[tuple[Hashable, Hashable], list[Op]] = {}
    seen = {(typed(op.key), typed(value)) for op in history for value in _read(op)}
    last: dict[str, int] = {}
    counts: dict[str, int] = {}
    for op in history:
        wrote = _wrote(op)
        if wrote and op.outcome != "fail":
            writers.setdefault((typed(op.key), typed(wrote[0])), []).append(op)
        unknown = op.outcome == "unknown"
        if op.outcome == "fail" or (unknown and not (wrote and (typed(op.key), typed(wrote[0])) in seen)):
            continue
        session = f"{op.client}?{op.op}" if unknown else op.client
        counts[session] = counts.get(session, 0) + 1
        place = len(found.all)
        found.all.append(Access(place, op, session, counts[session], bool(_read(op)), bool(wrote)))
        found.before.append(last.get(op.client))
        if wrote:
            found.writes.setdefault(typed(op.key), []).append(place)
        if not unknown:
            last[op.client] = place
    _join(found, writers)
    return found


def _join(found: Accesses, writers: dict[tuple[Hashable, Hashable], list[Op]]) -> None:
    place_of = {access.op.op: access.place for access in found.all}
    for access in found.all:
        for value in _read(access.op):
            makers = writers.get((typed(access.op.key), typed(value)), [])
            initial = value is None
            if len(makers) + initial > 1:
                access.read_from = SEVERAL
                found.ambiguous += 1
            else:
                access.read_from = INITIAL if initial else place_of[makers[0].op] if makers else THIN_AIR


def _read(op: Op) -> tuple[object, ...]:
    """The value that a completed operation saw, as a list of none or one."""
    if op.outcome != "ok":
        return ()
    if op.f in ("get", "read"):
        return (op.result,)
    if op.f != "cas" or op.result is False:
        return ()
    return (_pair(op)[0],) if op.result is True else (op.result,)


def _wrote(op: Op) -> tuple[object, ...]:
    """The value that an operation left, or may have left."""
    if op.f in ("put", "write"):
        return (op.arg,)
    if op.f == "delete":
        return (None,)
    if op.f != "cas":
        return ()
    old, new = _pair(op)
    swapped = op.outcome == "unknown" or op.result is True or same(op.result, old)
    return (new,) if swapped and op.result is not False else ()


def _pair(op: Op) -> tuple[object, object]:
    assert isinstance(op.arg, tuple), "a cas has the argument (old, new)"
    return op.arg[0], op.arg[1]
