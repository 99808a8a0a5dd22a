"""How long bugs stay undetected: Kaplan and Meier's curve for each, with its interval."""

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, DASHES, axes, caption
from reports.figures.shading import beside
from sim.explore.matrix import Matrix
from sim.explore.statistics import Z95, Wait

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def survival(waits: Matrix | Mapping[str, Sequence[Wait]], *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of repetitions that had not found a bug after n runs, a curve for each bug or strategy.

    Bands are 95% intervals (Greenwood's variance on the log-log scale, Kalbfleisch and Prentice 1980); a `|` is a
    repetition that ended in vain. Takes the result of `sim.mutants`, or waits by name.
    """
    from matplotlib.ticker import MaxNLocator

    curves = _of_matrix(waits) if isinstance(waits, Matrix) else dict(waits)
    with axes(ax, 3.2) as ax:
        last = max((one.runs for each in curves.values() for one in each), default=1)
        for place, (name, each) in enumerate(curves.items()):
            _curve(ax, name, each, place, last)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylim(-0.02, 1.04)
        ax.set_xlim(0, last * 1.02)
        ax.set_xlabel("runs")
        ax.set_ylabel("share still undetected")
        beside(ax, ax.get_legend_handles_labels()[0])
        counts = {len(each) for each in curves.values()}
        shown = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}" if counts else "no"
        caption(ax, f"n = {shown} repetitions each; bands: 95% intervals (Greenwood, log-log); |: ended in vain")
    return ax


def _of_matrix(matrix: Matrix) -> dict[str, Sequence[Wait]]:
    names = [cell.mutant.name for cell in matrix.cells]
    return {
        cell.mutant.name
        if names.count(cell.mutant.name) == 1
        else f"{cell.mutant.name}, {cell.ground.name}": cell.waits
        for cell in matrix.cells
    }


def kaplan_meier(waits: Sequence[Wait]) -> list[tuple[int, float, float, float]]:
    """(n, share undetected after n runs, its 95% interval) at each n where one was found."""
    left, share, variance = len(waits), 1.0, 0.0
    curve = []
    for runs in sorted({one.runs for one in waits}):
        here = [one for one in waits if one.runs == runs]
        found = sum(one.found for one in here)
        if found:
            share *= 1 - found / left
            variance += found / (left * (left - found)) if left > found else 0.0
            curve.append((runs, share, *_interval(share, variance)))
        left -= len(here)
    return curve


def _interval(share: float, variance: float) -> tuple[float, float]:
    if not 0 < share < 1 or not variance:
        return (share, share) if share else (0.0, 0.0)
    theta = Z95 * sqrt(variance) / abs(log(share))
    return share ** exp(theta), share ** exp(-theta)


def _curve(ax: "Axes", name: str, waits: Sequence[Wait], place: int, last: int) -> None:
    steps = [(0, 1.0, 1.0, 1.0), *kaplan_meier(waits)]
    steps.append((last, *steps[-1][1:]))
    runs, share, low, high = (list(column) for column in zip(*steps, strict=True))
    colour, dashes = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
    ax.step(runs, share, where="post", color=colour, linestyle=dashes, label=name, zorder=3)
    ax.fill_between(runs, low, high, step="post", color=colour, alpha=0.12, linewidth=0)
    for one in waits:
        if not one.found:
            at = next(step[1] for step in reversed(steps[:-1]) if step[0] <= one.runs)
            ax.plot(one.runs, at, marker="|", color=colour, markersize=9, markeredgewidth=1.6, zorder=4)
