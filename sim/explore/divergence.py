"""Where two runs part: the first record that differs, side by side, and what led to each.

Checkpoints hold the hash of everything before them, so equal ones mean equal runs up to there: bisection finds the
window, and only that window of the records is looked at.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.explore.telling import Record, records_of

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
    left: Sequence[Sequence[Any]], right: Sequence[Sequence[Any]], known_equal: int = 0
) -> Divergence | None:
    """The first record in which two decoded traces differ; so many are known to be equal. None if none differs."""
    at = known_equal
    while at < len(left) and at < len(right) and left[at] == right[at]:
        at += 1
    if at == len(left) == len(right):
        return None
    one, other = records_of(left[: at + 1]), records_of(right[: at + 1])
    return Divergence(at, _side(one, at), _side(other, at), _since(one, other, at))


def _side(records: Sequence[Record], at: int) -> Side:
    if at >= len(records):
        return Side("the run has ended", ())
    return Side(records[at].exactly(), tuple(str(one) for one in causes(records, records[at])))


def causes(records: Sequence[Record], record: Record) -> list[Record]:
    """The records that led to one, the nearest first, as far as the trace names them."""
    found: list[Record] = []
    cause = record.cause
    while cause and len(found) < CHAIN and cause <= len(records):
        found.append(records[cause - 1])
        cause = found[-1].cause
    return found


def _since(left: Sequence[Record], right: Sequence[Record], at: int) -> tuple[str, ...]:
    """The last equal records at the nodes where the difference shows."""
    nodes = {records[at].node for records in (left, right) if at < len(records)} - {""}
    before = [record for record in left[:at] if record.node in nodes]
    return tuple(str(one) for one in before[-CHAIN:])
