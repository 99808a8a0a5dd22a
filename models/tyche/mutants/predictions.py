# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of prediction: four of them as they stand in the public artifact of the predecessor."""

from math import exp, factorial

from models.tyche.arithmetic import BILLION
from models.tyche.arrivals import MINUTE
from models.tyche.chance import Chance
from models.tyche.predictor import Plan, Predictor
from models.tyche.stamps import Stamps
from models.tyche.timers import Timers
from models.tyche.window import Window

ARRIVALS_MAX = 240


class WholeMinutes(Predictor):
    """Rounds T_load down and adds a minute, rounds T_off down."""

    def plan(self, load_after: int, drop_after: int, span: int) -> Plan:
        return super().plan((load_after // MINUTE + 1) * MINUTE, drop_after // MINUTE * MINUTE, span)


class ZeroSpan(Window):
    """Divides by the span of a burst at one instant."""

    def is_usable(self, span: int) -> bool:  # noqa: ARG002
        return True


class OverflowingSeries(Chance):
    """Sums the terms of the Poisson distribution with factorials in 32 bits, as many as the window has arrivals."""

    def within(self, horizon: int, span: int, count: int) -> int:
        x = horizon * count / span
        terms = (x**k / _as_int32(factorial(k)) for k in range(1, count + 1))
        return round(BILLION * exp(-x) * sum(terms))


def _as_int32(value: int) -> int:
    low = value & 0xFFFF_FFFF
    return low - (1 << 32) if low >> 31 else low


class IndexRunsOut(Window):
    """Keeps arrivals in an array of fixed length."""

    _kept = 0

    def keep(self, now: int) -> None:
        self._kept += 1
        if self._kept > ARRIVALS_MAX:
            raise IndexError(ARRIVALS_MAX)
        super().keep(now)


class TimerLivesOn(Timers):
    """Leaves the timers of older plans running."""

    def cancel(self, function: str) -> None:
        pass


class Swapped(Predictor):
    """Takes P_load for P_off."""

    def points(self) -> tuple[int, int]:
        load, off = super().points()
        return off, load


class WindowNeverAges(Window):
    """Keeps arrivals from before the longest gap."""

    def has_aged(self, gap: int) -> bool:  # noqa: ARG002
        return False


class TwoClocks(Stamps):
    """Notes arrivals by the clock of a worker."""

    def now(self) -> int:
        told = next(iter(self._node.worker_clocks.values()), None)
        return super().now() if told is None else told[0] + super().now() - told[1]
