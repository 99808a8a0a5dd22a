"""How long it takes to make progress again after a fault has healed, by kind of fault."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reports.figures.canvas import INK, axes, caption, log_axis
from reports.figures.shading import look
from reports.recoveries import Recovered, recoveries
from sim.explore.statistics import Wait, median_interval
from sim.result import Run
from sim.world.units import MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def recovery(runs: Iterable[Run], *, ax: "Axes | None" = None) -> "Axes":
    """Draw each recovery as a dot (ms, logarithmic) in the lane of its fault's kind; a diamond is the median.

    From the end of the fault to the first success of an operation called after it, over all `runs`. The bar is the
    95% interval of the median by order statistics, drawn from six recoveries on. Those that never came are counted.
    """
    found = [one for run in runs for one in recoveries(run)]
    kinds = sorted({one.kind for one in found})
    with axes(ax, 1.3 + 0.5 * max(1, len(kinds))) as ax:
        for lane, kind in enumerate(kinds):
            _lane(ax, lane, kind, [one for one in found if one.kind == kind])
        log_axis(ax, "x")
        ax.set_xlabel("from the end of the fault to the next success (ms)")
        ax.set_yticks(range(len(kinds)), kinds)
        ax.set_ylim(len(kinds) - 0.4, -0.6)
        ax.grid(visible=False, axis="y")
        seeds = len({(one.scenario, one.seed) for one in found})
        caption(ax, f"n = {len(found):,} faults that healed, in {seeds} runs; diamond: median, bar: its 95% interval")
    return ax


def _lane(ax: "Axes", lane: int, kind: str, found: list[Recovered]) -> None:
    came = sorted(one.after_ns for one in found if one.after_ns is not None)
    times = [one / MS for one in came]
    colour = look(kind)[0]
    spread = [lane + 0.26 * ((place * 7 % 11) / 5 - 1) for place in range(len(times))]
    ax.plot(times, spread, marker="o", linestyle="", color=colour, alpha=0.45, markersize=3.5, zorder=2)
    if times:
        interval = median_interval([Wait(one, True) for one in came])
        middle = times[(len(times) - 1) // 2]
        if interval.high is not None and interval.low:
            ax.hlines(lane, interval.low / MS, interval.high / MS, color=INK, linewidth=2.2, zorder=3)
        ax.plot(middle, lane, marker="D", color="white", markeredgecolor=INK, markersize=6, zorder=4, linestyle="")
        never = f", {len(found) - len(times)} never" if len(found) > len(times) else ""
        ax.annotate(
            f"{middle:,.0f} ms, n = {len(times)}{never}", (1.0, lane), (4, 0), ("axes fraction", "data"),
            "offset points", va="center", fontsize=7.5, annotation_clip=False,
        )  # fmt: skip
