"""Splits a history into parts that can be decided apart (locality); operations on several parts join them."""

from collections.abc import Container, Hashable

from sim.checks.columns import FAIL, UNKNOWN
from sim.checks.history import History
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, Together
from sim.checks.values import typed


def split(history: History, spec: Spec, keys: Container[int] | None = None) -> list[Part]:
    """The parts in order of first use, without unknown operations that only read; if `keys` is given, those only."""
    rows = [row for row, outcome in enumerate(history.columns.outcome) if outcome != FAIL]
    if any(outcome == UNKNOWN for outcome in history.columns.outcome):
        rows = [row for row in rows if history.columns.outcome[row] != UNKNOWN or not spec.read_only(history.op(row))]
    if spec.by_key:
        groups = _by_key(history, rows)
        return [Part(history, groups[key], history.keys[key]) for key in groups if keys is None or key in keys]
    return _by_part(history, rows, spec)


def _by_key(history: History, rows: list[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    keys = history.columns.key
    for row in rows:
        groups.setdefault(keys[row], []).append(row)
    return groups


def _by_part(history: History, rows: list[int], spec: Spec) -> list[Part]:
    touched = [spec.part(history.op(row)) for row in rows]
    if any(part is None for part in touched):
        return [Part(history, rows)]
    groups: dict[Hashable, list[int]] = {}
    names: dict[Hashable, Hashable] = {}
    joined = _Joined()
    for part in touched:
        several = part.parts if isinstance(part, Together) else (part,)
        for one in several:
            joined.join(typed(several[0]), typed(one))
            names.setdefault(typed(one), one)
    for row, part in zip(rows, touched, strict=True):
        first = part.parts[0] if isinstance(part, Together) else part
        groups.setdefault(joined.find(typed(first)), []).append(row)
    return [Part(history, group, names[name]) for name, group in groups.items()]


class _Joined:
    """Union-find over the names of parts."""

    def __init__(self) -> None:
        self._leader: dict[Hashable, Hashable] = {}

    def find(self, one: Hashable) -> Hashable:
        """The name that stands for all that are joined with this one."""
        leader = self._leader
        leader.setdefault(one, one)
        while leader[one] != one:
            leader[one] = one = leader[leader[one]]
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make two parts one; the one that was there first gives the name."""
        first, second = self.find(one), self.find(other)
        self._leader[second] = first
