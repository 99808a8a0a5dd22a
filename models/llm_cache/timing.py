"""How long an engine takes: continuous batching step by step, the same in bulk, and two published servers.

One step advances every running sequence by a token and computes at most `chunk` tokens of prompts. With C sequences it
takes 12.90 ms + 0.403 ms * C up to C = 8 and 2.015 ms * C above, and 0.1 ms for each prompt token: derived from a
measurement of an 8B model on an A100 (13.3 ms a token alone, 6.6 times the throughput at 8, flat behind that knee). On
an H100 decoding takes half of that and a prompt token a 27,500th of a second: an assumption.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Protocol

from models.llm_cache.life import Life
from models.llm_cache.settings import Settings
from sim import MS, Timer

KNEE = 8
_US = MS // 1000


def step_ns(sequences: int, prompt_tokens: int, gpu: str) -> int:
    """One step with so many running sequences and so many tokens of prompts, in ns."""
    if not sequences:
        decode = 0
    elif sequences <= KNEE:
        decode = 12_900 * _US + 403 * _US * sequences
    else:
        decode = 2_015 * _US * sequences
    return decode + prompt_tokens * prompt_token_ns(gpu) if gpu == "a100" else decode // 2 + prompt_tokens * 36_364


def prompt_token_ns(gpu: str) -> int:
    """What a token of a prompt takes, in ns."""
    return 100 * _US if gpu == "a100" else 36_364


class Bench(Protocol):
    """What timing needs of the engine that it drives."""

    settings: Settings

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer of the engine."""

    def elapsed(self) -> int:
        """Its clock, in ns."""

    def prefilled(self, life: Life, count: int) -> None:
        """So many more tokens of its text are computed."""

    def decoded(self, life: Life, count: int) -> int:
        """So many more tokens of its answer are known: after how many it wants to be told again; 0 if it is over."""

    def boundary(self) -> None:
        """A step is over: others may begin."""

    def awaited(self, life: Life) -> bool:
        """Whether others wait for what this attempt computes."""


class Timing(Protocol):
    """What an engine is driven by."""

    slow: int

    @property
    def ready(self) -> bool:
        """Whether an attempt can begin now; if not, `cut` makes it possible soon."""

    def begin(self, life: Life, prompt_tokens: int) -> None:
        """Compute so many tokens of its text, and then its answer."""

    def leave(self, life: Life) -> None:
        """It is computed no longer."""

    def cut(self) -> None:
        """Count what is done so far, and let the next step begin a new plan."""

    def plan(self) -> None:
        """Go on, if there is anything to do."""


class Batch:
    """Continuous batching. A plan is a number of equal steps: one (`step`), or as many as nothing changes (`fluid`).

    Both give the same times. Between two plans all lies in integers: what each prompt still needs, and for each
    running sequence the number of the step at which it has something to say.
    """

    slow = 1

    def __init__(self, bench: Bench, *, bulk: bool) -> None:
        self._bench = bench
        self._bulk = bulk
        self._settings = bench.settings
        self._prompts: dict[Life, int] = {}
        self._decoding: dict[Life, int] = {}
        self._wanted: dict[Life, int] = {}
        self._due: list[tuple[int, int, Life]] = []
        self._pushed = 0
        self._steps = 0
        self._planned = 0
        self._began = self._step = 0
        self._parts: list[tuple[Life, int]] = []
        self._timer = bench.timer(self.tick)

    @property
    def ready(self) -> bool:
        """Between two plans."""
        return not self._planned

    def begin(self, life: Life, prompt_tokens: int) -> None:
        """Behind those that are there. A step that is under way does not know it."""
        if prompt_tokens > 0:
            self._prompts[life] = prompt_tokens
        else:
            self._decode(life, self._steps + (1 if self._planned else 0))

    def leave(self, life: Life) -> None:
        """Its part of the step under way is lost."""
        self._prompts.pop(life, None)
        self._decoding.pop(life, None)
        self._wanted.pop(life, None)

    def cut(self) -> None:
        """Whole steps count, the one under way becomes the last of this plan."""
        if not self._planned:
            return
        now = self._bench.elapsed()
        done = min((now - self._began) // self._step, self._planned - 1)
        if self._planned > 1:
            self._began += done * self._step
            self._planned = 1
            self._timer.reset(max(0, self._began + self._step - now))
        if done:
            self._apply(done)

    def plan(self) -> None:
        """As many equal steps as nothing changes in."""
        if self._planned or not (self._prompts or self._decoding):
            return
        chunk = self._share()
        steps = self._bulk_steps(chunk) if self._bulk else 1
        self._step = step_ns(len(self._decoding), chunk, self._settings.gpu) * self.slow
        self._planned = steps
        self._began = self._bench.elapsed()
        self._timer.reset(steps * self._step)

    def tick(self) -> None:
        """The plan is carried out."""
        steps, self._planned = self._planned, 0
        self._apply(steps)
        self._bench.boundary()
        self.plan()

    def _share(self) -> int:
        """Whose prompts the next step computes, in order; the number of tokens."""
        left, self._parts = self._settings.chunk, []
        for life, wanted in self._prompts.items():
            part = min(left, wanted)
            self._parts.append((life, part))
            left -= part
            if not left:
                break
        return self._settings.chunk - left

    def _bulk_steps(self, chunk: int) -> int:
        steps = 1 << 40
        if chunk:
            life, part = self._parts[0]
            whole = chunk == self._settings.chunk == part and not self._bench.awaited(life)
            steps = max(1, self._prompts[life] // part) if whole else 1
        while self._due and self._stale(self._due[0]):
            heappop(self._due)
        return min(steps, self._due[0][0] - self._steps) if self._due else steps

    def _stale(self, entry: tuple[int, int, Life]) -> bool:
        return self._decoding.get(entry[2]) != entry[1]

    def _apply(self, steps: int) -> None:
        self._steps += steps
        for life, part in self._parts:
            if life in self._prompts:
                self._advance(life, part * steps)
        while self._due and self._due[0][0] <= self._steps:
            entry = heappop(self._due)
            if not self._stale(entry):
                self._say(entry[2])

    def _advance(self, life: Life, done: int) -> None:
        self._prompts[life] -= done
        over = not self._prompts[life]
        if over:
            del self._prompts[life]
            self._decode(life, self._steps - 1)  # the step that ends the prompt gives the first token
        self._bench.prefilled(life, done)

    def _decode(self, life: Life, base: int, wanted: int = 1) -> None:
        self._pushed += 1
        self._decoding[life] = self._pushed
        self._wanted[life] = wanted
        heappush(self._due, (base + wanted, self._pushed, life))

    def _say(self, life: Life) -> None:
        wanted = self._bench.decoded(life, self._wanted.pop(life))
        if wanted and life in self._decoding:
            self._decode(life, self._steps, wanted)
        else:
            self._decoding.pop(life, None)
