"""How much each layer has to do over time, one number a layer: a fold over what they say, for pages and figures."""

from collections.abc import Callable, Iterable, Mapping

from models import agentflow, llm_cache, raft, smartsearch, veriflow
from models.stack.anchor_events import LedgerEntry
from sim import MS, Emitted, Event

Step = tuple[int, int]
"""(time in ns, value from then on)"""

Gauge = tuple[str, list[Step]]
"""What is counted, and its course."""

WINDOW = 250 * MS
"""Over which calls and commits are counted, in ns."""

OVER = frozenset({"Completed", "Failed", "Canceled", "Compensated"})
"""What ends a run's history."""

Change = tuple[object, bool] | None
"""Something is under way from now on, or is over; None: an event says neither."""


def _document(event: Event) -> Change:
    if isinstance(event, smartsearch.Accepted):
        return event.doc, True
    if isinstance(event, smartsearch.Moved) and event.now in ("READY", "DEAD", "DELETED"):
        return event.doc, False
    return None


def _run(event: Event) -> Change:
    if not isinstance(event, agentflow.Recorded):
        return None
    kind = type(event.event).__name__
    if kind == "Started":
        return event.run, True
    return (event.run, False) if kind in OVER else None


def _job(event: Event) -> Change:
    if not isinstance(event, veriflow.JobState):
        return None
    return event.job.uid, event.job.state not in veriflow.TERMINAL


def _request(event: Event) -> Change:
    if isinstance(event, llm_cache.Received):
        return event.request, True
    return (event.request, False) if isinstance(event, llm_cache.Ended) else None


OPEN: Mapping[str, tuple[str, Callable[[Event], Change]]] = {
    "smartsearch": ("documents on their way", _document),
    "agentflow": ("open runs", _run),
    "veriflow": ("open jobs", _job),
    "serving": ("open requests", _request),
}
"""Layer -> what is open in it. A thing counts once, however often it is told."""


def _commits(event: Event) -> bool:
    return isinstance(event, raft.Committed) and event.leading


COUNTED: Mapping[str, tuple[str, Callable[[Event], bool]]] = {
    "metadata": ("commits in 250 ms", _commits),
    "veristore": ("commits in 250 ms", _commits),
    "agreement": ("entries in 250 ms", lambda event: isinstance(event, LedgerEntry)),
}
"""Layer -> what is counted anew in each window, of its own nodes."""


def gauges(emitted: Iterable[Emitted], layer_of: Callable[[str], str], end_ns: int) -> Mapping[str, Gauge]:
    """The course of one number for each layer that said something of it; `layer_of` knows the layer of a node."""
    opened: dict[str, dict[object, None]] = {name: {} for name in OPEN}
    courses: dict[str, list[Step]] = {name: [] for name in OPEN}
    windows: dict[str, dict[int, int]] = {name: {} for name in COUNTED}
    for one in emitted:
        for name, (_, change_of) in OPEN.items():
            change = change_of(one.event)
            if change is not None:
                _note(opened[name], change, courses[name], one.t_ns)
        layer = layer_of(one.node)
        if layer in COUNTED and COUNTED[layer][1](one.event):
            at = one.t_ns // WINDOW
            windows[layer][at] = windows[layer].get(at, 0) + 1
    found = {name: (OPEN[name][0], course) for name, course in courses.items() if course}
    counted = {name: (COUNTED[name][0], _course(counts, end_ns)) for name, counts in windows.items() if counts}
    return {**found, **counted}


def _note(opened: dict[object, None], change: tuple[object, bool], course: list[Step], t_ns: int) -> None:
    thing, is_open = change
    before = len(opened)
    if is_open:
        opened[thing] = None
    else:
        opened.pop(thing, None)
    if len(opened) != before:
        course.append((t_ns, len(opened)))


def _course(counts: Mapping[int, int], end_ns: int) -> list[Step]:
    return [(at * WINDOW, counts.get(at, 0)) for at in range(end_ns // WINDOW + 1)]
