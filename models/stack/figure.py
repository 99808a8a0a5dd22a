"""Pictures of a stack's run: its layers as bands on one axis of time, and where operations spent their time.

matplotlib is loaded when a picture is asked for, and not before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from models.stack.gauges import Gauge
from models.stack.gpu_rows import RowBar, rows_of
from models.stack.layering import StackLayering, layering
from models.stack.metrics import HANDS, Cost, Journey, amplification, journeys, recoveries
from models.stack.model import STACK, build
from sim import SECOND, Emitted, Run, System

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "amplification", "draw_amplification", "draw_bands", "draw_path", "draw_recovery", "draw_rows", "draw_shares",
    "faults_of", "gauges_of", "journeys", "recoveries", "rows_of",
]  # fmt: skip

COLOURS = {
    "smartsearch": "#0072B2",
    "agentflow": "#E69F00",
    "veristore": "#009E73",
    "embedder": "#56B4E9",
    "serving": "#CC79A7",
    "veriflow": "#8C6BB1",
}
HATCHES = {"smartsearch": "", "agentflow": "///", "veristore": "...", "embedder": "\\\\\\", "serving": "xxx"}
OWNERS = {"serving": "an engine's (shared)", "veriflow": "a job's (whole device)"}
SHADE, RED, INK = "#D55E00", "#C0392B", "#222222"
MS_NS = SECOND / 1000

Span = tuple[int, int]
"""Begin and end in ns."""


def _layering_of(run: Run) -> StackLayering:
    assert run.loaded is not None, "a run that sim.run gave knows its scenario"
    entry = next(iter(run.loaded.scenario.systems.values()))
    names = sorted(run.servers, key=lambda name: (len(name), name))  # n1, n2, ... as build had them
    system = System("stack", names, STACK.parameters.model_validate(dict(entry.parameters)))
    build(system)
    return layering(system)


def gauges_of(run: Run, emitted: Iterable[Emitted]) -> Mapping[str, Gauge]:
    """How much each layer had to do over a run, from the top down."""
    known = _layering_of(run)
    found = known.gauges(emitted, run.virtual_ns)
    return {layer: found[layer] for layer in reversed(known.layers) if layer in found}


def faults_of(run: Run) -> list[tuple[str, int, int]]:
    """Which node was hit first and how, from when to when (ns), of every fault that fired."""
    known = _layering_of(run)
    found = []
    for fault in run.fired:
        node = fault.targets[0] if fault.targets else "network"
        end = run.virtual_ns if fault.heal_ns is None else fault.heal_ns
        found.append((f"{known.seat(node)}\n{node} {fault.kind}".replace("/", "\n"), fault.inject_ns, end))
    return found


def draw_bands(
    axes: "Sequence[Axes]",
    gauges: Mapping[str, Gauge],
    faults: Sequence[Span],
    end_ns: int,
    violation: int | None = None,
) -> None:
    """A band for each layer, one of `axes` each: what it has to do. Faults are shaded; a dashed line is a violation."""
    for ax, (layer, (counted, course)) in zip(axes, gauges.items(), strict=True):
        for begin, end in faults:
            ax.axvspan(begin / SECOND, min(end, end_ns) / SECOND, facecolor=SHADE, alpha=0.13, linewidth=0)
        times = [0.0, *(t_ns / SECOND for t_ns, _ in course), end_ns / SECOND]
        values = [0, *(value for _, value in course), course[-1][1] if course else 0]
        colour = COLOURS.get(layer, INK)
        ax.fill_between(times, values, step="post", color=colour, alpha=0.3, linewidth=0)
        ax.step(times, values, where="post", color=colour, linewidth=1.2)
        if violation is not None:
            ax.axvline(violation / SECOND, color=RED, linewidth=1.2, linestyle="--")
        ax.set_ylabel(layer, rotation=0, ha="right", va="center", fontsize=9)
        ax.annotate(counted, (0.004, 0.84), xycoords="axes fraction", fontsize=7, color="#555555")
        ax.set_ylim(0, max(1, *values) * 1.25)
        ax.set_xlim(0, end_ns / SECOND)
        ax.tick_params(labelsize=7)
    axes[-1].set_xlabel("virtual time (s); faults are shaded")


def draw_shares(ax: "Axes", found: Sequence[Journey], bins: int = 12) -> "Axes":
    """How long documents took from being asked for to searchable, stacked by whose hands they were in, over time."""
    there = [one for one in found if one.end is not None and one.name.startswith("document")]
    width = max(1, -(-(max(one.begin for one in there) + 1) // bins))
    groups = [[one for one in there if one.begin // width == n] for n in range(bins)]
    base = [0.0] * bins
    for hands in HANDS:
        heights = [sum(one.shares()[hands] for one in group) / max(1, len(group)) / MS_NS for group in groups]
        if any(heights):
            lefts = [n * width / SECOND for n in range(bins)]
            bars = ax.bar(lefts, heights, width / SECOND * 0.92, base, align="edge", color=COLOURS[hands], label=hands)
            for bar in bars:
                bar.set(hatch=HATCHES[hands], edgecolor="white", linewidth=0.5)
            base = [one + more for one, more in zip(base, heights, strict=True)]
    ax.set_xlabel("asked for at (s of virtual time)")
    ax.set_ylabel("mean ms until searchable")
    ax.legend(fontsize=8)
    return ax


def draw_amplification(ax: "Axes", costs: Mapping[str, Sequence[Cost]]) -> "Axes":
    """What was done below for one thing that was asked for, as a part of its cap (the dashed line), by run.

    Beside a port's cap each caller has one call more.
    """
    names = list(dict.fromkeys(cost.name for found in costs.values() for cost in found))
    high = 0.8 / len(costs)
    for n, (label, found) in enumerate(costs.items()):
        by_name = {cost.name: cost for cost in found}
        for place, name in enumerate(names):
            if name not in by_name:
                continue
            cost, y = by_name[name], place + (n - (len(costs) - 1) / 2) * high
            colour = tuple(COLOURS.values())[n]
            ax.barh(y, cost.value / cost.cap, high * 0.9, color=colour, label=label if place == 0 else "_")
            ax.annotate(f"{cost.value:.2f} of {cost.cap:g}", (cost.value / cost.cap, y), xytext=(4, 0),
                        textcoords="offset points", va="center", fontsize=7)  # fmt: skip
    ax.axvline(1, color=RED, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("as a part of its cap")
    ax.margins(x=0.18)
    ax.legend(fontsize=8)
    return ax


def draw_recovery(ax: "Axes", found: Mapping[str, Mapping[str, int | None]]) -> "Axes":
    """How long after each fault healed each layer had no more to do than before it; a cross: not within the run."""
    faults = list(dict.fromkeys(name for row in found.values() for name in row))
    for y, (layer, row) in enumerate(found.items()):
        for x, name in enumerate(faults):
            took = row.get(name)
            if took is None:
                ax.plot(x, y, "x", color=RED, markersize=9)
                continue
            size = 20 + 700 * min(1.0, took / (10 * SECOND))
            ax.scatter(x, y, s=size, color=COLOURS.get(layer, INK), alpha=0.75 if took else 0.2, linewidth=0)
            ax.annotate(f"{took / SECOND:.1f} s" if took else "0", (x, y), ha="center", va="center", fontsize=8)
    ax.set_xticks(range(len(faults)), faults, fontsize=8)
    ax.set_yticks(range(len(found)), list(found), fontsize=8)
    ax.set_xlim(-0.5, len(faults) - 0.5)
    ax.set_ylim(len(found) - 0.5, -0.5)
    return ax


def draw_rows(ax: "Axes", bars: Sequence[RowBar], faults: Sequence[Span] = ()) -> "Axes":
    """A lane for each device; a bar is a row of the ledger, coloured by whether a job or an engine owns it."""
    lanes = list(dict.fromkeys((bar.node, bar.device) for bar in bars))
    labelled: dict[str, None] = {}
    for begin, end in faults:
        ax.axvspan(begin / SECOND, end / SECOND, facecolor=SHADE, alpha=0.13, linewidth=0)
    for bar in bars:
        kind = "serving" if bar.size else "veriflow"
        label = (
            "_" if kind in labelled else {"serving": "an engine's (shared)", "veriflow": "a job's (whole device)"}[kind]
        )
        labelled[kind] = None
        y, width = lanes.index((bar.node, bar.device)), (bar.end - bar.begin) / SECOND
        ax.barh(y, width, 0.8, left=bar.begin / SECOND, color=COLOURS[kind], edgecolor="white", label=label)
    ax.set_yticks(range(len(lanes)), [f"{node}.{device}" for node, device in lanes], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("virtual time (s); faults are shaded")
    ax.set_ylabel("GPU")
    ax.legend(fontsize=8)
    return ax


def draw_path(ax: "Axes", journey: Journey) -> "Axes":
    """Where the time of one operation went: in whose hands it was, one stretch after another."""
    rows = [hands for hands in HANDS if journey.shares()[hands]]
    last: tuple[float, int] | None = None
    for one in journey.stretches:
        y, begin, end = rows.index(one.hands), (one.begin - journey.begin) / MS_NS, (one.end - journey.begin) / MS_NS
        if last is not None:
            ax.plot([begin, begin], [last[1], y], color="#888888", linewidth=0.7)
        ax.barh(y, end - begin, 0.6, left=begin, color=COLOURS[one.hands])
        last = end, y
    for y, hands in enumerate(rows):
        share = journey.shares()[hands]
        said = f"{share / MS_NS:,.0f} ms ({100 * share / journey.took:.0f}%)"
        ax.annotate(said, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    ax.set_yticks(range(len(rows)), rows, fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel(f"ms since {journey.name} was asked for")
    return ax
