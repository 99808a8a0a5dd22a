"""Where two runs part: the first record that differs, side by side, and what led to each.

Checkpoints hold the hash of everything before them, so equal ones mean equal runs up to there: bisection finds the
window, and only that window of the records is looked at.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.explore.telling import Record, records_of
from sim.result import Run
from sim.world.trace import CHUNK, decode_records

Keep = bool | range
"""Which records of a run to keep: none, all, or those chunks that hold the numbers of a range"""
_END = 1 << 62
_TRIES = 3


@dataclass(frozen=True)
class Recorded:
    """A run as far as two are compared: its hashes, and the records that were kept, whole chunks of them."""

    fingerprint: str
    checkpoints: "Checkpoints"
    records: Sequence[Sequence[Any]]


Runner = Callable[[Keep], Recorded]
"""Makes one run again and again, keeping these records of it"""
Checkpoints = Sequence[Sequence[Any]]
"""(records, digest) in order"""

CHAIN = 4
"""How many records back along the causes are told."""


@dataclass(frozen=True)
class Side:
    """What one run did at the first difference, and the causes of that, the nearest first."""

    what: str
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Divergence:
    """Two runs are equal for `equal` records, and then differ. `since` are the last equal records at the same node."""

    equal: int
    left: Side
    right: Side
    since: tuple[str, ...]


def window(left: Checkpoints, right: Checkpoints) -> tuple[int, int | None]:
    """How many records two runs have in common at least, and by where they surely differ (None: nobody knows)."""
    digests = {tuple(one) for one in left}
    shared = [tuple(one) in digests for one in right]
    equal = bisect_left(shared, True, key=lambda one: not one)  # equal ones come first: each hash holds those before
    common = {records for records, _ in left}
    after = next((int(records) for records, _ in right[equal:] if records in common), None)
    return (int(right[equal - 1][0]) if equal else 0), after


def first_divergence(
    left: Sequence[Sequence[Any]], right: Sequence[Sequence[Any]], known_equal: int = 0, before: int = 0
) -> Divergence | None:
    """The first record in which two decoded traces differ; so many are known to be equal. None if none differs.

    `before` records stand before the first of both: these are windows of longer traces.
    """
    at = max(0, known_equal - before)
    while at < len(left) and at < len(right) and left[at] == right[at]:
        at += 1
    if at == len(left) == len(right):
        return None
    one, other = records_of(left[: at + 1], before), records_of(right[: at + 1], before)
    return Divergence(before + at, _side(one, at), _side(other, at), _since(one, other, at))


def recorded(run: Run) -> Recorded:
    """A run with the records that it kept."""
    return Recorded(run.fingerprint, run.checkpoints, list(decode_records(b"".join(run.trace))))


def part(one: Runner, other: Runner) -> Divergence | None:
    """Where two runs part, each made twice: once for its checkpoints, once for the records between two of them.

    The trace of neither is kept whole. None if they do not part, or did not when they were made again. Code that does
    not agree with itself may part elsewhere the second time; then its new checkpoints say where to look.
    """
    left, right = one(False), other(False)
    for _ in range(_TRIES):
        if left.fingerprint == right.fingerprint:
            return None
        equal, by = window(left.checkpoints, right.checkpoints)
        wanted = range(equal, _END if by is None else by)
        left, right = one(wanted), other(wanted)
        if window(left.checkpoints, right.checkpoints)[0] == equal:
            break
    return first_divergence(left.records, right.records, equal, first_of(wanted))


def first_of(wanted: range) -> int:
    """The number of the first record that is kept for a range: chunks are kept whole."""
    return wanted.start // CHUNK * CHUNK


def _side(records: Sequence[Record], at: int) -> Side:
    if at >= len(records):
        return Side("the run has ended", ())
    return Side(records[at].exactly(), tuple(str(one) for one in causes(records, records[at])))


def causes(records: Sequence[Record], record: Record) -> list[Record]:
    """The records that led to one, the nearest first, as far as the trace names them and these records go back."""
    found: list[Record] = []
    first = records[0].number if records else 1
    cause = record.cause
    while cause and len(found) < CHAIN and 0 <= cause - first < len(records):
        found.append(records[cause - first])
        cause = found[-1].cause
    return found


def _since(left: Sequence[Record], right: Sequence[Record], at: int) -> tuple[str, ...]:
    """The last equal records at the nodes where the difference shows."""
    nodes = {records[at].node for records in (left, right) if at < len(records)} - {""}
    before = [record for record in left[:at] if record.node in nodes]
    return tuple(str(one) for one in before[-CHAIN:])
