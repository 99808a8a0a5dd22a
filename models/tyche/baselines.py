"""Who decides what stays in idle memory: Tyche and what it is compared with. One method, `plan`, after each arrival.

* none: a model goes when its run is over. always: it stays as long as its container.
* fixed: it stays ten minutes, as OpenWhisk keeps containers.
* histogram: it goes, comes back before the lower quantile of the gaps seen and goes after the upper one, whole minutes;
  fixed while there are too few (Shahrad and others, ATC 2020: 5% and 99%; InstaInfer's artifact: 20% and 80%).
* greedy-dual: it stays until memory runs short; then the least of clock + uses x load / size goes (Fuerst and Sharma,
  FaasCache, ASPLOS 2021, after Cherkasova).
* minute: Tyche as its predecessor's artifact has it, in whole minutes, 5% and 85%.
* clairvoyant: it is told when the next request comes. Nobody is.
"""

from dataclasses import dataclass
from typing import Protocol

from models.tyche.arithmetic import BILLION, Ratio, odds
from models.tyche.arrivals import MINUTE
from models.tyche.function import Function
from models.tyche.messages import FOREVER
from models.tyche.predictor import Plan, Predictor
from models.tyche.settings import Settings
from sim import MS, SECOND

SAMPLES_MIN = 10
BINS = 240
MINUTE_LOAD, MINUTE_OFF = 50_000_000, 850_000_000


@dataclass(frozen=True)
class Moment:
    """An arrival as a policy sees it: times in ns, `gap` since the one before (None: first), `next_ns` 0 if untold."""

    function: Function
    mean_gap: int
    gap: int | None
    span: int | None
    next_ns: int = 0


class Policy(Protocol):
    """Decides after each arrival."""

    def plan(self, moment: Moment) -> Plan | None:
        """What to do; None to do nothing."""


class Never:
    """none."""

    def plan(self, moment: Moment) -> Plan | None:  # noqa: ARG002 - it looks at nothing
        """Nothing is kept."""
        return None


@dataclass(frozen=True)
class Keep:
    """fixed, always and greedy-dual: the model stays after its run, so long."""

    keep_ns: int

    def plan(self, moment: Moment) -> Plan | None:  # noqa: ARG002
        """The same every time."""
        return Plan(None, self.keep_ns, self.keep_ns)


@dataclass(frozen=True)
class Tyche:
    """tyche: quantiles of a Poisson stream, its rate from the window or known."""

    predictor: Predictor
    known: bool

    def plan(self, moment: Moment) -> Plan | None:
        """Nothing without a usable window."""
        if self.known:
            return self.predictor.from_gap(moment.mean_gap)
        return None if moment.span is None else self.predictor.from_span(moment.span)


@dataclass(frozen=True)
class WholeMinutes:
    """minute: T_load is rounded down and one minute added, T_off is rounded down."""

    window: int
    known: bool

    def plan(self, moment: Moment) -> Plan | None:
        """Nothing where rounding leaves nothing between the two."""
        if self.known:
            base, divisor = moment.mean_gap, 1
        elif moment.span is None:
            return None
        else:
            base, divisor = moment.span // MINUTE * MINUTE, self.window
        load, off = (Ratio(odds(p), divisor * BILLION).of(base) // MINUTE for p in (MINUTE_LOAD, MINUTE_OFF))
        return Plan((load + 1) * MINUTE, off * MINUTE) if load + 1 < off else None


class Histogram:
    """histogram: what one function's gaps have been, in minutes."""

    def __init__(self, quantiles: tuple[int, int], fixed_ns: int) -> None:
        self._quantiles = quantiles
        self._fixed = Keep(fixed_ns)
        self._bins: dict[str, list[int]] = {}

    def plan(self, moment: Moment) -> Plan | None:
        """Between the two quantiles; kept all the time if the lower one is in the first minute."""
        bins = self._bins.setdefault(moment.function.name, [0] * (BINS + 1))
        if moment.gap is not None:
            bins[min(max(moment.gap, 0) // MINUTE, BINS)] += 1
        if sum(bins) < SAMPLES_MIN:
            return self._fixed.plan(moment)
        lower, upper = (self._quantile(bins, percent) for percent in self._quantiles)
        drop = (upper + 1) * MINUTE
        return Plan(lower * MINUTE, drop) if lower else Plan(None, drop, drop)

    def _quantile(self, bins: list[int], percent: int) -> int:
        left = sum(bins) * percent
        for minute, count in enumerate(bins):
            left -= 100 * count
            if left <= 0:
                return minute
        return BINS


class Clairvoyant:
    """clairvoyant: resident for the instant of the call, and not before."""

    def plan(self, moment: Moment) -> Plan | None:
        """Loaded just in time."""
        if not moment.next_ns:
            return None
        return Plan(max(0, moment.next_ns - moment.function.load_ns - MS), moment.next_ns + SECOND)


def policy_of(settings: Settings, predictor: Predictor) -> Policy:
    """The policy that a scenario names."""
    known = settings.rate == "known"
    made: dict[str, Policy] = {
        "none": Never(),
        "always": Keep(FOREVER),
        "greedy-dual": Keep(FOREVER),
        "fixed": Keep(settings.fixed),
        "tyche": Tyche(predictor, known),
        "minute": WholeMinutes(settings.window, known),
        "histogram": Histogram(settings.histogram, settings.fixed),
        "clairvoyant": Clairvoyant(),
    }
    return made[settings.policy]
