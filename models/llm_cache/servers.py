"""Two servers without batching: that of llm-serving-cache as it prints its figures, and the one that it measured."""

from collections import deque
from functools import partial

from models.llm_cache.life import Life
from models.llm_cache.settings import Settings
from models.llm_cache.timing import Batch, Bench, Timing
from sim import MS, Timer

OVERHEAD = 5 * MS
TOKEN = 1 * MS
SERVICE = 5_500 * MS


class Published:
    """5 ms, 1 ms for each computed token of the prompt, 1 ms for each of the answer; nobody waits for others."""

    slow = 1
    ready = True

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._timers: dict[Life, Timer] = {}

    def begin(self, life: Life, prompt_tokens: int) -> None:
        """Its own clock runs from now on."""
        self._after(life, (OVERHEAD + prompt_tokens * TOKEN) * self.slow, partial(self._first, life, prompt_tokens))

    def leave(self, life: Life) -> None:
        """What was not told is lost."""
        timer = self._timers.pop(life, None)
        if timer is not None:
            timer.cancel()

    def cut(self) -> None:
        """There are no steps."""

    def plan(self) -> None:
        """Every attempt has its own timer."""

    def _first(self, life: Life, prompt_tokens: int) -> None:
        if prompt_tokens:
            self._bench.prefilled(life, prompt_tokens)
        self._next(life, 1)

    def _next(self, life: Life, count: int) -> None:
        if count and life in self._timers:
            self._after(life, count * TOKEN * self.slow, partial(self._say, life, count))
        else:
            self._timers.pop(life, None)
            self._bench.boundary()

    def _say(self, life: Life, count: int) -> None:
        self._next(life, self._bench.decoded(life, count))

    def _after(self, life: Life, ns: int, callback: partial[None]) -> None:
        self._timers[life] = timer = self._bench.timer(callback)
        timer.reset(ns)


class Serial:
    """One at a time, 5.5 s each: what the repository measured of a local 8B server, flat for 1 to 10 callers."""

    slow = 1
    ready = True

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._line: deque[tuple[Life, int]] = deque()
        self._timer = bench.timer(self._over)

    def begin(self, life: Life, prompt_tokens: int) -> None:
        """Behind the others."""
        self._line.append((life, prompt_tokens))
        if len(self._line) == 1:
            self._timer.reset(SERVICE * self.slow)

    def leave(self, life: Life) -> None:
        """The next one begins if it was its turn."""
        first = bool(self._line) and self._line[0][0] is life
        self._line = deque(entry for entry in self._line if entry[0] is not life)
        if first:
            self._timer.cancel()
            self._go_on()

    def cut(self) -> None:
        """There are no steps."""

    def plan(self) -> None:
        """The line moves by itself."""

    def _go_on(self) -> None:
        if self._line and not self._timer.active:
            self._timer.reset(SERVICE * self.slow)

    def _over(self) -> None:
        life, prompt_tokens = self._line[0]
        if prompt_tokens:
            self._bench.prefilled(life, prompt_tokens)
        count = 1
        while count and self._line and self._line[0][0] is life:
            count = self._bench.decoded(life, count)
        if self._line and self._line[0][0] is life:
            self._line.popleft()
        self._go_on()
        self._bench.boundary()


def make(settings: Settings, bench: Bench) -> Timing:
    """What the parameter `timing` names."""
    if settings.timing == "published":
        return Published(bench)
    if settings.timing == "serial":
        return Serial(bench)
    return Batch(bench, bulk=settings.timing == "fluid")
