"""What a protocol costs in messages against the number of nodes, with the line that its paper claims."""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from statistics import mean, stdev
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, DASHES, MARKS, axes, caption, log_axis
from reports.figures.shading import beside
from sim.explore.statistics import Z95

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Measured = Mapping[str, Mapping[int, Sequence[float]]]
"""Protocol -> number of nodes -> messages of each run"""


def message_cost(
    measured: Measured, claimed: Mapping[str, Callable[[int], float]] | None = None, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw mean messages of a run against n, both logarithmic, with 95% intervals of the mean; dashed: the claims.

    A claim is a function of n with the name of its protocol. One run has no interval.
    """
    with axes(ax, 3.2) as ax:
        runs = 0
        for place, (name, by_n) in enumerate(measured.items()):
            colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
            sizes = sorted(by_n)
            runs += sum(len(by_n[n]) for n in sizes)
            means = [mean(by_n[n]) for n in sizes]
            halves = [Z95 * stdev(by_n[n]) / sqrt(len(by_n[n])) if len(by_n[n]) > 1 else 0.0 for n in sizes]
            ax.errorbar(sizes, means, yerr=halves, fmt=mark, color=colour, capsize=3, label=name, zorder=3)
            claim = (claimed or {}).get(name)
            if claim is not None:
                dashes, label = DASHES[1 + place % 4], f"{name}, claimed"
                ax.plot(sizes, [claim(n) for n in sizes], color=colour, linestyle=dashes, linewidth=1, label=label)
        every = sorted({n for by_n in measured.values() for n in by_n})
        ax.set_xscale("log")
        log_axis(ax, "y")
        ax.set_xticks(every, [str(n) for n in every])
        ax.minorticks_off()
        ax.set_xlabel("parties n")
        ax.set_ylabel("messages until all have decided")
        beside(ax, ax.get_legend_handles_labels()[0])
        caption(
            ax, f"{runs:,} runs in all; bars: 95% intervals of the mean" + ("; lines: as claimed" if claimed else "")
        )
    return ax
