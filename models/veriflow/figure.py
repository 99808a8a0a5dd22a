"""Pictures of a run: which job has which GPU, what each queue holds, and how many wait; faults are shaded.

matplotlib is loaded when a picture is asked for, and not before.
"""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING

import msgspec

from models.veriflow import events as e
from models.veriflow.metrics import Bar, Metrics, Step, fragmentation, mean, measure, quantile
from sim import SECOND, Emitted, Event

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

__all__ = ["KINDS", "draw_gantt", "draw_shares", "draw_waiting", "fragmentation", "mean", "of_frames", "quantile"]

KINDS: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        e.Wrote,
        e.JobState,
        e.NodeState,
        e.AttemptState,
        e.Preempted,
        e.ProcessStarted,
        e.ProcessStopped,
        e.EpochBegan,
        e.Fenced,
        e.ConflictSeen,
        e.Reconciled,
    )
}
"""The events that metrics are made of."""

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#8C6BB1", "#999999")
DASHES = ("-", "--", "-.", ":")
SHADE, RED = "#D55E00", "#D55E00"

Span = tuple[int, int]
"""Begin and end in ns."""


def draw_gantt(ax: "Axes", metrics: Metrics, faults: Sequence[Span] = ()) -> "Axes":
    """A lane for each GPU; a bar is an attempt, a colour a job; hatched red: fenced at its end."""
    lanes = sorted({(bar.node, bar.device) for bar in metrics.bars}, key=_lane_order)
    place = {lane: i for i, lane in enumerate(lanes)}
    jobs = list(dict.fromkeys(bar.job for bar in sorted(metrics.bars, key=lambda bar: bar.begin)))
    _shade(ax, faults)
    for bar in metrics.bars:
        _draw_bar(ax, bar, place[bar.node, bar.device], COLOURS[jobs.index(bar.job) % len(COLOURS)])
    ax.set_yticks(range(len(lanes)), [f"{node}.{device}" for node, device in lanes], fontsize=7)
    ax.invert_yaxis()
    ax.set_xlabel("virtual time (s); faults are shaded")
    ax.set_ylabel("GPU")
    return ax


def _lane_order(lane: tuple[str, int]) -> tuple[int, str, int]:
    node, device = lane
    return len(node), node, device


def _draw_bar(ax: "Axes", bar: Bar, lane: int, colour: str) -> None:
    width = (bar.end - bar.begin) / SECOND
    hatch, edge = ("////", RED) if bar.fenced else ("", "white")
    ax.barh(lane, width, left=bar.begin / SECOND, height=0.85, color=colour, hatch=hatch, edgecolor=edge, linewidth=0.4)


def _shade(ax: "Axes", faults: Sequence[Span]) -> None:
    for begin, end in faults:
        ax.axvspan(begin / SECOND, end / SECOND, facecolor=SHADE, alpha=0.12, linewidth=0)


def draw_shares(ax: "Axes", metrics: Metrics, gpu_type: str, fair: float, end_ns: int) -> "Axes":
    """GPUs that each queue holds of a type over time, and the line of an equal part."""
    for index, ((queue, of), steps) in enumerate(sorted(metrics.use.items())):
        if of == gpu_type:
            times, values = _steps(steps, end_ns)
            colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
            ax.step(times, values, where="post", color=colour, linestyle=dash, linewidth=1.6, label=queue)
    ax.axhline(fair, color="#222222", linewidth=0.8, linestyle=(0, (1, 2)), label="equal part")
    ax.set_xlabel("virtual time (s)")
    ax.set_ylabel(f"{gpu_type} held")
    ax.legend(fontsize=8, loc="upper right")
    return ax


def draw_waiting(ax: "Axes", metrics: Metrics, faults: Sequence[Span], end_ns: int) -> "Axes":
    """How many jobs wait, and the age of the oldest of them when somebody comes or goes."""
    _shade(ax, faults)
    times, values = _steps(metrics.waiting, end_ns)
    ax.step(times, values, where="post", color=COLOURS[0], label="jobs that wait")
    times, ages = _steps(metrics.oldest, end_ns)
    ax.step(times, [age / SECOND for age in ages], where="post", color=COLOURS[1], linestyle="--", label="age (s)")
    ax.set_xlabel("virtual time (s); faults are shaded")
    ax.legend(fontsize=8)
    return ax


def _steps(steps: Sequence[Step], end_ns: int) -> tuple[list[float], list[int]]:
    """Times in seconds and values, from zero to the end."""
    times = [0.0, *(t_ns / SECOND for t_ns, _ in steps), end_ns / SECOND]
    values = [0, *(value for _, value in steps), steps[-1][1] if steps else 0]
    return times, values


def of_frames(tables: "Mapping[str, DataFrame]", end_ns: int) -> Metrics:
    """The metrics of a run from tables of its events, one of each kind in KINDS that occurred, by the kind's name."""
    found: list[tuple[tuple[int, int, int], Emitted]] = []
    for name, table in tables.items():
        kind = KINDS[name]
        fields = [field.name for field in msgspec.structs.fields(kind)]
        columns = [f"{field}_" if f"{field}_" in table else field for field in fields]
        for t_ns, *values in zip(table["t_ns"], *(table[column] for column in columns), strict=True):
            event = kind(*(int(value) if isinstance(value, Integral) else value for value in values))
            order = (int(t_ns), getattr(event, "revision", 0), getattr(event, "n", 0))
            found.append((order, Emitted(int(t_ns), "", 0, 0, event)))
    return measure((one for _, one in sorted(found, key=lambda each: each[0])), end_ns)
