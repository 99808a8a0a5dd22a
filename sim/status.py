"""The exit statuses of the command, and which of several counts."""

from collections.abc import Iterable

PASS = 0
VIOLATION = 1
UNKNOWN = 2
CRASHED = 3
USAGE = 4
EMPTY = 5
DIVERGED = 6
INTERRUPTED = 130

_WORST_FIRST = (CRASHED, VIOLATION, UNKNOWN, PASS)


def worst(statuses: Iterable[int]) -> int:
    """The status of many runs: 3 before 1 before 2 before 0; nothing to run is 5."""
    seen = set(statuses)
    return next((status for status in _WORST_FIRST if status in seen), EMPTY)
