"""Shares of a sweep's runs that fail, with their intervals: by kind of failure, or by a value that was varied."""

from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, MARKS, axes, caption
from reports.figures.shading import beside
from sim.explore.row import Row
from sim.explore.statistics import wilson
from sim.explore.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KINDS_MAX = 6
ANY = "any check"


def shares(sweep: Sweep, by: str | None = None, *, ax: "Axes | None" = None) -> "Axes":
    """Draw shares of the decided runs (%), with Wilson intervals of 95%.

    Without `by` a row for each check that failed; with it, such as `network.loss`, a group for each value, and in it a
    mark for all failures and one for each check, if there are several.
    """
    decided = [row for row in sweep.rows if row.outcome != "unknown" or row.unreached]
    kinds = _checks(decided)
    return _by_check(sweep, decided, kinds, ax) if by is None else _by_value(sweep, decided, kinds, by, ax)


def value_at(row: Row, path: str) -> str:
    """The value of a varied path in a row. LookupError if it was not varied."""
    found = dict(one.split("=", 1) for one in row.point)
    if path not in found:
        raise LookupError(f"{path} was not varied; there are {', '.join(found) or 'no varied paths'}")
    return found[path]


def _checks(rows: list[Row]) -> list[str]:
    counts: dict[str, int] = {}
    for row in rows:
        for check in {kind.check for kind in row.failures}:
            counts[check] = counts.get(check, 0) + 1
    return sorted(counts, key=lambda check: (-counts[check], check))[:_KINDS_MAX]


def _fails(row: Row, check: str) -> bool:
    return row.failed if check == ANY else any(kind.check == check for kind in row.failures)


def _by_check(sweep: Sweep, rows: list[Row], kinds: list[str], ax: "Axes | None") -> "Axes":
    names = [ANY, *kinds] if len(kinds) != 1 else kinds
    with axes(ax, 1.2 + 0.3 * len(names)) as ax:
        for place, name in enumerate(names):
            _mark(ax, rows, name, place, place, across=True)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_xlim(-2, 102)
        ax.set_xlabel("runs that fail (%)")
        _say(ax, sweep, rows)
    return ax


def _by_value(sweep: Sweep, rows: list[Row], kinds: list[str], by: str, ax: "Axes | None") -> "Axes":
    values = list(dict.fromkeys(value_at(row, by) for row in sweep.rows))
    names = kinds if len(kinds) == 1 else [ANY, *kinds]
    with axes(ax, 3.0) as ax:
        for number, name in enumerate(names):
            shift = 0.0 if len(names) == 1 else (number / (len(names) - 1) - 0.5) * 0.6
            for place, value in enumerate(values):
                here = [row for row in rows if value_at(row, by) == value]
                _mark(ax, here, name, number, place + shift, across=False, label=name if not place else None)
        ax.set_xticks(range(len(values)), values)
        ax.set_xlim(-0.5, len(values) - 0.5)
        ax.set_ylim(-2, 102)
        ax.set_xlabel(by)
        ax.set_ylabel("runs that fail (%)")
        ax.grid(visible=False, axis="x")
        beside(ax, ax.get_legend_handles_labels()[0])
        _say(ax, sweep, rows, len(values))
    return ax


def _mark(
    ax: "Axes", rows: list[Row], check: str, look: int, at: float, *, across: bool, label: str | None = None
) -> None:
    if not rows:
        return
    hits = sum(_fails(row, check) for row in rows)
    interval, share = wilson(hits, len(rows)), 100 * hits / len(rows)
    error = [[share - 100 * interval.low], [100 * (interval.high or 0) - share]]
    colour, mark = COLOURS[look % len(COLOURS)], MARKS[look % len(MARKS)]
    if across:
        ax.errorbar(share, at, xerr=error, fmt=mark, color=colour, capsize=3, label=label)
        ax.annotate(
            f"{hits} of {len(rows)}",
            (100 * (interval.high or 0), at),
            (5, 0),
            "data",
            "offset points",
            va="center",
            fontsize=7.5,
        )
    else:
        ax.errorbar(at, share, yerr=error, fmt=mark, color=colour, capsize=3, label=label)


def _say(ax: "Axes", sweep: Sweep, rows: list[Row], groups: int = 1) -> None:
    each = f", {len(rows) // groups} at each value" if groups > 1 else ""
    unknown = len(sweep.rows) - len(rows)
    said = f"{sweep.order.loaded.scenario.name}: n = {len(rows):,} runs{each}"
    caption(ax, said + (f", {unknown:,} more undecided" if unknown else "") + "; bars: 95% intervals (Wilson)")
