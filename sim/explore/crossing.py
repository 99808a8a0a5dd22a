"""The story of a violation in a system of layers: it follows what the layers know one operation by.

Causes that a trace records end where a handler sleeps, waits for its disk or gathers what others brought. There the
threads go on: the client's request became a document, the document was claimed for a run, the run called a port under
a key. From the threads that the verdict names, the story takes what began each of them, every place where one goes over
into another layer, and what was said last.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from sim.checks.verdict import Verdict
from sim.explore.layered import Layered
from sim.explore.slicing import STORY_MAX, Slice, ends_of, story
from sim.explore.telling import Record
from sim.result import Run
from sim.world import trace as codes

_FACT = re.compile(r"\b([a-z_]+) (\d+)\b")
_THREADS_MAX = 8
_BEARS = (codes.EMIT, codes.CALL)
_CHAIN_MAX = 12
_WAKES = 5
"""How dispensable it is that a story goes on, which says little."""


def story_of(records: Sequence[Record], verdict: Verdict, layered: Layered | None) -> list[Record]:
    """The records that tell how a violation came about, in order; of a system in layers, across them."""
    return story(records, verdict) if layered is None else layered_story(records, verdict, layered)


def lead_of(run: Run, verdict: Verdict, told: Sequence[Record], layered: Layered) -> str:
    """Which layers kept their own promises; and if all did, in which of them what broke came to light."""
    found = next((one for one in run.checks if one.check == layered.layering.check), None)
    if found is None or not told:
        return "" if found is None else found.detail
    if found.status == "fail":
        return found.detail
    where = layered.seat(told[-1])
    came = [one for one in told if layered.layer(one) not in ("", layered.layer(told[-1]))]
    above = f", on the way from {layered.seat(came[-1])}" if came else ""
    return f"{found.detail}; {verdict.check} broke between them: it shows at {where}{above}"


def layered_story(
    records: Sequence[Record], verdict: Verdict, layered: Layered, limit: int = STORY_MAX
) -> list[Record]:
    """The records that tell how a violation came about across layers, at most `limit`; empty if it names none."""
    ends = _fitting(ends_of(records, verdict), verdict, layered)
    if not ends:
        return []
    crossing = _Crossing(records[: ends[-1].number], ends[0].number, verdict, layered)
    for end in ends:
        crossing.follow(end)
    crossing.follow_threads()
    crossing.take_losses()
    begins = min(one.number for one in crossing.slice.chosen(3))
    crossing.slice.add_fates(begins)
    return crossing.slice.first(limit)


def _fitting(ends: list[Record], verdict: Verdict, layered: Layered) -> list[Record]:
    """Of what happened at the places and times that the sentence names, what is about what it names, if anything is."""
    meant = [one for one in ends if any(_names(verdict.detail, thread) for thread in layered.threads(one))]
    return meant or ends


def _names(sentence: str, thread: str) -> bool:
    """Whether a sentence has a thread's name in it, and not as a part of another."""
    return re.search(rf"(?<![\w./#]){re.escape(thread)}(?![\w])", sentence) is not None


