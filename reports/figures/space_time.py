"""The space-time diagram (Lamport 1978): a lane for each node, an arrow for each message, crashes break the lane."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, DASHES, INK, Time, axes, caption, lanes, time_axis, window
from reports.figures.shading import beside, end_of, look, shade
from reports.frames.messages import messages
from sim.result import Run
from sim.world.units import MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ARROWS_MAX = 250
_ON_LANES = ("crash", "pause")
"""Faults of single nodes, which are drawn on their lanes."""


def space_time(
    run: Run, start: Time = None, end: Time = None, *, kinds: Sequence[str] = (), nodes: Sequence[str] = (),
    ax: "Axes | None" = None,
) -> "Axes":  # fmt: skip
    """Draw the messages sent in a stretch of time, of some `kinds` and between some `nodes` (default: all of both).

    Colour and dashes say the kind. A message that never arrived ends in a cross. Of more than 250 messages every
    second, third, ... is drawn, which the caption says. The seed runs again once.
    """
    begin_ns, end_ns = window(run, start, end)
    found = messages(run)
    found = found[(found["sent_ns"] >= begin_ns) & (found["sent_ns"] < end_ns) & (found["source"] != found["target"])]
    if kinds:
        found = found[found["kind"].isin(list(kinds))]
    talking = {*found["source"], *found["target"]}
    names = tuple(nodes) or tuple(
        name for name in (*run.servers, *run.clients) if name in talking or name in run.servers
    )
    found = found[found["source"].isin(list(names)) & found["target"].isin(list(names))].sort_values(
        "sent_ns", kind="stable"
    )
    every = -(-len(found) // ARROWS_MAX) or 1
    drawn = found.iloc[::every]
    looks = {kind: place for place, kind in enumerate(drawn["kind"].astype(str).value_counts().sort_index().index)}
    with axes(ax, 1.4 + 0.5 * len(names)) as ax:
        unit = time_axis(ax, begin_ns, end_ns)
        place = lanes(ax, names)
        handles = shade(ax, run, begin_ns, end_ns, unit, but=_ON_LANES)
        _lanes(ax, run, names, place, begin_ns, end_ns, unit)
        _arrows(ax, drawn, looks, place, unit)
        beside(ax, [*_legend(looks), *handles])
        gone = int((~drawn["fate"].isin(["delivered", "duplicate", "in flight"])).sum())
        said = f"{run.scenario}, seed {run.seed}: {len(found):,} messages sent"
        said += f", {gone:,} of those drawn never arrived (\u00d7)" if gone else ""
        caption(ax, said + (f"; one in {every} is drawn" if every > 1 else ""))
    return ax


def _lanes(
    ax: "Axes", run: Run, names: Sequence[str], place: dict[str, int], begin_ns: int, end_ns: int, unit: float
) -> None:
    """A line for each node, broken where a crash holds it down."""
    for name in names:
        ax.hlines(place[name], begin_ns / unit, end_ns / unit, color=INK, linewidth=1.1, zorder=2)
        for fault in run.fired:
            if fault.kind in _ON_LANES and name in fault.targets and fault.inject_ns < end_ns:
                left, right = max(fault.inject_ns, begin_ns), min(end_of(fault, run), end_ns)
                if left < right:
                    colour, hatch = look(fault.kind)
                    ax.barh(
                        place[name], (right - left) / unit, left=left / unit, height=0.2, facecolor="white",
                        edgecolor=colour, hatch=hatch, linewidth=0.6, zorder=3,
                    )  # fmt: skip


def _arrows(ax: "Axes", drawn: "DataFrame", looks: dict[str, int], place: dict[str, int], unit: float) -> None:
    thin = 0.9 if len(drawn) < 80 else 0.6
    for sent, arrived, source, target, kind in zip(
        drawn["sent_ns"], drawn["delivered_ns"].fillna(-1), drawn["source"], drawn["target"], drawn["kind"], strict=True
    ):
        number = looks[str(kind)]
        colour, dashes = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        lost = arrived < 0
        here, there = place[source], place[target]
        at = sent + 2 * MS if lost else arrived
        to = here + (there - here) * (0.55 if lost else 1.0)
        ax.annotate(
            "", (at / unit, to), (sent / unit, here), zorder=4, annotation_clip=False,
            arrowprops={
                "arrowstyle": "-" if lost else "-|>,head_width=0.12,head_length=0.28", "color": colour,
                "linewidth": thin, "linestyle": dashes, "shrinkA": 0, "shrinkB": 0,
            },
        )  # fmt: skip
        if lost:
            ax.plot(at / unit, to, marker="x", color=colour, markersize=4.5, markeredgewidth=1.1, zorder=5)


def _legend(looks: dict[str, int]) -> list[object]:
    from matplotlib.lines import Line2D

    return [Line2D([], [], color=COLOURS[n % 7], linestyle=DASHES[n % 7], label=kind) for kind, n in looks.items()]
