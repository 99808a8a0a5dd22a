"""Wing, Gong and Lowe's search as it is written in the papers: the baseline of the benchmarks and a second oracle.

Wing and Gong (1993); Lowe, "Testing for linearizability" (2017): a doubly linked list of calls and returns, from which
a linearized operation is lifted and to which it is put back, and a memory of (set linearized, state) as n bits.
"""

from collections.abc import Hashable

from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.specs import Spec


class Entry:
    """A call or a return in the list."""

    __slots__ = ("after", "before", "match", "op")

    def __init__(self, op: int) -> None:
        self.op = op
        self.match: Entry | None = None
        self.before: Entry | None = None
        self.after: Entry | None = None


def plain_wgl(part: Part, spec: Spec, limit: int = 10**9) -> str:
    """pass, fail, or unknown after `limit` steps."""
    head = _list_of(part)
    ops = part.ops
    state: Hashable = spec.initial()
    bits = 0
    needed = sum(1 << i for i, maybe in enumerate(part.maybe) if not maybe)
    seen: set[tuple[int, Hashable]] = set()
    calls: list[tuple[Entry, Hashable]] = []
    entry = head.after
    steps = 0
    while bits & needed != needed:
        steps += 1
        if steps > limit:
            return "unknown"
        if entry is not None and entry.match is not None:
            after = spec.step(state, ops[entry.op])
            key = (bits | 1 << entry.op, after[0] if after else None)
            if after and key not in seen:
                seen.add(key)
                calls.append((entry, state))
                bits, state = key
                _lift(entry)
                entry = head.after
            else:
                entry = entry.after
            continue
        if not calls:
            return "fail"
        entry, state = calls.pop()
        bits &= ~(1 << entry.op)
        _unlift(entry)
        entry = entry.after
    return "pass"


def _list_of(part: Part) -> Entry:
    head = Entry(-1)
    last = head
    entries: dict[int, Entry] = {}
    events = sorted([(call, i) for i, call in enumerate(part.call)] + [(ret, i) for i, ret in enumerate(part.ret)])
    for time, i in events:
        entry = Entry(i)
        if time == part.call[i]:
            entries[i] = entry
        else:
            entries[i].match = entry
        last.after, entry.before = entry, last
        last = entry
    assert all(entry.match is not None for entry in entries.values()), f"every call has an end, {OPEN} if nowhere else"
    return head


def _lift(entry: Entry) -> None:
    for one in (entry, entry.match):
        assert one is not None, "a call is lifted with its return"
        assert one.before is not None, "the head is never lifted"
        one.before.after = one.after
        if one.after is not None:
            one.after.before = one.before


def _unlift(entry: Entry) -> None:
    for one in (entry.match, entry):
        assert one is not None, "a call is put back with its return"
        assert one.before is not None, "the head is never lifted"
        one.before.after = one
        if one.after is not None:
            one.after.before = one
