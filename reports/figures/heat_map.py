"""Failures over two varied values: a cell for each pair, its share and interval written in it."""

from typing import TYPE_CHECKING

from reports.figures.canvas import INK, axes, caption
from reports.figures.shares import value_at
from sim.explore.statistics import wilson
from sim.explore.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def heat_map(sweep: Sweep, x: str, y: str, *, check: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of decided runs that fail (or fail `check`) for each pair of values of the varied `x` and `y`.

    Each cell says its share and, below, the 95% interval (Wilson). LookupError for a path that was not varied.
    """
    rows = [row for row in sweep.rows if row.outcome != "unknown" or row.unreached]
    across = list(dict.fromkeys(value_at(row, x) for row in sweep.rows))
    up = list(dict.fromkeys(value_at(row, y) for row in sweep.rows))
    grid, words, fewest = [], {}, len(rows)
    for place, of_y in enumerate(up):
        line = []
        for column, of_x in enumerate(across):
            here = [row for row in rows if value_at(row, x) == of_x and value_at(row, y) == of_y]
            hits = sum(row.failed if check is None else any(k.check == check for k in row.failures) for row in here)
            interval, share = wilson(hits, len(here)), hits / len(here) if here else float("nan")
            line.append(share)
            words[place, column] = (
                share,
                f"{100 * share:.0f}%\n{100 * interval.low:.0f} to {100 * (interval.high or 0):.0f}%",
            )
            fewest = min(fewest, len(here))
        grid.append(line)
    with axes(ax, 1.4 + 0.55 * len(up)) as ax:
        image = ax.imshow(grid, cmap="cividis_r", vmin=0, vmax=1, aspect="auto", origin="lower")
        for (place, column), (share, text) in words.items():
            ink = "white" if share > 0.55 else INK
            ax.text(column, place, text, ha="center", va="center", fontsize=7.5, color=ink, linespacing=1.3)
        ax.set_xticks(range(len(across)), across)
        ax.set_yticks(range(len(up)), up)
        ax.set_xlabel(x)
        ax.set_ylabel(y)
        ax.grid(visible=False)
        bar = ax.figure.colorbar(image, ax=ax, label="share that fails", fraction=0.05, pad=0.02)
        bar.set_ticks([0, 0.5, 1], labels=["0%", "50%", "100%"])
        name = sweep.order.loaded.scenario.name
        what = "failed" if check is None else f"failed {check}"
        caption(
            ax,
            f"{name}: n = {fewest} or more decided runs a cell; share that {what}, 95% interval below",
        )
    return ax
