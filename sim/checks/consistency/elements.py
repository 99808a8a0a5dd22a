"""What became of every element that was added to a collection, followed through all reads of the whole of it.

The idea is that of Jepsen's set-full checker: not only the last read counts.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sim.checks.history import OPEN, History, Op
from sim.checks.values import typed

Fate = Literal["ok", "lost", "stale", "duplicated", "never-read", "unknown"]
"""ok: in every read called after it was known. lost: missing in one of them, and in all that were called after the last
that had it. stale: missing in one, and found later. duplicated: more often in one read than it can have been added.
never-read: no read was called after it was known (and after the last restart). unknown: its addition may have failed,
and nobody saw it; or it is missing, but may have been taken away."""

ADDS = ("add", "append", "enqueue", "insert")
"""Verbs that add their argument. A `put` does where it replaces nothing: say so."""

_LOOKS = frozenset(("contains", "get", "len", "list", "peek", "read", "size", "tail"))
"""Verbs that take nothing away. Of what is neither this nor an addition nobody knows."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: who added it, when it was known to be there (event index, ns), how many reads missed it.

    `lost_ns` is when the first read was called that missed it for good; `stale_ns` how long after it was known a read
    still missed it. Both are None if that did not happen; times are None if the history has none. `reason` is why its
    fate is unknown.
    """

    key: Hashable
    value: object
    op: int
    fate: Fate
    known: int
    missed: int = 0
    witness: Op | None = None
    """The last read that should have shown it and did not, or the one that shows it too often."""
    known_ns: int | None = None
    lost_ns: int | None = None
    stale_ns: int | None = None
    reason: str = ""


@dataclass(slots=True)
class _Trail:
    """Where an element was added and seen. `last` is the last read from `first` on that showed it."""

    adds: list[Op]
    known: int = OPEN
    known_ns: int | None = None
    first: int = 0
    last: int = -1
    held: int = 0
    gap: int = -1
    had: int = -1
    fewest: int = OPEN
    twice: int | None = None

    def learn(self, ret: int, ret_ns: int | None) -> None:
        """It was surely there at this time."""
        if ret < self.known:
            self.known, self.known_ns = ret, ret_ns

    def see(self, i: int, ret: int) -> None:
        """Read i shows it."""
        self.had = max(self.had, ret)
        if i >= self.first:
            if self.last < i - 1:
                self.gap = i - 1
            self.last = i
            self.held += 1


@dataclass(slots=True)
class _Collection:
    """All operations on one key."""

    added: dict[Hashable, _Trail] = field(default_factory=dict)
    reads: list[Op] = field(default_factory=list)
    takers: dict[Hashable, Op] = field(default_factory=dict)
    emptier: Op | None = None


def follow_elements(
    history: History, *, reads: str = "read", adds: Sequence[str] = ADDS, after_ns: int | None = None
) -> list[Element]:
    """The fate of every element, in order of its addition. Linear in the size of all reads, but for sorting.

    A read of a collection has no argument and shows a tuple or a frozenset, or None for an empty one. `after_ns` is
    when the last restart was: each element has to be read after it.
    """
    collections: dict[Hashable, _Collection] = {}
    for op in history:
        if op.outcome != "fail":
            _sort(collections.setdefault(typed(op.key), _Collection()), op, reads, adds)
    found = [one for collection in collections.values() for one in _follow(collection, after_ns)]
    return sorted(found, key=lambda one: one.op)


def _sort(collection: _Collection, op: Op, reads: str, adds: Sequence[str]) -> None:
    if op.f in adds:
        trail = collection.added.setdefault(typed(op.arg), _Trail([]))
        trail.adds.append(op)
        trail.learn(op.ret, op.ret_ns)
    elif op.f == reads:
        if op.outcome == "ok" and op.arg is None and (op.result is None or isinstance(op.result, (tuple, frozenset))):
            collection.reads.append(op)
    elif op.f == "remove":
        collection.takers.setdefault(typed(op.arg), op)
    elif op.f not in _LOOKS and collection.emptier is None:
        collection.emptier = op


def _follow(collection: _Collection, after_ns: int | None) -> list[Element]:
    """The elements of one collection; its reads are in order of call."""
    reads, added = collection.reads, collection.added
    for i, read in enumerate(reads):
        for value, count in _counts(read):
            trail = added.get(value)
            if trail is not None:
                trail.learn(read.ret, read.ret_ns)
                trail.fewest = min(trail.fewest, count)
                if count > len(trail.adds) and trail.twice is None:
                    trail.twice = i
    calls = [read.call for read in reads]
    for trail in added.values():
        trail.first = bisect_right(calls, trail.known)
        trail.last = trail.first - 1
    for i, read in enumerate(reads):
        for value, _ in _counts(read):
            if value in added:
                added[value].see(i, read.ret)
    fresh = 0 if after_ns is None else bisect_left([read.call_ns for read in reads], after_ns)
    return [_fate(value, trail, collection, calls, fresh) for value, trail in added.items()]


def _counts(read: Op) -> list[tuple[Hashable, int]]:
    """What a read shows, and how often."""
    shown = read.result if isinstance(read.result, (tuple, frozenset)) else ()
    return [*Counter(map(typed, shown)).items()]


def _fate(value: Hashable, trail: _Trail, collection: _Collection, calls: list[int], fresh: int) -> Element:
    reads = collection.reads
    op, known, known_ns = trail.adds[0], trail.known, trail.known_ns
    if trail.twice is not None:
        return Element(op.key, op.arg, op.op, "duplicated", known, 0, reads[trail.twice], known_ns)
    if known == OPEN:
        reason = "its addition may not have happened, and nobody saw it"
        return Element(op.key, op.arg, op.op, "unknown", known, reason=reason)
    missed = len(reads) - trail.first - trail.held
    if missed:
        return _missing(value, trail, collection, calls, missed)
    if max(trail.first, fresh) >= len(reads):
        return Element(op.key, op.arg, op.op, "never-read", known, known_ns=known_ns)
    if trail.fewest < len(trail.adds) and any(add.f != "add" for add in trail.adds):
        reason = f"it was added {len(trail.adds)} times, and a read shows it {trail.fewest}"
        return Element(op.key, op.arg, op.op, "unknown", known, known_ns=known_ns, reason=reason)
    return Element(op.key, op.arg, op.op, "ok", known, known_ns=known_ns)


def _missing(value: Hashable, trail: _Trail, collection: _Collection, calls: list[int], missed: int) -> Element:
    """An element that was missing in a read."""
    reads, op = collection.reads, trail.adds[0]
    known, known_ns = trail.known, trail.known_ns
    taker = collection.takers.get(value) or collection.emptier
    if taker is not None:
        reason = f"it may have been taken away by {taker}"
        return Element(op.key, op.arg, op.op, "unknown", known, missed, known_ns=known_ns, reason=reason)
    last = reads[len(reads) - 1 if trail.last < len(reads) - 1 else trail.gap]
    if last.call > trail.had:
        gone = reads[max(trail.first, bisect_right(calls, trail.had))]
        return Element(op.key, op.arg, op.op, "lost", known, missed, last, known_ns, lost_ns=gone.call_ns)
    stale_ns = None if known_ns is None else max(0, last.call_ns - known_ns)
    return Element(op.key, op.arg, op.op, "stale", known, missed, last, known_ns, stale_ns=stale_ns)
