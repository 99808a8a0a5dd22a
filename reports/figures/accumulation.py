"""How much behaviour was seen after so many runs, and how much there is at least."""

from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, FAINT, axes, caption
from sim.explore.residual import residual
from sim.explore.statistics import percent
from sim.explore.sweep import Sweep
from sim.world.streams import Stream

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ORDERS = 200


def accumulation(sweep: Sweep, *, ax: "Axes | None" = None) -> "Axes":
    """Draw features of behaviour against runs, of a sweep with `coverage=True`; ValueError without.

    The line is what to expect in random order (exact), the band holds the middle 95% of 200 random orders of these
    runs, which are the same ones in every figure. The dashed line is Chao's lower bound of all features there are.
    """
    import numpy as np

    runs = [row.features for row in sweep.rows if row.features]
    if not runs:
        raise ValueError("no row has features: sweep with coverage=True")
    found = residual(runs)
    low, high = _orders(runs)
    at = np.arange(1, len(runs) + 1)
    with axes(ax, 3.0) as ax:
        ax.fill_between(at, low, high, color=COLOURS[0], alpha=0.2, linewidth=0, label="95% of orders")
        xs, ys = zip(*found.curve, strict=True)
        ax.plot(xs, ys, color=COLOURS[0], marker="o", label="expected")
        ax.axhline(found.features_in_all, color=COLOURS[1], linestyle="--", label="at least so many exist (Chao)")
        ax.set_xlabel("runs")
        ax.set_ylabel("features of behaviour seen")
        ax.set_xlim(0, len(runs) * 1.02)
        ax.set_ylim(0, max(found.features_in_all, max(high)) * 1.08)
        ax.legend(loc="lower right")
        interval = f"{percent(found.interval.low)} to {percent(found.interval.high or 0)}"
        chance = f"{percent(found.new_class)} ({interval}, Good and Turing)"
        said = f"n = {len(runs):,} runs, {found.features:,} features, {found.classes:,} classes of behaviour"
        caption(
            ax,
            f"{said}; the next run is of a new class with {chance}, under this scenario",
        )
        ax.tick_params(color=FAINT)
    return ax


def _orders(runs: list[tuple[int, ...]]) -> tuple[list[float], list[float]]:
    """The middle 95% of how many features are seen after each number of runs, over random orders."""
    import numpy as np

    stream = Stream(0, "accumulation")
    table = np.empty((ORDERS, len(runs)))
    for row in range(ORDERS):
        seen: set[int] = set()
        for column, place in enumerate(stream.sample(range(len(runs)), len(runs))):
            seen.update(runs[place])
            table[row, column] = len(seen)
    low, high = np.quantile(table, [0.025, 0.975], axis=0)
    return list(low), list(high)
