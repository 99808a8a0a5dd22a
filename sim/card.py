"""A result as a small HTML table for notebooks: every text escaped, no script, a word beside each mark."""

import html
from collections.abc import Iterable, Sequence

MARKS = {"pass": "\u2713 pass", "fail": "\u2717 FAIL", "unknown": "? unknown"}
"""Status -> a shape and a word, never colour alone."""

_LONGEST = 400


def card(
    title: str,
    commands: Iterable[str],
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
) -> str:
    """A table below its title and the commands that show it again; `notes` stand beneath."""
    head = "".join(f"<th style='text-align:left'>{_cell(name)}</th>" for name in header)
    body = "".join(_row(row) for row in rows)
    shown = "".join(f"<br><code>{_cell(command)}</code>" for command in commands)
    foot = "".join(f"<tr><td colspan='{len(header)}' style='text-align:left'>{_cell(note)}</td></tr>" for note in notes)
    caption = f"<caption style='text-align:left'><b>{_cell(title)}</b>{shown}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"


def _row(cells: Sequence[object]) -> str:
    return "<tr>" + "".join(f"<td style='text-align:left'>{_cell(cell)}</td>" for cell in cells) + "</tr>"


def _cell(value: object) -> str:
    """A value as text that is only text, cut in the middle where it is very long."""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        text = f"{text[:half]} \u2026 {text[-half:]}"
    return html.escape(text.encode("utf-8", "replace").decode())
