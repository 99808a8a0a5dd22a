"""A picture of a run: stock and rights of each site over virtual time, with the partitions shaded.

matplotlib is loaded when a picture is asked for, and not before.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.gandom.metrics import Metrics, Step
from sim import SECOND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
SHADE, INK, RED = "#CC79A7", "#222222", "#D55E00"

Span = tuple[int, int]
"""Begin and end in ns."""


def draw_stock(ax: "Axes", metrics: Metrics, sku: str, partitions: Sequence[Span], *, merged: bool = False) -> "Axes":
    """How many loaves each site believes it may sell, and how many there are; what is sold twice lies below zero.

    A site may sell its own rights, or with `merged` all that it has heard of.
    """
    for begin, end in partitions:
        ax.axvspan(begin / SECOND, end / SECOND, facecolor=SHADE, alpha=0.12, hatch="///", edgecolor=SHADE, linewidth=0)
    series = metrics.views if merged else metrics.rights
    sites = [site for site, of in series if of == sku]
    end_ns = max((steps[-1][0] for steps in series.values()), default=0)
    for site, colour, dashes in zip(sites, COLOURS, DASHES, strict=False):
        times, values = _steps(series[site, sku], end_ns)
        ax.step(times, values, where="post", color=colour, linestyle=dashes, linewidth=1.2, label=f"{site} may sell")
    times, values = _steps(metrics.stock.get(sku, []), end_ns)
    ax.step(times, values, where="post", color=INK, linewidth=1.8, label="loaves there are")
    below = [min(value, 0) for value in values]
    ax.fill_between(times, below, 0, step="post", color=RED, alpha=0.8, linewidth=0, label="sold, and not there")
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.set_xlim(0, end_ns / SECOND)
    ax.set_xlabel("virtual time (s)")
    ax.set_ylabel(f"loaves of {sku}")
    return ax


def draw_pair(escrow: Metrics, counter: Metrics, sku: str, partitions: Sequence[Span]) -> list["Axes"]:
    """The same seed twice: rights by escrow above, a merged counter below."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 1, figsize=(8, 5.6), sharex=True, layout="constrained")
    for ax, metrics, title in zip(axes, (escrow, counter), ("escrow", "PN-counter"), strict=True):
        draw_stock(ax, metrics, sku, partitions, merged=metrics is counter)
        lost = f"{metrics.refused_stranded} of {metrics.refused} refusals while bread lay elsewhere"
        ax.set_title(f"{title}: {lost}", loc="left", fontsize=9)
    axes[0].set_xlabel("")
    axes[1].legend(fontsize=7, ncols=3, loc="upper right")
    figure.suptitle("Who may sell, while the sites cannot hear each other (shaded)", fontsize=10)
    return list(axes)


def _steps(steps: Sequence[Step], end_ns: int) -> tuple[list[float], list[int]]:
    """Times in seconds and values, from zero to the end."""
    times = [0.0, *(t_ns / SECOND for t_ns, _ in steps), end_ns / SECOND]
    values = [0, *(value for _, value in steps), steps[-1][1] if steps else 0]
    return times, values
