"""When to try again: exponential backoff in whole nanoseconds, jitter from a stream, and a budget for all retries.

Backoff and jitter: Brooker, "Exponential Backoff And Jitter" (AWS, 2015). The budget: "Site Reliability Engineering"
(Beyer and others, 2016), chapter 21: retries are a small share of calls, or they become the load.
"""

from collections import deque

from sim import MS, SECOND, Message, Stream

MILLION = 1_000_000


class RetryPolicy(Message):
    """`attempts` tries in all (0: without end); delays begin at `initial`, double, and stay at `cap` (ns).

    `jitter_ppm` is the share of a delay that chance may take away: 0 none, 1,000,000 all of it ("full jitter").
    """

    initial: int = 200 * MS
    cap: int = 20 * SECOND
    attempts: int = 0
    jitter_ppm: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no policy."""
        if self.initial <= 0 or self.cap < self.initial:
            raise ValueError(f"delays grow from initial to cap: found {self.initial} and {self.cap}")
        if self.attempts < 0 or not 0 <= self.jitter_ppm <= MILLION:
            raise ValueError(f"expected attempts >= 0 and jitter_ppm in 0..{MILLION:,}")

    def allows(self, attempt: int) -> bool:
        """Whether there is an attempt of this number, the first being 1."""
        return not self.attempts or attempt <= self.attempts

    def delay(self, failed: int) -> int:
        """Ns from the end of attempt `failed` (1, 2, ...) to the begin of the next, before jitter."""
        assert failed > 0, f"attempt {failed}: the first one is 1"
        doublings = failed - 1
        return self.cap if doublings > self.cap.bit_length() else min(self.cap, self.initial << doublings)

    def drawn(self, failed: int, stream: Stream) -> int:
        """The delay with jitter: uniform from what chance leaves at least up to the whole. Always draws once."""
        whole = self.delay(failed)
        return stream.between(whole - whole * self.jitter_ppm // MILLION, whole)


class RetryBudget:
    """Retries of one client to one service: at most `share_ppm` of the first calls of the last `window` ns.

    `spare` retries are free in any window, or a client that calls rarely could never try again.
    """

    def __init__(self, share_ppm: int, window: int = 10 * SECOND, spare: int = 1) -> None:
        self._share_ppm = share_ppm
        self._window = window
        self._spare = spare
        self._calls: deque[int] = deque()
        self._retries: deque[int] = deque()

    def call(self, now: int) -> None:
        """A first call was made."""
        self._calls.append(now)

    def take(self, now: int) -> bool:
        """Take one retry out of the budget; False if none is left. `now` (ns) never falls between calls."""
        for times in (self._calls, self._retries):
            while times and times[0] <= now - self._window:
                times.popleft()
        if len(self._retries) >= self._spare + len(self._calls) * self._share_ppm // MILLION:
            return False
        self._retries.append(now)
        return True
