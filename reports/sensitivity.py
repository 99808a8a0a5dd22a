"""What a sensitivity sweep says on a terminal: the share of failures along each range, and over each two of them."""

from rich.console import Console
from rich.text import Text

from reports.sweeps import show_interval
from reports.tables import Cell as TableCell
from reports.tables import show_table
from sim.explore.commands import reproduce
from sim.explore.sensitivity import CELLS, Axis, Cell, Sensitivity, overrides_of
from sim.explore.statistics import percent

_SHADES = ("green", "", "yellow", "red", "bold red")


def show_sensitivity(out: Console, found: Sensitivity) -> None:
    """Print a table for each range, then a map for each two."""
    failed = [(at, row) for at, row in found.samples if row.failed]
    unknown = sum(row.outcome == "unknown" for _, row in found.samples)
    ended = "  INTERRUPTED" if found.interrupted else ""
    name = found.order.loaded.scenario.name
    out.print(Text(f"{name}  {len(found.samples):,} samples of a Latin hypercube{ended}", "bold"))
    for place, axis in enumerate(found.axes):
        _show_axis(out, axis, found.along(place))
    for one, other in found.pairs:
        _show_plane(out, found.axes[one], found.axes[other], found.plane(one, other))
    if failed:
        at, row = min(failed, key=lambda sample: sample[1].seed)
        out.print(Text(f"  {row.detail}"))
        out.print(f"    Reproduce  {reproduce(found.order.loaded, overrides_of(found.axes, at), row.seed)}")
    decided = len(found.samples) - unknown
    mark = ("FAIL", "bold red") if failed else ("PASS", "green")
    out.print(Text.assemble(mark, f"  {len(failed):,} of {decided:,} failed, {unknown:,} unknown"))


def _show_axis(out: Console, axis: Axis, cells: list[Cell]) -> None:
    body = [
        (
            f"{axis.border(number)} to {axis.border(number + 1)}",
            f"{cell.failed:,}",
            f"{cell.decided:,}",
            _share(cell),
            show_interval(cell.interval),
        )
        for number, cell in enumerate(cells)
    ]
    show_table(out, (axis.path, "failed", "of", "share", "95%"), body, (1, 2, 3))


def _show_plane(out: Console, one: Axis, other: Axis, cells: list[list[Cell]]) -> None:
    """Failed of decided in each cell; colours are shares."""
    header = (f"{one.path} \\ {other.path}", *(f"from {other.border(number)}" for number in range(CELLS)))
    body: list[list[TableCell]] = [
        [f"from {one.border(number)}", *map(_shaded, row)] for number, row in enumerate(cells)
    ]
    show_table(out, header, body, tuple(range(1, 1 + CELLS)))


def _shaded(cell: Cell) -> Text:
    shade = _SHADES[min(len(_SHADES) - 1, len(_SHADES) * cell.failed // max(1, cell.decided))]
    return Text(f"{cell.failed} of {cell.decided}", shade if cell.decided else "")


def _share(cell: Cell) -> str:
    return percent(cell.failed / cell.decided) if cell.decided else "-"
