"""Requests of others: a reader for the public layout of Azure's traces of functions, and three classes of our own.

No trace ships with this project. Who has the file `invocations_per_function_md.anon.dNN.csv` of "Serverless in the
Wild" (Shahrad and others, ATC 2020) gets its counts per minute here; the arrival process `counts` spreads each minute's
requests evenly over it, by its stream.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

MINUTES = 1440
_OWNER, _FUNCTION = "HashOwner", "HashFunction"

TRIGGERS = {"http": (55, 36), "queue": (15, 34), "event": (2, 25), "timer": (16, 2), "orchestration": (7, 2)}
"""Trigger -> percent of functions and of calls, by a public report on Azure: labels, nothing is computed with them."""

FUNCTIONS_OF_CLASSES = (
    "[{name: regular, user: u1, model: resnet152, execution: 300ms, arrivals: {gap: 120s, process: erlang, shape: 4}},"
    " {name: poisson, user: u2, model: bert, execution: 300ms, arrivals: {gap: 120s}},"
    " {name: bursty, user: u3, model: vgg, execution: 300ms, arrivals: {gap: 120s, process: h2, cov: 5000}}]"
)
"""Three functions as a scenario writes them: predictable (CoV 0.5), normal (1), bursty (5); one call in two minutes."""


class BadTrace(ValueError):
    """The file is none of this layout; the message names the line and what was expected."""


def read_counts(path: str | Path, most: int | None = None) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(user, function, requests in each minute of the day), row by row, `most` of them. BadTrace names a wrong line."""
    with Path(path).open(newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in (_OWNER, _FUNCTION, "1", str(MINUTES)) if name not in (rows.fieldnames or ())]
        if missing:
            raise BadTrace(f"{path}:1: expected a column {missing[0]!r}")
        for number, row in enumerate(rows):
            if most is not None and number >= most:
                return
            yield row[_OWNER], row[_FUNCTION], _minutes(row, f"{path}:{number + 2}")


def _minutes(row: dict[str, str], where: str) -> tuple[int, ...]:
    counts = [row.get(str(minute)) or "" for minute in range(1, MINUTES + 1)]
    wrong = next((count for count in counts if not count.isdecimal()), None)
    if wrong is not None:
        raise BadTrace(f"{where}: expected the number of requests of a minute, found {wrong!r}")
    return tuple(map(int, counts))
