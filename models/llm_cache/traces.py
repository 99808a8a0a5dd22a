"""A reader for the public layout of the Azure LLM inference trace 2023: arrival times and lengths, no text.

Columns TIMESTAMP, ContextTokens, GeneratedTokens (Patel and others, "Splitwise", ISCA 2024; the data is CC-BY-4.0). The
trace says nothing of who shares what with whom: whoever reads it here gives it a structure of prefixes of his own.
"""

import csv
import re
from calendar import monthrange, timegm
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
_SECOND = 1_000_000_000
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?")


class BadTrace(ValueError):
    """The file is none of this layout, or is not there; the message names file and line and what was expected."""


@dataclass(frozen=True)
class Row:
    """One request: its time behind the first one's in ns, the tokens of its prompt and of its answer."""

    at_ns: int
    context: int
    generated: int


def read_trace(path: str | Path, most: int = 0) -> list[Row]:
    """All rows, or the first `most`, in order of time. BadTrace if there is no such file, or a line is wrong."""
    try:
        with Path(path).open(newline="") as file:
            found = sorted(_rows(csv.reader(file), str(path), most), key=lambda row: row.at_ns)
    except OSError as error:
        raise BadTrace(f"{path}: expected a trace of LLM requests, found no file that can be read") from error
    except UnicodeDecodeError as error:
        raise BadTrace(f"{path}: expected text in UTF-8, found something else") from error
    if not found:
        raise BadTrace(f"{path}:2: expected at least one request, found none")
    first = found[0].at_ns
    return [Row(row.at_ns - first, row.context, row.generated) for row in found]


def _rows(lines: Iterator[list[str]], path: str, most: int) -> Iterator[Row]:
    head = next(lines, [])
    for name in COLUMNS:
        if name not in head:
            raise BadTrace(f"{path}:1: expected a column {name!r}, found {', '.join(head) or 'nothing'}")
    places = [head.index(name) for name in COLUMNS]
    for count, line in enumerate(lines):
        if most and count >= most:
            return
        if line:
            yield _row(line, places, f"{path}:{count + 2}")


def _row(line: list[str], places: list[int], where: str) -> Row:
    if len(line) <= max(places):
        raise BadTrace(f"{where}: expected {len(COLUMNS)} fields, found {len(line)}")
    when, context, generated = (line[place].strip() for place in places)
    return Row(_time(when, where), _length(context, COLUMNS[1], where), _length(generated, COLUMNS[2], where))


def _time(text: str, where: str) -> int:
    """Whole seconds by the calendar, the fraction by its digits: no float comes near it, and no clock."""
    found = _TIME.fullmatch(text)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6]) if found else (0,) * 6
    there = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and hour < 24 and minute < 60 and second < 60
    if found is None or not there:
        raise BadTrace(f"{where}: expected a time such as '2023-11-16 18:15:46.6805900', found {text!r}")
    seconds = timegm((year, month, day, hour, minute, second))
    return seconds * _SECOND + int((found[7] or "0").ljust(9, "0"))


def _length(text: str, column: str, where: str) -> int:
    if not text.isdecimal() or not int(text):
        raise BadTrace(f"{where}: expected {column} as a number above 0, found {text!r}")
    return int(text)
