"""The faults of a run over time: a lane for each node, a bar for each fault that it suffered."""

from typing import TYPE_CHECKING

from reports.figures.canvas import FAINT, INK, Time, axes, caption, lanes, time_axis, window
from reports.figures.shading import beside, end_of, healed, legend_of, look, shown
from sim.result import FiredFault, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SKIPPED = "skipped"


def fault_strip(run: Run, start: Time = None, end: Time = None, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the faults: bars by node and time (s), hatched by kind; letters are the sides of a partition.

    Faults that found no target stand in a lane of their own as crosses.
    """
    begin_ns, end_ns = window(run, start, end)
    fired = shown(run, begin_ns, end_ns)
    skipped = [one for one in run.skipped if begin_ns <= one.at_ns <= end_ns]
    hit = {name for fault in fired for name in fault.targets}
    names = (*run.servers, *(name for name in run.clients if name in hit), *((SKIPPED,) if skipped else ()))
    with axes(ax, 1.3 + 0.3 * len(names)) as ax:
        unit = time_axis(ax, begin_ns, end_ns)
        place = lanes(ax, names)
        for fault in fired:
            _draw(ax, run, fault, place, unit)
        for one in skipped:
            ax.plot(one.at_ns / unit, place[SKIPPED], marker="x", color=look(one.kind)[0], markersize=6, linestyle="")
        healed(ax, run, begin_ns, end_ns, unit)
        beside(ax, legend_of([*(one.kind for one in fired), *(one.kind for one in skipped)]))
        said = f"{run.scenario}, seed {run.seed}: {len(fired)} faults fired, {len(skipped)} found no target"
        caption(ax, said + ("; letters are the sides of a partition" if any(_sides(one) for one in fired) else ""))
    return ax


def _draw(ax: "Axes", run: Run, fault: FiredFault, place: dict[str, int], unit: float) -> None:
    colour, hatch = look(fault.kind)
    left, width = fault.inject_ns / unit, max((end_of(fault, run) - fault.inject_ns) / unit, 0.0)
    sides = _sides(fault)
    for name in fault.targets:
        if name not in place:
            continue
        ax.barh(
            place[name], width, left=left, height=0.62, facecolor=f"{colour}40", edgecolor=colour, hatch=hatch,
            linewidth=0.7,
        )  # fmt: skip
        if name in sides:
            ax.annotate(
                sides[name], (left + width / 2, place[name]), ha="center", va="center", fontsize=7.5, color=INK,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": FAINT, "linewidth": 0.4},
                annotation_clip=True,
            )  # fmt: skip


def _sides(fault: FiredFault) -> dict[str, str]:
    """Node -> letter of its side, of a fault that says ``n1 n2 | n3``."""
    groups = fault.effect.split(" | ") if " | " in fault.effect else []
    return {name: "ABCDEFGH"[min(side, 7)] for side, group in enumerate(groups) for name in group.split()}
