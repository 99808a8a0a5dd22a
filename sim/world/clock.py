"""A node's own clock: it may start off, run fast or slow, jump and stand still.

Two readings: `time()` is the wall clock, which all four change; `elapsed()` is the monotonic clock that timers run on,
which drift and freezing change and jumps do not. Both are whole nanoseconds.
"""

from collections.abc import Callable

from sim.world.units import MILLION


class Clock:
    """The clock of one node on world time `now` (ns). `changed` is called after its rate changed."""

    __slots__ = ("_base", "_changed", "_freezes", "_now", "_start", "drift_ppm", "offset", "shift", "steady")

    def __init__(self, now: Callable[[], int], changed: Callable[[], None]) -> None:
        self._now = now
        self._changed = changed
        self._start = 0  # world time at which the present rate began
        self._base = 0  # elapsed() at that time
        self._freezes = 0
        self.offset = 0
        self.drift_ppm = 0
        self.steady = True  # neither drifting nor frozen: then elapsed() is world time plus `shift`
        self.shift = 0

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._freezes > 0

    def elapsed(self) -> int:
        """Monotonic ns since the world began, as this node measures it."""
        if self.steady:
            return self._now() + self.shift
        past = self._now() - self._start
        if self._freezes:
            return self._base
        return self._base + past * (MILLION + self.drift_ppm) // MILLION

    def time(self) -> int:
        """What this node's wall clock shows, in ns."""
        return self.elapsed() + self.offset

    def due(self, deadline: int) -> int | None:
        """The world time at which `elapsed()` reaches `deadline`; None while the clock stands still."""
        if self._freezes:
            return None
        left = deadline - self._base
        if self.drift_ppm:
            rate = MILLION + self.drift_ppm
            left = -(-left * MILLION // rate)
        return max(self._start + left, self._now())

    def jump(self, ns: int) -> None:
        """Step the wall clock by `ns`, forwards or backwards."""
        self.offset += ns

    def set_drift(self, ppm: int) -> None:
        """Gain `ppm` parts per million on world time from now on (negative: lose)."""
        assert ppm > -MILLION, "a clock that runs backwards is a jump, not a drift"
        self._rebase()
        self.drift_ppm = ppm
        self._rated()

    def freeze(self) -> None:
        """Stand still until as many `thaw`s have come as `freeze`s."""
        self._rebase()
        self._freezes += 1
        self._rated()

    def thaw(self) -> None:
        """Undo one `freeze`. The time that passed meanwhile stays lost."""
        assert self._freezes, "thaw without freeze"
        self._rebase()
        self._freezes -= 1
        self._rated()

    def _rebase(self) -> None:
        self._base, self._start = self.elapsed(), self._now()

    def _rated(self) -> None:
        """The rate has changed: see whether the short way is open, and have timers set anew."""
        self.steady = not (self.drift_ppm or self._freezes)
        self.shift = self._base - self._start
        self._changed()
