"""Tables of text: every column as wide as it needs, and only the last one cut where the terminal ends."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

Cell = str | Text

_GAP = 2


def show_table(out: Console, header: Sequence[str], body: Sequence[Sequence[Cell]], right: Sequence[int] = ()) -> None:
    """Print rows below their header, two blanks in; the columns numbered in `right` hold numbers."""
    rows = [tuple(Text(name, "bold") for name in header), *body]
    widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
    room = out.width - _GAP - sum(width + _GAP for width in widths[:-1])
    widths[-1] = max(8, min(widths[-1], room))
    for row in rows:
        line = Text("  ")
        for place, cell in enumerate(row):
            line.append_text(_fitted(cell, widths[place], at_right=place in right))
            line.append(" " * _GAP)
        line.rstrip()
        out.print(line)


def _fitted(cell: Cell, width: int, *, at_right: bool) -> Text:
    text = Text(cell) if isinstance(cell, str) else cell.copy()
    if len(text) > width:
        text.truncate(width - 3)
        text.append("...")
    text.align("right" if at_right else "left", width)
    return text
