"""What all figures stand on: axes in the one style, captions, windows of time, and files of equal bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.result import Run
from sim.world.quantities import DURATION
from sim.world.units import SECOND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE = Path(__file__).with_name("paper.mplstyle")

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
"""Okabe and Ito's palette, which the colour-blind can tell apart."""
Dashes = Literal["-", "--", "-.", ":"] | tuple[int, tuple[int, ...]]
DASHES: tuple[Dashes, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (7, 2)), (0, (1, 1)))
MARKS = ("o", "s", "^", "D", "v", "P", "X")
INK = "#222222"
FAINT = "#888888"

Time = str | int | None
"""`5s`, a number of nanoseconds, or nothing for the beginning or the end"""


@contextmanager
def axes(ax: "Axes | None", height: float = 3.0) -> Iterator["Axes"]:
    """Axes in our style: those that are given, or new ones of this height (inches)."""
    import matplotlib
    import matplotlib.pyplot as plt

    with plt.style.context(STYLE):
        if ax is None:
            _, ax = plt.subplots(figsize=(7.0, height))
        shown_at_once = (
            plt.isinteractive()
        )  # loading the backend of a notebook has set it, and the style would unset it
        yield ax
    matplotlib.interactive(shown_at_once)


def panels(rows: int = 1, columns: int = 1, height: float = 2.6, *, share_y: bool = False) -> "list[Axes]":
    """Axes in our style on one figure, row by row, each row of this height (inches); to give to figures as `ax`."""
    import matplotlib
    import matplotlib.pyplot as plt

    with plt.style.context(STYLE):
        _, grid = plt.subplots(rows, columns, figsize=(7.0, height * rows), sharey=share_y, squeeze=False)
        shown_at_once = plt.isinteractive()
    matplotlib.interactive(shown_at_once)
    return [ax for row in grid for ax in row]


def caption(ax: "Axes", text: str) -> None:
    """Small words below the axis: how many, and what is shown by what."""
    from textwrap import fill

    ax.annotate(
        fill(text, 100), (0, 0), (0, -33), "axes fraction", "offset points", va="top", fontsize=7.5, color="#555555"
    )


def window(run: Run, start: Time, end: Time) -> tuple[int, int]:
    """A stretch of a run in ns; ValueError if it is none."""
    begin_ns = 0 if start is None else start if isinstance(start, int) else DURATION.parse(start)
    end_ns = run.virtual_ns if end is None else end if isinstance(end, int) else DURATION.parse(end)
    if not begin_ns < end_ns:
        raise ValueError(f"the window from {start} to {end} is empty")
    return begin_ns, end_ns


def time_axis(ax: "Axes", begin_ns: int, end_ns: int) -> float:
    """Label the horizontal axis in seconds or milliseconds of virtual time; returns ns per unit."""
    unit, name = (SECOND, "s") if end_ns - begin_ns >= 2 * SECOND else (SECOND // 1000, "ms")
    ax.set_xlabel(f"virtual time ({name})")
    ax.set_xlim(begin_ns / unit, end_ns / unit)
    return float(unit)


def log_axis(ax: "Axes", which: Literal["x", "y"]) -> None:
    """A logarithmic axis whose ticks are numbers that people read: 10, 100, 1,000."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def lanes(ax: "Axes", names: tuple[str, ...]) -> dict[str, int]:
    """A horizontal lane for each name, the first on top; name -> height."""
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_yticks(range(len(names)), names)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    return {name: place for place, name in enumerate(names)}


def save(ax: "Axes", path: str | Path) -> Path:
    """Write the figure of these axes; equal figures give equal bytes, in SVG and PNG. Returns the path."""
    import matplotlib.pyplot as plt

    file = Path(path)
    metadata = {"Date": None} if file.suffix == ".svg" else {"Software": None} if file.suffix == ".png" else None
    with plt.style.context(STYLE):
        ax.get_figure(root=True).savefig(file, metadata=metadata)  # type: ignore[union-attr] # axes have a figure
    return file
