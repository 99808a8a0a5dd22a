"""A measure over two varied values of a sweep: a cell for each pair, its value and interval written in it."""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import mean, stdev
from typing import TYPE_CHECKING

from reports.figures.canvas import INK, axes, caption
from reports.figures.shares import value_at
from sim.explore.row import Row
from sim.explore.statistics import Z95, wilson
from sim.explore.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Cell = tuple[float, float, float]
"""Value, and its 95% interval"""


def heat_map(
    sweep: Sweep,
    x: str,
    y: str,
    of: Callable[[Row], float] | None = None,
    *,
    label: str = "runs that fail (%)",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a measure for each pair of values of the varied paths `x` and `y`: by default the share that fails (%).

    Over decided runs, with Wilson's interval of 95%. With `of`, a number of each row, the mean over all runs with the
    interval of a mean; `label` names it with its unit. LookupError for a path that was not varied.
    """
    rows = [row for row in sweep.rows if of is not None or row.outcome != "unknown" or row.unreached]
    across, up = (list(dict.fromkeys(value_at(row, path) for row in sweep.rows)) for path in (x, y))
    groups = {
        (a, b): [row for row in rows if value_at(row, x) == a and value_at(row, y) == b] for b in up for a in across
    }
    cells = {place: _share(here) if of is None else _mean([of(row) for row in here]) for place, here in groups.items()}
    top = 100.0 if of is None else max(max((cell[0] for cell in cells.values()), default=0.0), 1e-9)
    with axes(ax, 1.4 + 0.55 * len(up)) as ax:
        grid = [[cells[a, b][0] for a in across] for b in up]
        image = ax.imshow(grid, cmap="Blues", vmin=0, vmax=top * 1.15, aspect="auto", origin="lower")
        for place, b in enumerate(up):
            for column, a in enumerate(across):
                _write(ax, column, place, cells[a, b], top)
        ax.set_xticks(range(len(across)), across)
        ax.set_yticks(range(len(up)), up)
        ax.set_xlabel(x)
        ax.set_ylabel(y)
        ax.grid(visible=False)
        ax.figure.colorbar(image, ax=ax, label=label, fraction=0.05, pad=0.02)
        fewest = min(map(len, groups.values()), default=0)
        caption(
            ax, f"{sweep.order.loaded.scenario.name}: {label}; n = {fewest} or more runs a cell, 95% interval below"
        )
    return ax


def _write(ax: "Axes", column: int, place: int, cell: Cell, top: float) -> None:
    value, low, high = cell
    ink = "white" if value > 0.6 * top else INK
    text = f"{value:.3g}\n{low:.3g} to {high:.3g}"
    ax.text(column, place, text, ha="center", va="center", fontsize=7.5, color=ink, linespacing=1.3)


def _share(rows: Sequence[Row]) -> Cell:
    hits = sum(row.failed for row in rows)
    interval = wilson(hits, len(rows))
    share = 100 * hits / len(rows) if rows else float("nan")
    return share, 100 * interval.low, 100 * (interval.high or 0)


def _mean(values: Sequence[float]) -> Cell:
    if not values:
        return float("nan"), float("nan"), float("nan")
    middle = mean(values)
    half = Z95 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    low = middle - half
    return middle, max(0.0, low) if min(values) >= 0 else low, middle + half
