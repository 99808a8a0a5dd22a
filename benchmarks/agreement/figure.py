"""The figure of a paper: four panels over n, four protocols, three schedules, beside the derived counts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.agreement.counts import expected
from benchmarks.agreement.intervals import Interval
from benchmarks.agreement.paper import SIZES, Cell, cells
from benchmarks.agreement.settings import MULTIVALUED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = {"ckps": "CKPS01", "vaba": "VABA", "smvba": "sMVBA", "pmvba": "pMVBA (reconstructed)"}
COLOURS = {"ckps": "#4c72b0", "vaba": "#dd8452", "smvba": "#55a868", "pmvba": "#c44e52"}
STYLES = {"random": ("-", "o"), "hostile": (":", "^")}
FORMATS = (".svg", ".pdf", ".png")


def draw(found: Sequence[Cell], path: Path) -> None:
    """Write the figure; the ending of the name says in which format."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "agreement"  # the same measurements make the same file
    from matplotlib import pyplot

    canvas, ((messages, rounds), (tries, latency)) = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained")
    _panel(messages, found, ("random", "hostile"), lambda cell: cell.messages, "messages of the honest")
    _derived(messages)
    _panel(rounds, found, ("unit",), lambda cell: cell.latency, "rounds at unit delay")
    _panel(tries, found, ("random", "hostile"), lambda cell: cell.tries, "agreements or views until the decision")
    _panel(
        latency,
        found,
        ("random", "hostile"),
        lambda cell: cell.latency,
        "latency (ms; delays are 10 ms on average)",
    )
    for axes in (messages, latency):
        axes.set_yscale("log")
    rounds.set_ylim(bottom=0)
    _legend(messages)
    canvas.suptitle("Asynchronous validated agreement, n = 3f + 1: means and 99% intervals")
    canvas.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    pyplot.close(canvas)


def _panel(
    axes: "Axes", found: Sequence[Cell], schedules: Sequence[str], of: Callable[[Cell], Interval], title: str
) -> None:
    for place, protocol in enumerate(MULTIVALUED):
        for schedule in schedules:
            row = [cell for cell in found if (cell.protocol, cell.schedule) == (protocol, schedule)]
            line, mark = STYLES.get(schedule, ("-", "s"))
            axes.errorbar(
                [cell.n + 0.12 * (place - 1.5) for cell in row],
                [of(cell).middle for cell in row],
                _bars([of(cell) for cell in row]),
                linestyle=line,
                marker=mark,
                markersize=4,
                capsize=2,
                color=COLOURS[protocol],
            )
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("parties n")
    axes.set_xticks(SIZES, [str(n) for n in SIZES])
    axes.grid(visible=True, alpha=0.3)


def _bars(row: Sequence[Interval]) -> tuple[list[float], list[float]]:
    """How far each interval reaches down and up; never down to zero, where a logarithm ends."""
    return [min(one.half, 0.95 * one.middle) for one in row], [one.half for one in row]


def _derived(axes: "Axes") -> None:
    for protocol in MULTIVALUED:
        axes.plot(SIZES, [expected(protocol, n, 1)[0] for n in SIZES], "--", color=COLOURS[protocol], linewidth=0.8)


def _legend(axes: "Axes") -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=COLOURS[name], label=NAMES[name]) for name in MULTIVALUED]
    lines.append(Line2D([], [], color="grey", linestyle="-", marker="o", markersize=4, label="random scheduler"))
    lines.append(Line2D([], [], color="grey", linestyle=":", marker="^", markersize=4, label="hostile scheduler"))
    lines.append(Line2D([], [], color="grey", linestyle="--", linewidth=0.8, label="derived, good case"))
    axes.legend(handles=lines, fontsize=8)


def figure(seeds: int, path: Path) -> None:
    """Measure and draw."""
    draw(cells(seeds), path)
    print(f"wrote {path}")
