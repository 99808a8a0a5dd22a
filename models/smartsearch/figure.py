"""One picture of a run of the pipeline: documents by state, lag, time to be found, and goodput, with the faults shaded.

matplotlib is imported when the function is called, and not before.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.smartsearch.ingestion.messages import DEAD, PENDING, PROCESSING, READY, RETRY_WAIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATES = (READY, PROCESSING, PENDING, RETRY_WAIT, DEAD)
COLOURS = {READY: "#55a868", PROCESSING: "#4c72b0", PENDING: "#c9c9c9", RETRY_WAIT: "#dd8452", DEAD: "#c44e52"}


@dataclass(frozen=True)
class Course:
    """What the picture shows. Times are seconds of the world.

    moves: (time, document, state) of every move of a document; lags: (time, partition, records not committed yet);
    faults: (from, to, what) of every fault.
    """

    moves: Sequence[tuple[float, int, str]]
    lags: Sequence[tuple[float, int, int]]
    faults: Sequence[tuple[float, float, str]]
    end: float


def draw(course: Course, path: Path | str | None = None, title: str = "") -> object:
    """The figure; written to `path` if there is one, whose ending says in which format."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(10, 9), layout="constrained")
    states, found, goodput, lag = canvas.subplots(4, 1, sharex=True, height_ratios=(3, 2, 2, 2))
    _states(states, course)
    _found(found, course)
    _goodput(goodput, course)
    _lag(lag, course)
    for axes in (states, found, goodput, lag):
        for start, end, _ in course.faults:
            axes.axvspan(start, end, color="#c44e52", alpha=0.10, linewidth=0)
        axes.grid(visible=True, alpha=0.3)
    for start, _, what in course.faults[:6]:
        states.annotate(what, (start, 1.02), xycoords=("data", "axes fraction"), fontsize=8, color="#c44e52")
    lag.set_xlabel("virtual time (s)")
    lag.set_xlim(0, course.end)
    canvas.suptitle(title)
    if path is not None:
        canvas.savefig(path, dpi=110)
    return canvas


def _states(axes: "Axes", course: Course) -> None:
    times = [0.0]
    counts = {state: [0] for state in STATES}
    present: dict[int, str] = {}
    for t_s, doc, state in course.moves:
        times.append(t_s)
        before = present.get(doc)
        present[doc] = state
        for one in STATES:
            counts[one].append(counts[one][-1] + (one == state) - (one == before))
    axes.stackplot(times, *counts.values(), labels=STATES, colors=[COLOURS[state] for state in STATES], step="post")
    axes.set_ylabel("documents by state")
    axes.legend(loc="upper left", fontsize=8)


def _found(axes: "Axes", course: Course) -> None:
    """From accepted to searchable: each document a point, and the median of the last two seconds."""
    accepted: dict[int, float] = {}
    points: list[tuple[float, float]] = []
    for t_s, doc, state in course.moves:
        accepted.setdefault(doc, t_s)
        if state == READY:
            points.append((t_s, t_s - accepted[doc]))
    axes.plot([x for x, _ in points], [y for _, y in points], ".", markersize=3, color=COLOURS[PROCESSING], alpha=0.5)
    grid = [course.end * step / 200 for step in range(201)]
    axes.plot(grid, [_median(y for x, y in points if at - 2 < x <= at) for at in grid], color="black", linewidth=1.2)
    axes.set_yscale("log")
    axes.set_ylabel("accepted to found (s)")


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else float("nan")


def _goodput(axes: "Axes", course: Course) -> None:
    """Documents accepted and made searchable in the last second."""
    first: dict[int, float] = {}
    for t_s, doc, _ in course.moves:
        first.setdefault(doc, t_s)
    came = sorted(first.values())
    done = sorted(t_s for t_s, _, state in course.moves if state == READY)
    grid = [course.end * step / 200 for step in range(201)]
    for label, times, style in (("accepted", came, "--"), ("searchable", done, "-")):
        axes.plot(grid, [_within(times, at) for at in grid], style, label=label, color="black", linewidth=1.2)
    axes.set_ylabel("documents per second")
    axes.legend(loc="upper right", fontsize=8)


def _within(times: Sequence[float], at: float) -> int:
    return bisect_right(times, at) - bisect_right(times, at - 1)


def _lag(axes: "Axes", course: Course) -> None:
    for partition in sorted({partition for _, partition, _ in course.lags}):
        of_it = [(t_s, lag) for t_s, one, lag in course.lags if one == partition]
        axes.step([t for t, _ in of_it], [lag for _, lag in of_it], where="post", linewidth=1, label=f"p{partition}")
    axes.set_ylabel("records not committed")
    axes.legend(loc="upper right", fontsize=8, ncols=4)
