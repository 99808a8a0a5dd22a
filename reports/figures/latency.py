"""How long operations took over time: quantiles in windows, with the faults of that time shaded."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, DASHES, INK, Time, axes, caption, log_axis, time_axis, window
from reports.figures.shading import beside, shade
from reports.frames.operations import operations
from sim.result import Run
from sim.world.quantities import DURATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

QUANTILES = (0.5, 0.95, 0.99)
_FEWEST = 5


def latency(
    run: Run, start: Time = None, end: Time = None, *, every: str = "1s", quantiles: Sequence[float] = QUANTILES,
    ax: "Axes | None" = None,
) -> "Axes":  # fmt: skip
    """Draw quantiles of the latency (ms, logarithmic) of operations that returned, by the window of their call.

    `every` is the width of a window. The band is the 95% interval of the median by order statistics. A quantile is
    drawn where at least five operations returned. Ticks below: operations that failed, or never returned.
    """
    begin_ns, end_ns = window(run, start, end)
    width_ns = DURATION.parse(every)
    found = operations(run)
    found = found[(found["call_ns"] >= begin_ns) & (found["call_ns"] < end_ns)]
    done = found[found["outcome"] == "ok"]
    with axes(ax, 3.0) as ax:
        unit = time_axis(ax, begin_ns, end_ns)
        handles = shade(ax, run, begin_ns, end_ns, unit)
        log_axis(ax, "y")
        ax.set_ylabel("latency (ms)")
        for place, quantile in enumerate(quantiles):
            _line(ax, done, quantile, place, width_ns, unit)
        _missed(ax, found, unit)
        beside(ax, [*ax.get_legend_handles_labels()[0], *handles])
        said = f"{run.scenario}, seed {run.seed}: {len(done):,} operations in windows of {every}"
        missed = len(found) - len(done)
        said += f"; {missed:,} failed or never returned (\u00d7)" if missed else ""
        caption(ax, said + ("; band: 95% interval of the median" if 0.5 in quantiles else ""))
    return ax


def _line(ax: "Axes", done: "DataFrame", quantile: float, place: int, width_ns: int, unit: float) -> None:
    import numpy as np

    groups = done.groupby(done["call_ns"] // width_ns)["latency_ms"]
    at, middle, low, high = [], [], [], []
    last = None
    for number, values in groups:
        if last is not None and int(str(number)) > last + 1:
            at.append(np.nan)
            middle.append(np.nan)
            low.append(np.nan)
            high.append(np.nan)
        last = int(str(number))
        if len(values) < _FEWEST:
            continue
        ordered = np.sort(values.to_numpy(dtype=float))
        half = 0.98 * len(ordered) ** 0.5
        first, second = int(max(0, len(ordered) / 2 - half)), int(min(len(ordered) - 1, len(ordered) / 2 + half))
        at.append((last + 0.5) * width_ns / unit)
        middle.append(float(np.quantile(ordered, quantile)))
        low.append(float(ordered[first]))
        high.append(float(ordered[second]))
    name = "median" if quantile == 0.5 else f"p{100 * quantile:g}"
    colour = COLOURS[place % len(COLOURS)]
    ax.plot(at, middle, color=colour, linestyle=DASHES[place % len(DASHES)], label=name, zorder=3)
    if quantile == 0.5:
        ax.fill_between(at, low, high, color=colour, alpha=0.22, linewidth=0, zorder=2)


def _missed(ax: "Axes", found: "DataFrame", unit: float) -> None:
    """A tick at the bottom for each operation that did not succeed."""
    missed = found[found["outcome"] != "ok"]["call_ns"] / unit
    ax.plot(
        missed, [0.02] * len(missed), transform=ax.get_xaxis_transform(), marker="x", linestyle="", color=INK,
        markersize=4, clip_on=False, zorder=4,
    )  # fmt: skip
