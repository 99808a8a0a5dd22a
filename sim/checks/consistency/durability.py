"""Durability: every element whose addition was acknowledged is found by whoever reads all of them later.

The idea is that of Jepsen's set-full checker: each element is followed through all reads, not only the last one.
"""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.checks.check import Check, RunRecord
from sim.checks.history import OPEN, History, Op
from sim.checks.timeline import called
from sim.checks.values import typed
from sim.checks.verdict import Status, Verdict

Fate = Literal["ok", "lost", "stale", "duplicated", "never-read", "unknown"]
"""ok: in every read called after it was known. lost: missing in one of them, and in all that were called after the last
that had it. stale: missing in one, and found later. duplicated: twice in one read. never-read: no read was called after
it was known. unknown: its addition may have failed, and nobody saw it."""

_ADDS = frozenset(("add", "append", "enqueue", "put", "insert"))


@dataclass(frozen=True, slots=True)
class Element:
    """One element: who added it, when it was known to be there (event index, ns), how many reads missed it."""

    key: Hashable
    value: object
    op: int
    fate: Fate
    known: int
    missed: int
    witness: Op | None = None
    """The last read that should have shown it and did not, or the one that shows it twice."""


class Durability(Check):
    """No element is lost or duplicated; with `linearizable` none is stale either. Elements and reads as in a set."""

    name = "durability"

    def __init__(self, *, linearizable: bool = False, reads: str = "read") -> None:
        self._strict = linearizable
        self._reads = reads

    def conclude(self, record: RunRecord) -> Verdict:
        """Follow every element."""
        return judge_durability(record.history, linearizable=self._strict, reads=self._reads)


def judge_durability(history: History, *, linearizable: bool = False, reads: str = "read") -> Verdict:
    """The verdict of a history: unknown if nothing was read, or some acknowledged element never was."""
    elements = follow_elements(history, reads=reads)
    counts = {
        fate: sum(one.fate == fate for one in elements) for fate in ("ok", "lost", "stale", "duplicated", "never-read")
    }
    said = ", ".join(f"{count:,} {fate}" for fate, count in counts.items() if count) or "nothing was added"
    bad = ("lost", "duplicated", "stale") if linearizable else ("lost", "duplicated")
    wrong = next((one for fate in bad for one in elements if one.fate == fate), None)
    status: Status = "fail" if wrong else "unknown" if counts["never-read"] or not counts["ok"] else "pass"
    if wrong is None:
        return Verdict(Durability.name, status, said, "history", "set-full", len(elements))
    ops = (wrong.op, *(() if wrong.witness is None else (wrong.witness.op,)))
    at_ns = None if wrong.witness is None else wrong.witness.ret_ns
    detail = f"{said}: {_tell(wrong)}"
    return Verdict(Durability.name, "fail", detail, "history", "set-full", len(elements), ops, at_ns)


def follow_elements(history: History, *, reads: str = "read") -> list[Element]:
    """The fate of every element, in order of its addition. Linear in the size of all reads, but for sorting."""
    adds: dict[Hashable, dict[Hashable, Op]] = {}
    shown: dict[Hashable, list[Op]] = {}
    for op in history:
        if op.f in _ADDS and op.outcome != "fail":
            adds.setdefault(typed(op.key), {}).setdefault(typed(op.arg), op)
        elif op.f == reads and op.outcome == "ok":
            shown.setdefault(typed(op.key), []).append(op)
    return [one for key, added in adds.items() for one in _follow(added, shown.get(key, []))]


def _follow(added: dict[Hashable, Op], reads: Sequence[Op]) -> list[Element]:
    """The elements of one key; reads are in order of call."""
    contents = [
        [typed(value) for value in op.result] if isinstance(op.result, (tuple, frozenset)) else [] for op in reads
    ]
    sets = [frozenset(content) for content in contents]
    first_seen: dict[Hashable, int] = {}
    holding: dict[Hashable, list[int]] = {}
    twice: dict[Hashable, int] = {}
    for i, content in enumerate(contents):
        if len(sets[i]) < len(content):
            for value in content:
                if content.count(value) > 1:
                    twice.setdefault(value, i)
        for value in sets[i]:
            first_seen[value] = min(first_seen.get(value, OPEN), reads[i].ret)
            holding.setdefault(value, []).append(i)
    calls = [op.call for op in reads]
    found = []
    for value, op in added.items():
        known = min(op.ret, first_seen.get(value, OPEN))
        duplicate = twice.get(value)
        if duplicate is not None:
            found.append(Element(op.key, op.arg, op.op, "duplicated", known, 0, reads[duplicate]))
        else:
            found.append(_fate(value, op, known, bisect_right(calls, known), reads, sets, holding.get(value, [])))
    return found


def _fate(
    value: Hashable,
    op: Op,
    known: int,
    first: int,
    reads: Sequence[Op],
    sets: Sequence[frozenset[Hashable]],
    holding: Sequence[int],
) -> Element:
    """What became of an element that every read from `first` on should show."""
    if known == OPEN:
        return Element(op.key, op.arg, op.op, "unknown", known, 0)
    if first == len(reads):
        return Element(op.key, op.arg, op.op, "never-read", known, 0)
    missed = len(reads) - first - sum(i >= first for i in holding)
    if not missed:
        return Element(op.key, op.arg, op.op, "ok", known, 0)
    last = next(i for i in range(len(reads) - 1, first - 1, -1) if value not in sets[i])
    had = max((reads[i].ret for i in holding), default=-1)
    fate: Fate = "lost" if reads[last].call > had else "stale"
    return Element(op.key, op.arg, op.op, fate, known, missed, reads[last])


def _tell(one: Element) -> str:
    assert one.witness is not None, "what is wrong shows in a read"
    read = f"{one.witness.f}#{one.witness.op} by {one.witness.client} at {called(one.witness)}"
    if one.fate == "duplicated":
        return f"{read} shows {one.value!r} twice"
    what = f"{one.value!r} of #{one.op}, known since event {one.known}, is missing in {read}"
    return what + (" and was not seen again" if one.fate == "lost" else ", but was seen later")
