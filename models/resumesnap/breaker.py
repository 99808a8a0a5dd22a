"""A circuit breaker: it stops asking a service that fails, and tries again with one call at a time (Nygard, 2007)."""

from collections import deque
from collections.abc import Callable

from sim import SECOND

CLOSED, OPEN, HALF_OPEN = "CLOSED", "OPEN", "HALF_OPEN"
WINDOW, AT_LEAST, SHARE_PERCENT = 20, 10, 50
REST = 5 * SECOND
SUCCESSES = 3


class Breaker:
    """One worker's breaker of one service; `moved` hears of changes. Times are the worker's monotonic clock, in ns."""

    def __init__(self, moved: Callable[[str, str], None]) -> None:
        self._moved = moved
        self._outcomes: deque[bool] = deque(maxlen=WINDOW)
        self._opened_at = 0
        self._is_probing = False
        self._successes = 0
        self.state = CLOSED

    def admits(self, now: int) -> bool:
        """Whether a call may be made; in HALF_OPEN it is a probe, and the only one."""
        if self.state == CLOSED:
            return True
        if self.state == OPEN and now >= self._opened_at + REST:
            self._move(HALF_OPEN)
            self._successes = 0
            self._is_probing = False
        if self.state == OPEN or self._is_probing:
            return False
        self._is_probing = True
        return True

    def succeeded(self) -> None:
        """A call was answered well."""
        if self.state == HALF_OPEN:
            self._is_probing = False
            self._successes += 1
            if self._successes >= SUCCESSES:
                self._outcomes.clear()
                self._move(CLOSED)
        else:
            self._outcomes.append(True)

    def failed(self, now: int) -> None:
        """A call failed by the service's doing."""
        if self.state == HALF_OPEN:
            self._open(now)
            return
        self._outcomes.append(False)
        failures = self._outcomes.count(False)
        if (
            self.state == CLOSED
            and len(self._outcomes) >= AT_LEAST
            and failures * 100 >= SHARE_PERCENT * len(self._outcomes)
        ):
            self._open(now)

    def lost(self, now: int) -> None:
        """A call had no answer in time, or was given up: that is a failure too."""
        self.failed(now)

    def refused(self, now: int) -> None:
        """The breaker itself said no: that says nothing about the service."""

    def _open(self, now: int) -> None:
        self._opened_at, self._is_probing = now, False
        self._move(OPEN)

    def _move(self, state: str) -> None:
        before, self.state = self.state, state
        self._moved(before, state)
