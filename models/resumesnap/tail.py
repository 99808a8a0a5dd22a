"""Hedging: a second call once the first is slower than most, for few of all calls (Dean and Barroso, 2013)."""

from collections import deque

from sim import SECOND

SEEN = 100
SHARE_PERCENT = 5
FIRST_WAIT = 1 * SECOND
ENOUGH = 20


class Tail:
    """One worker's view of how long one service takes. Durations in ns."""

    def __init__(self) -> None:
        self._seen: deque[int] = deque(maxlen=SEEN)
        self._calls = 0
        self._hedges = 0

    def call(self) -> None:
        """A first call or a retry begins."""
        self._calls += 1

    def took(self, ns: int) -> None:
        """A call was answered."""
        self._seen.append(ns)

    def patience(self) -> int:
        """How long to wait for the first call: the 95th percentile of what was seen."""
        if len(self._seen) < ENOUGH:
            return FIRST_WAIT
        return sorted(self._seen)[len(self._seen) * 95 // 100]

    def take_hedge(self) -> bool:
        """Whether a second call may be made; it counts."""
        if (self._hedges + 1) * 100 > SHARE_PERCENT * self._calls:
            return False
        self._hedges += 1
        return True
