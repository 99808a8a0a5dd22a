"""How faults look in every figure: a colour and a hatch for each kind, and shading behind what happens meanwhile."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.result import FiredFault, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

LOOKS = {
    "partition": ("#CC79A7", "///"),
    "link": ("#E69F00", "..."),
    "crash": ("#D55E00", "xxx"),
    "pause": ("#56B4E9", "---"),
    "clock": ("#009E73", "+++"),
    "disk": ("#0072B2", "\\\\\\"),
    "byzantine": ("#882255", "ooo"),
    "schedule": ("#999933", "|||"),
    "coin": ("#44AA99", "OO"),
    "call": ("#777777", "**"),
}
"""Kind of fault -> (colour, hatch)"""
_OTHER = ("#777777", "//..")


def look(kind: str) -> tuple[str, str]:
    """The colour and the hatch of a kind of fault."""
    return LOOKS.get(kind, _OTHER)


def end_of(fault: FiredFault, run: Run) -> int:
    """When it ended, in ns; the end of the run if it did not."""
    return run.virtual_ns if fault.heal_ns is None else fault.heal_ns


def shown(run: Run, begin_ns: int, end_ns: int) -> list[FiredFault]:
    """The faults that were on in a stretch of time, in order of time."""
    inside = [one for one in run.fired if one.inject_ns < end_ns and end_of(one, run) >= begin_ns]
    return sorted(inside, key=lambda one: (one.inject_ns, one.id))


def shade(ax: "Axes", run: Run, begin_ns: int, end_ns: int, unit: float, *, but: Sequence[str] = ()) -> list["Patch"]:
    """Shade the stretches in which faults (`but` some kinds) were on, mark when all is healed; returns a legend."""
    faults = shown(run, begin_ns, end_ns)
    for fault in (one for one in faults if one.kind not in but):
        colour, hatch = look(fault.kind)
        left, right = max(fault.inject_ns, begin_ns) / unit, min(end_of(fault, run), end_ns) / unit
        ax.axvspan(left, right, facecolor=colour, alpha=0.10, hatch=hatch, edgecolor=colour, linewidth=0, zorder=0)
    healed(ax, run, begin_ns, end_ns, unit)
    return legend_of([one.kind for one in faults])


def legend_of(kinds: Sequence[str]) -> list["Patch"]:
    """A patch for each kind, in order of first appearance."""
    from matplotlib.patches import Patch

    return [
        Patch(facecolor=f"{look(kind)[0]}30", edgecolor=look(kind)[0], hatch=look(kind)[1], linewidth=0.5, label=kind)
        for kind in dict.fromkeys(kinds)
    ]


def healed(ax: "Axes", run: Run, begin_ns: int, end_ns: int, unit: float) -> None:
    """A line where everything is healed and the system must make progress again."""
    if run.loaded is None or not run.loaded.scenario.settle:
        return
    at = run.loaded.scenario.duration - run.loaded.scenario.settle
    if begin_ns < at < end_ns:
        ax.axvline(at / unit, color="#222222", linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.annotate(
            "all healed", (at / unit, 1), (3, -2), ("data", "axes fraction"), "offset points", va="top", fontsize=7,
            color="#222222",
        )  # fmt: skip


def beside(ax: "Axes", handles: Sequence[object], title: str = "") -> None:
    """A legend to the right of the axes, where it hides nothing."""
    if handles:
        ax.legend(handles=list(handles), title=title or None, loc="upper left", bbox_to_anchor=(1.005, 1.02))
