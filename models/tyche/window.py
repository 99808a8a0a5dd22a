"""The last few requests of a function, by the clock of whoever watches them: all that is known of its rate."""

AGES = 10
"""A gap of so many T_off empties the window: what came before the night says nothing about the morning."""


SPAN_MIN = 1_000_000
"""In ns: one millisecond."""


class Window:
    """Times of the last `size` arrivals, in ns of one clock. `off_ns` is T_off of the plan in force, or 0."""

    def __init__(self, size: int, reset: bool, times: tuple[int, ...] = ()) -> None:
        self.size = size
        self.off_ns = 0
        self._reset = reset
        self._times = list(times)

    @property
    def times(self) -> tuple[int, ...]:
        """What is remembered, oldest first."""
        return tuple(self._times)

    @property
    def span(self) -> int | None:
        """T_w, from the first to the last arrival of a full window; None if nothing can be told from it."""
        if len(self._times) < self.size:
            return None
        span = self._times[-1] - self._times[-self.size]
        return span if self.is_usable(span) else None

    def add(self, now: int) -> None:
        """An arrival. A clock that stepped back, or too long a gap, empties the window before."""
        if self._times:
            gap = now - self._times[-1]
            if gap < 0 or self.has_aged(gap):
                self._times.clear()
        self.keep(now)

    def keep(self, now: int) -> None:
        """Remember one time more, and none too many."""
        self._times.append(now)
        if len(self._times) > self.size:
            del self._times[0]

    def has_aged(self, gap: int) -> bool:
        """Whether so long a gap makes what was before worthless."""
        return self._reset and 0 < AGES * self.off_ns < gap

    def is_usable(self, span: int) -> bool:
        """A burst at one instant has no rate: W / 0. Nor has one that is shorter than what a clock can tell."""
        return span >= SPAN_MIN
