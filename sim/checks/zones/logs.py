"""Append-only logs: records have offsets, and operations sorted by offset must agree with time."""

from collections.abc import Sequence

from sim.checks.found import Found
from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.values import same, typed
from sim.checks.witness import replay_times


def decide(part: Part) -> Found | None:
    """A witness by offset; None if there is none of this form."""
    offsets = _offsets(part)
    if offsets is None:
        return None
    order = _order(part, offsets)
    return None if replay(part, order) else Found("pass", order)


def _offsets(part: Part) -> dict[int, int] | None:
    """Append -> its offset, by what it returned or by who read its record; None if an offset has none or several."""
    read: dict[object, int] = {}
    for i, verb in enumerate(part.verb):
        offset = part.arg[i]
        if verb == "read" and not part.maybe[i] and part.result[i] is not None and type(offset) is int:
            read[typed(part.result[i])] = offset
    found: dict[int, int] = {}
    for i, verb in enumerate(part.verb):
        if verb == "append":
            told = part.result[i]
            offset = told if type(told) is int else read.get(typed(part.arg[i]))
            if offset is None:
                if part.maybe[i]:
                    continue
                return None
            found[i] = offset
    return found if sorted(found.values()) == list(range(len(found))) else None


def _order(part: Part, offsets: dict[int, int]) -> list[int]:
    """Appends by offset, and every read at the first place where time and the log's length allow it."""
    line = sorted(offsets, key=offsets.__getitem__)
    groups: list[list[int]] = [[] for _ in range(len(line) + 1)]
    length, shown = 0, {append: offset + 1 for append, offset in offsets.items()}
    events = [(call, i) for i, call in enumerate(part.call)]
    for time, i in sorted(events + [(ret, i) for i, ret in enumerate(part.ret) if ret < OPEN]):
        if time == part.ret[i]:
            length = max(length, shown[i])
        elif part.verb[i] != "append" and not part.maybe[i]:
            shown[i] = min(max(length, _needs(part, i)), len(line))
            groups[shown[i]].append(i)
    order = list(groups[0])
    for append, reads in zip(line, groups[1:], strict=True):
        order.append(append)
        order += reads
    return order


def _needs(part: Part, i: int) -> int:
    """The least number of records with which a read can be right."""
    told, offset = part.result[i], part.arg[i]
    if part.verb[i] == "tail":
        return told if type(told) is int else 0
    return 0 if told is None or type(offset) is not int else offset + 1


def replay(part: Part, order: Sequence[int]) -> str:
    """What is wrong with a witness; empty if nothing is."""
    wrong = replay_times(part, order)
    records: list[object] = []
    for i in order if not wrong else ():
        told, arg = part.result[i], part.arg[i]
        if part.verb[i] == "append":
            right = part.maybe[i] or told is None or same(told, len(records))
            records.append(arg)
        elif part.verb[i] == "tail":
            right = same(told, len(records))
        else:
            right = same(told, records[arg] if type(arg) is int and 0 <= arg < len(records) else None)
        if not right and part.ret[i] < OPEN:
            return f"{part.op(i)} is illegal where it stands"
    return wrong
