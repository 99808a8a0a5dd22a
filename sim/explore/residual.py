"""What is left: how likely the next run shows something that no run has shown, and how much there may be in all.

About features and classes of behaviour as `coverage` defines them, under the scenario's distribution, and nothing else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log, sqrt

from sim.explore.coverage import Features, behaviour_of
from sim.explore.statistics import Interval

_CONFIDENCE = 0.05
_POINTS = 8


@dataclass(frozen=True)
class Residual:
    """Novelty after so many runs.

    features, classes: how many were seen; `classes` are sets of features that runs share. new_class: Good and Turing's
    chance that the next run is of a class never seen, with McAllester and Schapire's interval (2000). new_features: how
    many unseen features to expect in the next run. features_in_all: Chao's lower bound (1987). curve: (runs, features
    to expect after so many of these runs in random order). `flat` says that one more tenth of runs would show less than
    one new feature.
    """

    runs: int
    features: int
    classes: int
    new_class: float
    interval: Interval
    new_features: float
    features_in_all: float
    curve: tuple[tuple[int, float], ...]
    flat: bool


def residual(runs: Sequence[Features]) -> Residual:
    """The residual novelty of the runs with these features. There is at least one."""
    count = len(runs)
    assert count, "nothing follows from no runs"
    seen = Counter(feature for features in runs for feature in features)
    classes = Counter(behaviour_of(features) for features in runs)
    once, twice = (sum(times == n for times in seen.values()) for n in (1, 2))
    alone = sum(times == 1 for times in classes.values()) / count
    new_features = once / count
    return Residual(
        count,
        len(seen),
        len(classes),
        alone,
        _around(alone, count),
        new_features,
        len(seen) + _chao(once, twice, count),
        _curve(list(seen.values()), count),
        new_features * count < 10,
    )


def _around(estimate: float, runs: int) -> Interval:
    """McAllester and Schapire's interval of the missing mass around Good and Turing's estimate."""
    half = (2 * sqrt(2) + sqrt(3)) * sqrt(log(3 / _CONFIDENCE) / runs)
    return Interval(max(0.0, estimate - half), min(1.0, estimate + half))


def _chao(once: int, twice: int, runs: int) -> float:
    """How many more there are at least, from those seen in one run and in two (Chao 1987, in its unbiased form)."""
    return (runs - 1) / runs * once * (once - 1) / (2 * (twice + 1))


def _curve(times: Sequence[int], runs: int) -> tuple[tuple[int, float], ...]:
    """Features to expect after some of the runs, in random order: exact, no order is drawn (rarefaction)."""
    points = sorted({max(1, runs * k // _POINTS) for k in range(1, _POINTS + 1)})
    grouped = Counter(times)
    return tuple((m, sum(n * (1 - comb(runs - t, m) / comb(runs, m)) for t, n in grouped.items())) for m in points)
