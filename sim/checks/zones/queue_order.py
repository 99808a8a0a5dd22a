"""Makes an order for a queue of unique elements from the constraints that time puts on them."""

from dataclasses import dataclass

from sim.checks.history import OPEN
from sim.checks.part import Part


@dataclass(slots=True)
class Element:
    """An element's enqueue and dequeue (places), from when to when each was under way (event indices)."""

    enqueue: int
    dequeue: int
    putting: int
    enqueued: int
    taking: int
    taken: int


def find_order(part: Part, elements: list[Element], empty: list[int]) -> list[int] | None:
    """An order that may be legal; None if this way finds none."""
    taken = [one for one in elements if one.dequeue >= 0]
    left = sorted((one for one in elements if one.dequeue < 0), key=lambda one: one.putting)
    first = _line_up(taken)
    return None if first is None else _Schedule(part, first + left, empty).run()


def _line_up(elements: list[Element]) -> list[Element] | None:
    """Elements in an order that both their enqueues and their dequeues allow."""
    waiting = sorted(elements, key=lambda one: one.putting)
    enqueued = sorted(elements, key=lambda one: one.enqueued, reverse=True)
    taken = sorted(elements, key=lambda one: one.taken, reverse=True)
    placed: dict[int, None] = {}
    ready: list[Element] = []
    order: list[Element] = []
    at = 0
    while len(order) < len(elements):
        while enqueued[-1].enqueue in placed:
            enqueued.pop()
        while taken[-1].enqueue in placed:
            taken.pop()
        while at < len(waiting) and waiting[at].putting < enqueued[-1].enqueued:
            ready.append(waiting[at])
            at += 1
        nexts = [one for one in ready if one.taking < taken[-1].taken or one is taken[-1]]
        if not nexts:
            return None
        chosen = min(nexts, key=lambda one: one.taken)
        ready.remove(chosen)
        placed[chosen.enqueue] = None
        order.append(chosen)
    return order


class _Schedule:
    """Enqueues as late and dequeues as early as they may be, so that whoever found nothing has a moment for it."""

    def __init__(self, part: Part, line: list[Element], empty: list[int]) -> None:
        self._part = part
        self._line = line
        self._place = {one.enqueue: n for n, one in enumerate(line)} | {
            one.dequeue: n for n, one in enumerate(line) if one.dequeue >= 0
        }
        self._empty = dict.fromkeys(empty)
        self._waiting: list[int] = []
        self._called: dict[int, None] = {}
        self._put = self._took = 0
        self._order: list[int] = []

    def run(self) -> list[int] | None:
        """Go through calls and returns in order of time."""
        part = self._part
        members = [i for i in range(len(part)) if i in self._place or i in self._empty]
        events = sorted(
            [(part.call[i], i) for i in members] + [(part.ret[i], i) for i in members if part.ret[i] < OPEN]
        )
        for time, i in events:
            if time == part.call[i]:
                self._called[i] = None
                if i in self._empty:
                    self._waiting.append(i)
                self._advance()
            elif not self._finish(i):
                return None
        return self._order

    def _finish(self, i: int) -> bool:
        """Operation i must have its place by now."""
        if i in self._empty:
            return i not in self._waiting
        n = self._place[i]
        while self._put <= n:
            enqueue = self._line[self._put].enqueue
            if enqueue not in self._called:
                return False
            self._order.append(enqueue)
            self._put += 1
            self._advance()
        return self._part.verb[i] == "enqueue" or self._took > n

    def _advance(self) -> None:
        """Take out whatever can be, then let those go who find nothing."""
        while self._took < self._put and self._line[self._took].dequeue in self._called:
            self._order.append(self._line[self._took].dequeue)
            self._took += 1
        if self._took == self._put:
            self._order += self._waiting
            self._waiting.clear()
