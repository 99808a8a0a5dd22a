"""What can be computed: the shares of hits, misses and memory time of one function, in closed form.

One function, gaps of survival S(t) and mean 1/rate, execution time 0, no contention, load time L, resident on
[a, b] = [T_load + L, T_off] of the time since the last request: hit = S(a) - S(b), early = 1 - S(T_load),
late = S(b), caught loading = S(T_load) - S(a), resident share = rate times the integral of S over [a, b]. On
exponential gaps that is the hit share, whatever the policy, as long as it does not look ahead: Poisson arrivals see
time averages (Wolff, 1982). Times and rates are floats in any one unit: nothing here decides what happens in a run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, exp, expm1, factorial, inf, log, sqrt

from models.tyche.settings import Estimator


@dataclass(frozen=True)
class Shares:
    """Parts of all requests: hit, early (before the load), caught (while loading), late (after the drop); and of time
    in which the model was resident.
    """

    hit: float
    early: float
    caught: float
    late: float
    resident: float


@dataclass(frozen=True)
class Gaps:
    """A renewal process as the formulas need it: survival S(t), its integral from 0 to t, and the mean gap."""

    survival: Callable[[float], float]
    integral: Callable[[float], float]
    mean: float


def exponential(mean: float) -> Gaps:
    """Poisson arrivals."""
    return Gaps(lambda t: exp(-t / mean), lambda t: -mean * expm1(-t / mean), mean)


def hyperexponential(mean: float, cov: float) -> Gaps:
    """Two phases with balanced means; coefficient of variation above 1."""
    p = (1 + sqrt((cov**2 - 1) / (cov**2 + 1))) / 2
    short, long = exponential(mean / (2 * p)), exponential(mean / (2 * (1 - p)))
    return Gaps(
        lambda t: p * short.survival(t) + (1 - p) * long.survival(t),
        lambda t: p * short.integral(t) + (1 - p) * long.integral(t),
        mean,
    )


def erlang(mean: float, shape: int) -> Gaps:
    """Sums of `shape` exponential phases; coefficient of variation 1 / sqrt(shape)."""

    def tail(n: int, x: float) -> float:
        """P(Poisson(x) < n): the survival of n phases."""
        return exp(-x) * sum(x**i / factorial(i) for i in range(n)) if x < inf else 0.0

    def integral(t: float) -> float:
        x = t * shape / mean
        return mean / shape * sum(1 - tail(n, x) for n in range(1, shape + 1))

    return Gaps(lambda t: tail(shape, t * shape / mean), integral, mean)


def load_time(p: float, rate: float) -> float:
    """T = -ln(1 - P) / rate: T_load for P_load, T_off for P_off. ValueError for a rate or P out of bounds."""
    if not rate > 0 or not 0 < p < 1:
        raise ValueError(f"expected a rate above 0 and a probability between 0 and 1, found {rate} and {p}")
    return -log(1 - p) / rate


def shares(gaps: Gaps, load_at: float, drop_at: float, load: float = 0.0) -> Shares:
    """The closed form for a model that is loaded at `load_at` after a request, for `load`, and dropped at `drop_at`."""
    begin = min(load_at + load, drop_at)
    early, late = 1 - gaps.survival(load_at), gaps.survival(drop_at)
    resident = (gaps.integral(drop_at) - gaps.integral(begin)) / gaps.mean
    return Shares(
        hit=gaps.survival(begin) - late,
        early=early,
        caught=gaps.survival(load_at) - gaps.survival(begin),
        late=late,
        resident=resident,
    )


def factors(estimator: Estimator, window: int, p_load: float, p_off: float) -> tuple[float, float]:
    """T_load and T_off as fractions of the span of the window."""
    if estimator == "calibrated":
        load, off = ((1 - p) ** (-1 / (window - 1)) - 1 for p in (p_load, p_off))
        return load, off
    divisor = {"count": window, "gaps": window - 1, "unbiased": window - 2}[estimator]
    return -log(1 - p_load) / divisor, -log(1 - p_off) / divisor


def in_effect(factor: float, window: int) -> float:
    """The probability that a gap is over at `factor` times the span of W arrivals before it, gaps exponential.

    The span is Gamma(W - 1): 1 - (1 + factor)^-(W - 1), whatever the rate.
    """
    return 1 - (1 + factor) ** -(window - 1)


def windowed(
    estimator: Estimator, window: int, p_load: float, p_off: float, load: float = 0.0, rate: float = 1.0
) -> Shares:
    """The closed form on Poisson arrivals whose rate is estimated from a window.

    The case that the load ends after the drop is left out: below 1e-7 at the defaults for loads of seconds.
    """
    first, last = (in_effect(f, window) for f in factors(estimator, window, p_load, p_off))
    hit = exp(-rate * load) * (1 - first) - (1 - last)
    return Shares(hit=hit, early=first, caught=(1 - first) * -expm1(-rate * load), late=1 - last, resident=hit)


def false_alarm(sigmas: float, figures: int = 1) -> float:
    """The chance that one of so many independent figures is off by more than so many standard errors."""
    single = erfc(sigmas / sqrt(2))
    return float(1 - (1 - single) ** figures)
