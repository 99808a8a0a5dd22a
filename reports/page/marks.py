"""What happened on nodes beside messages: events they emitted, timers and tasks that something followed, starts."""

from collections import Counter
from dataclasses import dataclass

from reports.page.clock import steps, ticks
from reports.page.messages import KindCount
from reports.page.names import Contents, Names
from reports.page.recording import Recording
from reports.page.text import visible
from reports.page.wording import content_of
from sim.explore.telling import Record
from sim.world import trace as codes

_CAUSES = (codes.TIMER, codes.WAKE, codes.NODE)
EVENT, TIMER, TASK, FATE = range(4)
_SORT_OF = {codes.EMIT: EVENT, codes.TIMER: TIMER, codes.WAKE: TASK, codes.NODE: FATE}


@dataclass(frozen=True)
class Marks:
    """One entry for each, in order of records. Columns as in Messages.

    sort: EVENT, TIMER, TASK or FATE (start, crash, pause). label: number of its name.
    `kinds` counts the events of the run and those in the page.
    """

    record: list[int]
    at: list[int]
    node: list[int]
    sort: list[int]
    label: list[int]
    cause: list[int]
    content: list[int]
    labels: list[str]
    kinds: list[KindCount]
    total: int


def marks_of(recording: Recording, kept: set[int], kinds: dict[int, str], contents: Contents) -> Marks:
    """The table: events that are kept, and whatever else a kept message or event names as its cause."""
    place = {name: number for number, name in enumerate(recording.nodes)}
    wanted = _causes(recording.records, kept)
    rows = [one for one in recording.records if one.number in wanted and one.node in place]
    events = [one for one in recording.records if one.code == codes.EMIT]
    totals = Counter(kinds[one.number] for one in events)
    there = Counter(kinds[one.number] for one in rows if one.code == codes.EMIT)
    labels = Names()
    return Marks(
        record=steps(one.number for one in rows),
        at=steps(ticks(one.t_ns) for one in rows),
        node=[place[one.node] for one in rows],
        sort=[_SORT_OF[one.code] for one in rows],
        label=[labels.code(visible(_label(one, kinds), 80)) for one in rows],
        cause=[one.number - one.cause if one.cause else 0 for one in rows],
        content=[contents.code(content_of(one)) if one.code == codes.EMIT else -1 for one in rows],
        labels=labels.list,
        kinds=[KindCount(visible(name, 60), total, there[name]) for name, total in totals.most_common()],
        total=len(events),
    )


def _causes(records: tuple[Record, ...], kept: set[int]) -> set[int]:
    """Kept events, what befell nodes, and the timers, tasks and starts that something kept followed from."""
    wanted = {
        one.number for one in records if one.code == codes.NODE or (one.code == codes.EMIT and one.number in kept)
    }
    for number in kept:
        cause = records[number - 1].cause
        if cause and records[cause - 1].code in _CAUSES:
            wanted.add(cause)
    return wanted


def _label(one: Record, kinds: dict[int, str]) -> str:
    if one.code == codes.EMIT:
        return kinds[one.number]
    if one.code == codes.TIMER:
        return f"timer {one.rest[1]}"
    return f"{one.rest[1]} goes on" if one.code == codes.WAKE else str(one.rest[2])
