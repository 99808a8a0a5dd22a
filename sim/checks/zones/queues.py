"""Queues of unique elements: four patterns that are wrong, and nothing else is (Henzinger, Sezgin, Vafeiadis, 2013).

fresh: an element is dequeued that nobody had begun to enqueue. repeat: one is dequeued twice. order: x was enqueued
before y, and y was dequeued before x. empty: a dequeue found nothing though at every moment of it some element was
surely there. Where none shows, an order is made from the constraints; if there is none, the search decides.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import OPEN, Op
from sim.checks.part import Part
from sim.checks.values import Values, typed
from sim.checks.zones.queue_order import Element, find_order

NEVER = -1
"""In place of a dequeue that never came."""


def decide(part: Part) -> Found | None:
    """Decide a queue; None if elements are not unique, or a dequeue is unknown where that matters."""
    read = _read(part)
    if read is None:
        return None
    if isinstance(read, Certificate):
        return Found("fail", certificate=read)
    wrong = _find_swapped(read.elements, sure=not read.unknown) or _find_full(part, read)
    if wrong is not None:
        return Found("fail", certificate=wrong)
    order = None if read.unknown else find_order(part, read.elements, read.empty)
    return None if order is None else Found("pass", order)


@dataclass(slots=True)
class _Read:
    elements: list[Element]
    empty: list[int]
    unknown: bool


def _read(part: Part) -> _Read | Certificate | None:
    values = Values()
    puts = [i for i, verb in enumerate(part.verb) if verb == "enqueue"]
    enqueued = {values.code(part.arg[i]): i for i in puts}
    if len(enqueued) < len(puts):
        return None
    dequeued: dict[int, int] = {}
    empty: list[int] = []
    unknown = False
    for i, (verb, maybe) in enumerate(zip(part.verb, part.maybe, strict=True)):
        if verb == "enqueue":
            continue
        if maybe:
            unknown = True
        elif part.result[i] is None:
            empty.append(i)
        else:
            other = dequeued.setdefault(values.code(part.result[i]), i)
            if other != i:
                return Certificate("repeat", blocks=((other,), (i,)), value=part.result[i])
    for code, i in dequeued.items():
        if code not in enqueued or part.call[enqueued[code]] > part.ret[i]:
            return Certificate("thin-air", blocks=((i,),), value=part.result[i])
    elements = [
        Element(i, dequeued.get(code, NEVER), part.call[i], part.ret[i], *_times(part, dequeued.get(code, NEVER)))
        for code, i in enqueued.items()
        if code in dequeued or not part.maybe[i]
    ]
    return _Read(elements, empty, unknown)


def _times(part: Part, dequeue: int) -> tuple[int, int]:
    return (OPEN, OPEN) if dequeue == NEVER else (part.call[dequeue], part.ret[dequeue])


def _find_swapped(elements: list[Element], *, sure: bool) -> Certificate | None:
    """X surely enqueued before y, and y surely dequeued before x: by the latest dequeue among the earlier enqueues."""
    by_end = sorted((one for one in elements if sure or one.dequeue != NEVER), key=lambda one: one.enqueued)
    latest: list[Element] = []
    for one in by_end:
        latest.append(one if not latest or one.taking > latest[-1].taking else latest[-1])
    ends = [one.enqueued for one in by_end]
    for y in elements:
        before = bisect_left(ends, y.putting)
        if before and y.taken < latest[before - 1].taking:
            x = latest[before - 1]
            return Certificate("order", ((x.enqueue, y.enqueue), (y.dequeue, x.dequeue)))
    return None


def _find_full(part: Part, read: _Read) -> Certificate | None:
    """A dequeue that found nothing while elements that were surely there covered all of its time."""
    there = sorted(
        (one for one in read.elements if one.enqueued < one.taking and not (read.unknown and one.dequeue == NEVER)),
        key=lambda one: one.enqueued,
    )
    pieces: list[list[Element]] = []
    end = -1
    for one in there:
        if one.enqueued > end:
            pieces.append([])
        if not pieces[-1] or one.taking > end:
            pieces[-1].append(one)
        end = max(end, one.taking)
    begins = [piece[0].enqueued for piece in pieces]
    for i in read.empty:
        at = bisect_left(begins, part.call[i]) - 1
        if at >= 0 and pieces[at][-1].taking > part.ret[i]:
            cover = [one for one in pieces[at] if one.taking > part.call[i] and one.enqueued < part.ret[i]]
            return Certificate("empty", blocks=((i,), *((one.enqueue, one.dequeue) for one in cover)))
    return None


def verify(ops: Mapping[int, Op], proof: Certificate) -> str:
    """What is wrong with a proof about a queue; empty if nothing is."""
    enqueues = {typed(op.arg): op for op in ops.values() if op.f == "enqueue"}
    if len(enqueues) < sum(op.f == "enqueue" for op in ops.values()):
        return "elements are not unique"
    if proof.proof == "thin-air":
        op = ops[proof.blocks[0][0]]
        if op.f != "dequeue" or op.result is None:
            return "that took nothing"
        source = enqueues.get(typed(op.result))
        return "" if source is None or source.call > op.ret else "the element had been enqueued"
    if proof.proof == "repeat":
        one, other = ops[proof.blocks[0][0]], ops[proof.blocks[1][0]]
        both = one.f == other.f == "dequeue" and one.result is not None
        return (
            "" if both and one is not other and typed(one.result) == typed(other.result) else "these took two elements"
        )
    if proof.proof == "order":
        (x, y), (y_taken, x_taken) = proof.pairs
        ordered = ops[x].ret < ops[y].call and ops[y_taken].ret < _taking(ops, x_taken)
        whole = _is_of(ops, x, x_taken) and _is_of(ops, y, y_taken)
        return "" if ordered and whole else "these came out as they went in"
    empty, end = ops[proof.blocks[0][0]], -1
    for place, taken in proof.blocks[1:]:
        if not _is_of(ops, place, taken) or ops[place].ret > (end if end >= 0 else empty.call):
            return "there was a moment at which nothing need have been there"
        end = max(end, _taking(ops, taken))
    found_nothing = empty.f == "dequeue" and empty.ret < OPEN and empty.result is None
    return "" if found_nothing and end > empty.ret else "the elements do not cover the time"


def _taking(ops: Mapping[int, Op], taken: int) -> int:
    return OPEN if taken == NEVER else ops[taken].call


def _is_of(ops: Mapping[int, Op], place: int, taken: int) -> bool:
    """Whether `taken` took what `place` enqueued; NEVER if nobody did or may have."""
    element = typed(ops[place].arg)
    if taken != NEVER:
        return typed(ops[taken].result) == element and ops[taken].f == "dequeue"
    takers = [op for op in ops.values() if op.f == "dequeue" and (op.ret == OPEN or typed(op.result) == element)]
    return not takers
