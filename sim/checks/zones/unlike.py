"""Swaps that failed without saying what they saw: put into a witness wherever time and value allow it."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from sim.checks.zones.accesses import CAS, EMPTY, WRITE, Access


def insert_unlike(order: Sequence[int], unlike: Sequence[Access], accesses: Sequence[Access]) -> list[int] | None:
    """Put failed swaps that did not say what they saw into a witness, each at the first gap where it fits.

    None if one fits nowhere, which proves nothing: another order, or an unknown write that was left out, might help.
    """
    by_place = {access.place: access for access in accesses}
    steps = [by_place[place] for place in order]
    values, value = [EMPTY], EMPTY
    for step in steps:
        value = step.leave if step.kind in (WRITE, CAS) else value
        values.append(value)
    gaps: dict[int, list[int]] = {}
    span = _Span(steps)
    for access in unlike:
        low, high = span.of(access)
        gap = next((gap for gap in range(low, high + 1) if values[gap] != access.see), None)
        if gap is None:
            return None
        gaps.setdefault(gap, []).append(access.place)
    found: list[int] = []
    for gap in range(len(order) + 1):
        found += gaps.get(gap, ())
        found += order[gap : gap + 1]
    by_place |= {access.place: access for access in unlike}
    latest = accumulate((by_place[place].call for place in found), max)
    return found if all(by_place[place].ret > call for place, call in zip(found, latest, strict=True)) else None


class _Span:
    """The gaps of a witness in which real time allows an operation: from ... to, gap i being before step i."""

    def __init__(self, steps: Sequence[Access]) -> None:
        rets = sorted((step.ret, place + 1) for place, step in enumerate(steps))
        calls = sorted((step.call, place) for place, step in enumerate(steps))
        self._rets, self._calls = [ret for ret, _ in rets], [call for call, _ in calls]
        self._low, self._high = [0], [len(steps)]
        for _, gap in rets:
            self._low.append(max(self._low[-1], gap))
        for _, gap in reversed(calls):
            self._high.append(min(self._high[-1], gap))
        self._high.reverse()

    def of(self, access: Access) -> tuple[int, int]:
        """Behind all that returned before its call, before all that were called after its return."""
        return self._low[bisect_left(self._rets, access.call)], self._high[bisect_left(self._calls, access.ret)]
