"""When requests come: renewal processes of any burstiness, on/off, waves, bursts, lulls. Whole ns from a stream.

Burstiness is the coefficient of variation (CoV) of the gaps: below 1 predictable, 1 to 4 normal, above 4 bursty
(Shahrad and others, ATC 2020). A process yields gaps; what is laid over it (wave, bursts, lull) works on their times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from math import isqrt
from typing import Protocol

from models.tyche.arithmetic import BILLION, exponential
from sim import SECOND, Stream

MINUTE = 60 * SECOND


class Process(Protocol):
    """Gaps between requests, in ns, without end."""

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""


class Silence:
    """Nothing comes by itself."""

    def gaps(self, stream: Stream) -> Iterator[int]:  # noqa: ARG002
        """There are none."""
        return iter(())


@dataclass(frozen=True)
class Poisson:
    """Exponential gaps of this mean: CoV 1."""

    mean: int

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""
        while True:
            yield exponential(stream, self.mean)


@dataclass(frozen=True)
class Erlang:
    """Each gap is the sum of `shape` exponential ones: CoV 1 / sqrt(shape)."""

    mean: int
    shape: int = 4

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""
        while True:
            yield sum([exponential(stream, self.mean) for _ in range(self.shape)]) // self.shape


@dataclass(frozen=True)
class Clockwork:
    """Every `mean`, give or take up to `jitter`, evenly: what a timer trigger does."""

    mean: int
    jitter: int = 0

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""
        while True:
            yield self.mean + stream.between(-self.jitter, self.jitter)


@dataclass(frozen=True)
class Hyperexponential:
    """Two exponential phases with balanced means, for a CoV c above 1 given in thousandths.

    p = (1 + sqrt((c² - 1) / (c² + 1))) / 2; rates are 2 p and 2 (1 - p) times that of the whole.
    """

    mean: int
    cov: int

    @property
    def p(self) -> int:
        """Probability of the short phase, in billionths."""
        square, one = self.cov * self.cov, 1_000_000
        return (BILLION + isqrt((square - one) * BILLION * BILLION // (square + one))) // 2

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""
        p, mean = self.p, self.mean
        short, long = mean * BILLION // (2 * p), mean * BILLION // (2 * (BILLION - p))
        while True:
            yield exponential(stream, short if stream.chance(p) else long)


@dataclass(frozen=True)
class OnOff:
    """Poisson while on, silent while off, both phases exponential: a Markov-modulated Poisson process of two states."""

    mean: int
    on: int
    off: int

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw them."""
        inner = self.mean * self.on // (self.on + self.off)
        left, gap = exponential(stream, self.on), 0
        while True:
            step = exponential(stream, inner)
            if step < left:
                left -= step
                yield gap + step
                gap = 0
            else:
                gap += left + exponential(stream, self.off)
                left = exponential(stream, self.on)


@dataclass(frozen=True)
class Counts:
    """So many requests in each minute, spread evenly over it; then the same again. As public traces have them."""

    per_minute: tuple[int, ...]

    def gaps(self, stream: Stream) -> Iterator[int]:
        """Draw where in their minute they stand."""
        begin, last = 0, 0
        while True:
            for count in self.per_minute:
                for at in sorted(begin + stream.below(MINUTE) for _ in range(count)):
                    yield at - last
                    last = at
                begin += MINUTE


@dataclass(frozen=True)
class Overlay:
    """What is laid over a process. All in ns but counts and percents; 0 leaves a thing out.

    wave: the rate goes up and down by so many percent over `period` (by thinning). burst: `count` more within a second,
    every `every`. lull: nothing comes from `lull_at` for `lull_for`.
    """

    wave: int = 0
    period: int = 0
    burst_every: int = 0
    burst_count: int = 0
    burst_spread: int = SECOND
    lull_at: int = 0
    lull_for: int = 0

    def times(self, process: Process, stream: Stream) -> Iterator[int]:
        """When requests come, in ns from the start."""
        times = self._thinned(_added(process.gaps(stream.child("gaps"))), stream.child("wave"))
        if self.burst_count:
            times = merge(times, self._bursts(stream.child("bursts")))
        for at in times:
            if not self.lull_at <= at < self.lull_at + self.lull_for:
                yield at

    def _thinned(self, times: Iterator[int], stream: Stream) -> Iterator[int]:
        if not self.wave:
            yield from times
            return
        for at in times:
            if stream.below((100 + self.wave) * BILLION) < 100 * BILLION + self.wave * _sine(at, self.period):
                yield at

    def _bursts(self, stream: Stream) -> Iterator[int]:
        begin = self.burst_every
        while True:
            spread = [stream.below(self.burst_spread + 1) for _ in range(self.burst_count)]
            yield from sorted(begin + one for one in spread)
            begin += self.burst_every


def _added(gaps: Iterator[int]) -> Iterator[int]:
    at = 0
    for gap in gaps:
        at += gap
        yield at


def _sine(at: int, period: int) -> int:
    """sin(2 pi at / period) in billionths, by Bhaskara's 16 x (pi - x) / (5 pi² - 4 x (pi - x)): within 0.2%."""
    half = period // 2
    x = at % period
    sign, x = (1, x) if x < half else (-1, x - half)
    x = min(x, half)
    product = x * (half - x)
    return sign * 16 * product * BILLION // (5 * half * half - 4 * product)
