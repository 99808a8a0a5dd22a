"""What a run's page says in words: the sentence, the story behind it, and where in time the reader looks first."""

import re
from dataclasses import dataclass

from reports.page.clock import ticks
from reports.page.recording import Recording
from reports.page.text import visible
from sim.checks.verdict import Verdict
from sim.explore.crossing import story_of
from sim.explore.failure import first_failed
from sim.explore.layered import Layered
from sim.explore.telling import Record
from sim.world import trace as codes
from sim.world.quantities import DURATION
from sim.world.units import show_ns

_TIMES = re.compile(r"\bat (\d[\d.]*(?:ns|us|ms|s|m|h))\b")
_SORTS = {
    codes.DELIVER: "message", codes.LOST: "lost", codes.TIMER: "timer", codes.EMIT: "event", codes.FAULT: "fault",
    codes.NODE: "node", codes.CALL: "call", codes.RETURN: "return", codes.WAKE: "task",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the story: when (ticks, and in words), where, what sort of record, and the record's number.

    `layer` is the layer that the story enters with this line, `part` what the node is there; empty if there are none.
    """

    at: int
    when: str
    node: str
    sort: str
    text: str
    record: int
    layer: str = ""
    part: str = ""


@dataclass(frozen=True)
class View:
    """What the page opens with (ticks), and when the violation was seen; None if there is none, or nobody knows."""

    since: int
    until: int
    violation: int | None


def culprit_of(recording: Recording) -> Verdict | None:
    """The verdict that the page is about: the first that failed; else the first that is undecided."""
    undecided = next((one for one in recording.run.checks if one.status == "unknown"), None)
    return first_failed(recording.run) or undecided


def told(recording: Recording, verdict: Verdict | None) -> list[Record]:
    """The records of the story; empty if nothing failed."""
    if verdict is None or verdict.status != "fail":
        return []
    return story_of(recording.records, verdict, recording.layered)


def lines_of(records: list[Record], layered: Layered | None = None) -> list[Line]:
    """The story in words."""
    found, layer = [], ""
    for one in records:
        here, _, part = ("" if layered is None else layered.seat(one)).partition("/")
        enters = here if here != layer else ""
        layer = here or layer
        words = visible(one.words() if layered is None else layered.words(one))
        when, node = show_ns(one.t_ns), visible(one.node, 60)
        found.append(Line(ticks(one.t_ns), when, node, _SORTS[one.code], words, one.number, enters, part))
    return found


def view_of(recording: Recording, verdict: Verdict | None, records: list[Record]) -> View:
    """The stretch around what the verdict names; the whole run if it names nothing."""
    end = ticks(recording.run.virtual_ns)
    if verdict is None or verdict.status != "fail":
        return View(0, end, None)
    moments = _named(recording, verdict) or [one.t_ns for one in records[-6:]]
    if verdict.kind == "liveness":  # what did not happen, from when it was due on
        moments.append(recording.loaded.scenario.duration - recording.loaded.scenario.settle)
    if not moments:
        return View(0, end, None if verdict.at_ns is None else ticks(verdict.at_ns))
    first, last = ticks(min(moments)), ticks(max(moments))
    around = max((last - first) // 5, end // 500, 200)
    violation = last if verdict.at_ns is None else ticks(verdict.at_ns)
    return View(max(0, first - around), min(end, last + around), violation)


def _named(recording: Recording, verdict: Verdict) -> list[int]:
    """The times (ns) that a verdict names: in its sentence, of its operations, its own."""
    involved = set(verdict.involved)
    times = [] if verdict.at_ns is None else [verdict.at_ns]
    if involved:
        for op in recording.run.history:
            if op.op in involved:
                times += [op.call_ns, *([] if op.ret_ns is None else [op.ret_ns])]
    else:
        times += [DURATION.parse(text) for text in _TIMES.findall(verdict.detail)]
    return [time for time in times if time <= recording.run.virtual_ns]
