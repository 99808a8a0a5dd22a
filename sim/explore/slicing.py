"""A causal slice: the few records of a trace that led to a violation, in order, as a story.

From the events that the check's sentence names it walks back along what the trace records as causes: the message that
a handler was handling, the handler that sent it, the call that an answer ends. To these it adds what the nodes of the
story said meanwhile, and the faults, crashes and starts that befell them.
"""

import re
from collections.abc import Callable, Sequence

from sim.checks.verdict import Verdict
from sim.explore.telling import Record
from sim.world import trace as codes
from sim.world.units import show_ns

STORY_MAX = 30
_NAMED = re.compile(r"([\w/.-]+) at (\d[\d.]*(?:ns|us|ms|s|m|h))")
_SIBLINGS_MAX = 4


def story(records: Sequence[Record], verdict: Verdict, limit: int = STORY_MAX) -> list[Record]:
    """The records that tell how the violation came about, at most `limit`, in order; empty if it names none."""
    slicing = Slice(records)
    ends = ends_of(records, verdict)
    for record in ends:
        slicing.follow(record)
    if not ends:
        return []
    slicing.add_what_was_said()
    slicing.add_siblings()
    slicing.add_fates()
    return slicing.first(limit)


def ends_of(records: Sequence[Record], verdict: Verdict) -> list[Record]:
    """The records that the verdict is about: events that its sentence names by node and time, operations by number."""
    named = {(node, time) for node, time in _NAMED.findall(verdict.detail)}
    involved = set(verdict.involved)

    def is_meant(record: Record) -> bool:
        if record.code in (codes.CALL, codes.RETURN):
            return record.rest[0] in involved
        return record.code in (codes.EMIT, codes.NODE) and (record.node, show_ns(record.t_ns)) in named

    found = [record for record in records if is_meant(record)]
    return found or [record for record in records if record.code == codes.EMIT and record.t_ns == verdict.at_ns]


class Slice:
    """Records chosen so far, each with how dispensable it is: 0 not at all."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._rank: dict[int, int] = {}

    def follow(self, end: Record) -> None:
        """Take a record and everything that it follows from."""
        self.take(end, 0)
        record: Record | None = end
        while record is not None:
            record = self.before(record)
            if record is None or self._rank.get(record.number, 9) <= 1:
                return
            self.take(record, 1)

    def take(self, record: Record, rank: int) -> None:
        """Choose a record; of two ranks the less dispensable counts."""
        self._rank[record.number] = min(rank, self._rank.get(record.number, rank))

    def before(self, record: Record) -> Record | None:
        """What a record follows from."""
        if record.cause:
            return self._records[record.cause - 1]
        if record.code == codes.RETURN:
            return self._last(record, lambda one: one.code == codes.DELIVER and one.node == record.node)
        if record.code == codes.NODE and str(record.rest[2]).startswith("start"):
            return self._last(record, lambda one: one.code == codes.NODE and one.node == record.node)
        return None

    def _last(self, record: Record, fits: Callable[[Record], bool]) -> Record | None:
        """The last record before one that fits."""
        return next((one for one in reversed(self._records[: record.number - 1]) if fits(one)), None)

    def add_what_was_said(self) -> None:
        """What the handlers of the story emitted, and what of theirs was lost."""
        chain = {number for number, rank in self._rank.items() if rank <= 1}
        for record in self._records:
            if record.cause in chain and record.code == codes.EMIT:
                self.take(record, 3)
            elif record.cause in chain and record.code == codes.LOST:
                self.take(record, 5)

    def add_siblings(self) -> None:
        """Messages of the same kind that came to the same node since its part began, such as the other votes."""
        chain = [record for record in self._records if self._rank.get(record.number, 9) <= 1]
        for record in chain:
            if record.code != codes.DELIVER:
                continue
            earlier = [one.number for one in chain if one.node == record.node and one.number < record.number]
            between = self._records[max(earlier, default=0) : record.number - 1]
            alike = [
                one
                for one in between
                if one.code == codes.DELIVER and one.node == record.node and _kind(one) == _kind(record)
            ]
            for one in alike[-_SIBLINGS_MAX:]:
                self.take(one, 4)

    def add_fates(self, begins: int = 0) -> None:
        """Faults that began or ended meanwhile, and crashes and starts of the nodes of the story.

        What was over by record `begins` is hardly worth a line.
        """
        chosen = [self._records[number - 1] for number in self._rank]
        nodes = {one.node for one in chosen} | {str(one.rest[0]) for one in chosen if one.code == codes.DELIVER}
        last = max(one.number for one in chosen)
        over = self._over(begins)
        for record in self._records[:last]:
            if record.code == codes.FAULT:
                befalls = record.rest[1] != "skip" and bool(nodes & set(record.rest[3]))
            else:
                first_start = record.code == codes.NODE and record.rest[1] == 1 and record.rest[2] == "start"
                befalls = record.code == codes.NODE and record.node in nodes and not first_start
            if befalls:
                self.take(record, 7 if record.number in over else 2)

    def _over(self, begins: int) -> set[int]:
        """Of faults and nodes what was said of them before `begins`, but for what is still so then."""
        told = [one for one in self._records[:begins] if one.code in (codes.FAULT, codes.NODE)]
        now = {(one.code, one.rest[0]): one for one in told}
        still = {one.number for one in now.values() if one.rest[1] == "inject" or _is_away(one)}
        return {one.number for one in told if one.number not in still}

    def chosen(self, most: int) -> list[Record]:
        """What is chosen so far and as little dispensable as that, in no order."""
        return [self._records[number - 1] for number, rank in self._rank.items() if rank <= most]

    def first(self, limit: int) -> list[Record]:
        """So many records, those that can be spared least, in order of time; of equals the later ones."""
        order = sorted(self._rank, key=lambda number: (self._rank[number], -number))
        return [self._records[number - 1] for number in sorted(order[:limit])]


def _is_away(record: Record) -> bool:
    """Whether a node is down or stands still from here on."""
    return record.code == codes.NODE and str(record.rest[2]).startswith(("crash", "pause"))


def _kind(record: Record) -> str:
    said = record.said
    return "" if said is None else str(said[0])
