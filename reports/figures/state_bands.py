"""What state each node was in over time: a lane for each node, a band for each stretch of one state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, INK, Time, axes, caption, lanes, time_axis, window
from reports.figures.shading import beside, healed
from reports.recording import recording_of
from sim.result import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----")
_STATES_MAX = 6
DOWN = "down"


@dataclass(frozen=True)
class Band:
    """A stretch of time (ns) in which a node was in one state; empty for none that the model names."""

    node: str
    since_ns: int
    until_ns: int
    state: str


def state_bands(
    run: Run, of: str = "role", start: Time = None, end: Time = None, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw the states of all servers, virtual time in s; the seed runs again once.

    `of` is `role`: that of the model's roles, looked at whenever a node emits something; or `Event.field`, such as
    `VowSaved.term`: the last value that the node emitted since it started. Nodes that are down are left blank.
    """
    begin_ns, end_ns = window(run, start, end)
    bands = [one for one in bands_of(run, of) if one.since_ns < end_ns and one.until_ns > begin_ns]
    states = [one for one in dict.fromkeys(band.state for band in bands) if one and one != DOWN]
    few = len(states) <= _STATES_MAX
    with axes(ax, 1.3 + 0.32 * len(run.servers)) as ax:
        unit = time_axis(ax, begin_ns, end_ns)
        place = lanes(ax, run.servers)
        for band in bands:
            if band.state in states:
                look = states.index(band.state) if few else states.index(band.state) % 2
                _draw(ax, band, place[band.node], look, unit, (begin_ns, end_ns), labelled=not few)
        healed(ax, run, begin_ns, end_ns, unit)
        if few:
            beside(ax, _legend(states))
        caption(ax, f"{run.scenario}, seed {run.seed}: {of} of {len(run.servers)} servers; blank: down, or in no state")
    return ax


def bands_of(run: Run, of: str = "role") -> list[Band]:
    """The bands of a run, by node and time."""
    changes = [*(_roles(run) if of == "role" else _values(run, of)), *_crashes(run)]
    bands: list[Band] = []
    for name in run.servers:
        own = sorted((one for one in changes if one[1] == name), key=lambda one: one[0])
        ends = [*(one[0] for one in own[1:]), run.virtual_ns]
        for (since_ns, _, state), until_ns in zip(own, ends, strict=True):
            if bands and bands[-1].node == name and bands[-1].state == state and bands[-1].until_ns == since_ns:
                bands[-1] = Band(name, bands[-1].since_ns, until_ns, state)
            elif until_ns > since_ns:
                bands.append(Band(name, since_ns, until_ns, state))
    return bands


Change = tuple[int, str, str]


def _roles(run: Run) -> list[Change]:
    return [(one.t_ns, one.node, one.role) for one in recording_of(run).roles]


def _values(run: Run, of: str) -> list[Change]:
    from reports.frames.samples import samples

    found = samples(run, of)
    return [
        (int(t), str(node), f"{value:g}")
        for t, node, value in zip(found["t_ns"], found["node"], found["value"], strict=True)
    ]


def _crashes(run: Run) -> list[Change]:
    """When nodes went down and came up again; what they are then they say themselves."""
    from sim.world import trace as codes

    return [
        (record[0], record[2], "" if record[4] == "start" else DOWN)
        for record in recording_of(run).records
        if record[1] == codes.NODE and str(record[4]).startswith(("crash", "start"))
    ]


def _draw(ax: "Axes", band: Band, lane: int, look: int, unit: float, shown: tuple[int, int], *, labelled: bool) -> None:
    left, right = max(band.since_ns, shown[0]) / unit, min(band.until_ns, shown[1]) / unit
    colour = COLOURS[look % len(COLOURS)]
    ax.barh(
        lane, right - left, left=left, height=0.66, facecolor=f"{colour}66", edgecolor=colour, linewidth=0.5,
        hatch=HATCHES[look % len(HATCHES)],
    )  # fmt: skip
    if labelled and right - left > (shown[1] - shown[0]) / unit / 40:
        box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
        ax.annotate(band.state, ((left + right) / 2, lane), ha="center", va="center", fontsize=7, color=INK, bbox=box)


def _legend(states: Sequence[str]) -> list[object]:
    from matplotlib.patches import Patch

    return [
        Patch(
            facecolor=f"{COLOURS[n % 7]}66", edgecolor=COLOURS[n % 7], hatch=HATCHES[n % 6], linewidth=0.5, label=state
        )
        for n, state in enumerate(states)
    ]