class _Crossing:
    """A slice that follows causes and threads."""

    def __init__(self, records: Sequence[Record], first_end: int, verdict: Verdict, layered: Layered) -> None:
        self.slice = Slice(records)
        self._first_end = first_end
        self._records = records
        self._sentence = verdict.detail
        self._layered = layered
        self._bearing = [(one, found) for one in records if one.code in _BEARS and (found := layered.threads(one))]
        self._threads: dict[str, None] = {}

    def follow(self, end: Record) -> None:
        """Take an end, what it follows from as far as causes lead, and what else is known of its facts."""
        self.slice.take(end, 0)
        self._chain(end)
        self._threads.update(dict.fromkeys(self._layered.threads(end)))
        for fact in self._facts(end):
            self.slice.take(fact, 1)
            self._chain(fact)

    def _chain(self, end: Record) -> None:
        """Nearer causes matter more; who acted here for somebody is one to follow too."""
        record, behind = self._before(end), 1
        while record is not None and behind <= _CHAIN_MAX:
            rank = 1 if behind <= 3 else 3 + behind // 4
            self.slice.take(record, max(rank, _WAKES) if record.code == codes.WAKE else rank)
            for one, threads in self._said_by(record):
                self.slice.take(one, 4)
                self._threads.update(dict.fromkeys(threads))
            record, behind = self._before(record), behind + 1

    def _before(self, record: Record) -> Record | None:
        """What a record follows from; of a story that goes on, the answer that it waited for, if one came just then."""
        if record.code == codes.WAKE and record.number > 1:
            last = self._records[record.number - 2]
            return last if (last.code, last.node, last.t_ns) == (codes.DELIVER, record.node, record.t_ns) else None
        return self.slice.before(record)

    def _said_by(self, cause: Record) -> Iterable[tuple[Record, tuple[str, ...]]]:
        return [(one, threads) for one, threads in self._bearing if one.cause == cause.number]

    def _facts(self, end: Record) -> list[Record]:
        """What was said before at the place of an end with a number that the sentence gives: ``index 51``."""
        facts = {word: int(number) for word, number in _FACT.findall(self._sentence)}
        if not facts or end.code != codes.EMIT:
            return []
        here = [one for one in self._records[: end.number - 1] if one.code == codes.EMIT and one.node == end.node]
        known = [one for one in here if self._fits(one, facts)]
        latest = {(one.said or [""])[0]: one for one in known}
        return sorted(latest.values(), key=lambda one: one.number)[-3:]

    def _fits(self, record: Record, facts: Mapping[str, int]) -> bool:
        """Whether what was said has one of the facts at least, and contradicts none."""
        values = [(self._layered.value(record, word), number) for word, number in facts.items()]
        there = [(value, number) for value, number in values if value is not None]
        return bool(there) and all(value == number for value, number in there)

    def follow_threads(self) -> None:
        """Take what is said under the threads of the ends, and under those that these belong to."""
        self._close()
        begun: set[str] = set()
        layer, last = "", None
        for record, threads in self._way():
            mine = {thread for thread in threads if thread in self._threads}
            here = self._layered.layer(record)
            begins = not mine <= begun
            begun |= mine
            if record.code == codes.CALL:
                self.slice.take(record, 1)
                self._take_return(record)
            elif here != layer or begins:
                self.slice.take(record, 2 if begins or record.number > self._first_end else 3)
                self._take_arrival(record, here)
                if last is not None:
                    self.slice.take(last, 5)
            else:
                self.slice.take(record, 2 if record.number > self._first_end else 6)
            self._take_departure(record, here)
            layer, last = here, record

    def _way(self) -> list[tuple[Record, tuple[str, ...]]]:
        """What bears one of the threads; what several nodes say in the same words, only from the first of them."""
        found: dict[str, tuple[Record, tuple[str, ...]]] = {}
        for record, threads in self._bearing:
            if not self._threads.keys().isdisjoint(threads):
                found.setdefault(f"{record.code} {record.said or record.rest}", (record, threads))
        return list(found.values())

    def take_losses(self) -> None:
        """Take what was said where the story is and never arrived, first of all by the ends."""
        ends = {one.cause for one in self.slice.chosen(0)}
        there = {(one.node, one.t_ns) for one in self.slice.chosen(6) if one.code == codes.EMIT}
        for record in self._records:
            if record.code != codes.LOST or not record.cause:
                continue
            cause = self._records[record.cause - 1]
            if cause.number in ends or (cause.node, cause.t_ns) in there:
                self.slice.take(record, 1 if cause.number in ends else 3)

    def _close(self) -> None:
        """Add the threads that the sentence names, and what they all belong to: first named, first kept."""
        for _, threads in self._bearing:
            self._threads.update(dict.fromkeys(one for one in threads if _names(self._sentence, one)))
        for _ in range(2):
            known = dict(self._threads)
            for _, threads in self._bearing:
                if len(self._threads) < _THREADS_MAX and not known.keys().isdisjoint(threads):
                    self._threads.update(dict.fromkeys(threads))

    def _take_return(self, call: Record) -> None:
        answer = next((one for one in self._records if one.code == codes.RETURN and one.rest[0] == call.rest[0]), None)
        if answer is not None:
            self.slice.take(answer, 4)

    def _take_arrival(self, record: Record, layer: str) -> None:
        """The message by which a thread came into a layer."""
        cause = self._records[record.cause - 1] if record.cause else None
        if cause is not None and cause.code == codes.DELIVER and self._layered.layer_of(str(cause.rest[0])) != layer:
            self.slice.take(cause, 4)

    def _take_departure(self, record: Record, layer: str) -> None:
        """The message by which a call that is told of here reaches another layer, or does not."""
        if record.code != codes.EMIT or not record.cause:
            return
        for one in self._records[record.number : record.number + 400]:
            if one.code in (codes.DELIVER, codes.LOST) and one.cause == record.cause:
                if self._layered.layer(one) != layer:
                    self.slice.take(one, 5)
                return
