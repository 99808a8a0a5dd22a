"""One picture of a run: its steps as bars of attempts, with what they came to, and the way back behind the way there.

matplotlib is imported when the function is called, and not before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.agentflow import history as h

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DONE, FAILED, TIMED_OUT, OPEN = "done", "failed", "timed out", "open"
COLOURS = {DONE: "#55a868", FAILED: "#dd8452", TIMED_OUT: "#c44e52", OPEN: "#c9c9c9"}
HATCHES = {DONE: "", FAILED: "//", TIMED_OUT: "xx", OPEN: ".."}


@dataclass(frozen=True)
class Bar:
    """One attempt: in which lane, from when to when (s), which attempt it was, and how it ended."""

    lane: str
    begin: float
    end: float
    attempt: int
    outcome: str


def bars_of(events: Iterable[tuple[float, h.HistoryEvent]]) -> list[Bar]:
    """The attempts of one run, from (time in s, event) of its history."""
    names: dict[int, str] = {}
    begun: dict[int, tuple[float, int]] = {}
    bars: list[Bar] = []
    last = 0.0
    for at, event in events:
        last = at
        if isinstance(event, h.StepScheduled):
            names[event.id] = f"{event.id} {event.name}"
        elif isinstance(event, h.UndoScheduled):
            names[event.id] = f"{event.id} undo {names[event.of].split()[1]}"
        elif isinstance(event, h.StepStarted):
            begun[event.id] = at, event.attempt
        elif isinstance(event, (h.StepCompleted, h.StepFailed, h.StepTimedOut)) and event.id in begun:
            begin, attempt = begun.pop(event.id)
            bars.append(Bar(names[event.id], begin, at, attempt, _outcome(event)))
    bars += [Bar(names[id_], begin, last, attempt, OPEN) for id_, (begin, attempt) in begun.items()]
    return bars


def gantt(bars: Iterable[Bar], ax: "Axes") -> "Axes":
    """Draw attempts, a lane for each step, the first on top; a bar too short to see is drawn a hair wide."""
    from matplotlib.patches import Patch

    bars = list(bars)
    lanes = list(dict.fromkeys(bar.lane for bar in sorted(bars, key=lambda one: int(one.lane.split()[0]))))
    span = max((bar.end for bar in bars), default=1.0) - min((bar.begin for bar in bars), default=0.0)
    for bar in bars:
        width = max(bar.end - bar.begin, span / 200)
        colour, hatch = COLOURS[bar.outcome], HATCHES[bar.outcome]
        place = lanes.index(bar.lane)
        ax.barh(place, width, left=bar.begin, color=colour, hatch=hatch, edgecolor="white", height=0.7)
        if bar.attempt > 1:
            ax.text(bar.begin, place - 0.36, str(bar.attempt), fontsize=7, va="bottom", ha="right")
    ax.set_yticks(range(len(lanes)), lanes)
    ax.invert_yaxis()
    ax.set_xlabel("virtual time (s)")
    used = [outcome for outcome in COLOURS if any(bar.outcome == outcome for bar in bars)]
    patches = [Patch(facecolor=COLOURS[one], hatch=HATCHES[one], edgecolor="white", label=one) for one in used]
    ax.legend(handles=patches, fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)
    ax.grid(visible=True, axis="x", alpha=0.3)
    return ax


def _outcome(event: h.StepCompleted | h.StepFailed | h.StepTimedOut) -> str:
    if isinstance(event, h.StepCompleted):
        return DONE
    return FAILED if isinstance(event, h.StepFailed) else TIMED_OUT
