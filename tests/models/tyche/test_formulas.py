"""The formulas give the figures that can be checked by hand, and what this model claims exactly."""

from math import exp, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tyche.arithmetic import BILLION, Ratio, happened, odds, predictive
from models.tyche.function import ARTIFACT
from models.tyche.oracle import (
    Gaps,
    erlang,
    exponential,
    false_alarm,
    hyperexponential,
    in_effect,
    load_time,
    shares,
    windowed,
)
from models.tyche.predictor import Predictor, ratio_of
from models.tyche.settings import Settings
from sim import SECOND

MINUTE = 60.0
HALF = 0.5 / MINUTE
"""Requests a second."""
F = {"functions": [{"name": "f", "load": "0s", "mb": 1}]}


@pytest.mark.parametrize(
    ("rate", "p", "expected"),
    [(0.5, 0.06, "7.425 s"), (0.5, 0.94, "5.627 min"), (0.55, 0.06, "6.750 s"), (0.55, 0.94, "5.115 min")],
)
def test_times_to_load_and_to_drop_are_those_of_the_paper(rate: float, p: float, expected: str) -> None:
    seconds = load_time(p, rate / MINUTE)
    assert (f"{seconds:.3f} s" if p < 0.5 else f"{seconds / MINUTE:.3f} min") == expected


@pytest.mark.parametrize(("gap_ms", "load", "off"), [(120_000, "7.425", "337.609"), (109_091, "6.750", "306.918")])
def test_the_controller_computes_the_same_in_whole_numbers(gap_ms: int, load: str, off: str) -> None:
    plan = Predictor(Settings.model_validate(F)).from_gap(gap_ms * 1_000_000)
    assert plan.load_after is not None
    assert f"{plan.load_after / SECOND:.3f}" == load
    assert f"{plan.drop_after / SECOND:.3f}" == off


def test_the_constants_are_ratios_of_integers() -> None:
    assert odds(60_000_000) == 61_875_404
    assert odds(940_000_000) == 2_813_410_717
    assert ratio_of("count", 5, 60_000_000) == Ratio(61_875_404, 5 * BILLION)
    assert [predictive(p, 4) for p in (60_000_000, 940_000_000)] == [15_589_113, 1_020_515_505]


@pytest.mark.parametrize("estimator", ["count", "gaps", "unbiased", "calibrated"])
@given(span=st.integers(10**6, 10**15), w=st.integers(3, 200))
def test_a_plan_is_sane_and_scales_with_the_span(estimator: str, span: int, w: int) -> None:
    settings = Settings.model_validate({**F, "estimator": estimator, "window": w})
    one, ten = (Predictor(settings).from_span(factor * span) for factor in (1, 10))
    assert one.load_after is not None
    assert ten.load_after is not None
    assert 0 < one.load_after < one.drop_after
    assert 0 <= ten.load_after - 10 * one.load_after <= 10
    assert 0 <= ten.drop_after - 10 * one.drop_after <= 10


WINDOWS = [
    (3, 4.00, 73.4, 0.694, 0.768),
    (5, 4.80, 83.2, 0.784, 0.822),
    (10, 5.40, 89.3, 0.839, 0.854),
    (20, 5.70, 91.8, 0.861, 0.868),
    (50, 5.88, 93.2, 0.873, 0.875),
]


@pytest.mark.parametrize(("w", "load", "off", "count", "gaps"), WINDOWS)
def test_a_short_window_costs_hits_and_the_calibrated_quantile_none(
    w: int, load: float, off: float, count: float, gaps: float
) -> None:
    found = windowed("count", w, 0.06, 0.94)
    assert round(100 * found.early, 2) == pytest.approx(load, abs=0.006)
    assert 100 * (1 - found.late) == pytest.approx(off, abs=0.06)
    assert found.hit == pytest.approx(count, abs=0.0006)
    assert windowed("gaps", w, 0.06, 0.94).hit == pytest.approx(gaps, abs=0.0006)
    assert windowed("calibrated", w, 0.06, 0.94).hit == pytest.approx(0.88, abs=1e-12)


MODELS = {
    "resnet18": (0.8784, 0.7826),
    "resnet50": (0.8762, 0.7805),
    "alexnet": (0.8748, 0.7790),
    "resnet152": (0.8708, 0.7750),
    "googlenet": (0.8695, 0.7736),
    "bert": (0.8639, 0.7680),
    "inception": (0.8623, 0.7664),
    "vgg": (0.8613, 0.7654),
}


@pytest.mark.parametrize("model", MODELS)
def test_loading_takes_hits_away(model: str) -> None:
    load = ARTIFACT[model][0] / 1000
    known = shares(exponential(1 / HALF), load_time(0.06, HALF), load_time(0.94, HALF), load)
    seen = windowed("count", 5, 0.06, 0.94, load, HALF)
    assert (round(known.hit, 4), round(seen.hit, 4)) == pytest.approx(MODELS[model], abs=0.0001)


CLASSES = [
    (erlang(120, 4), (0.996, 0.937), (1.0, 1.0), (0.706, 0.461)),
    (exponential(120), (0.880, 0.880), (0.993, 0.993), (0.383, 0.383)),
    (hyperexponential(120, 2), (0.840, 0.673), (0.963, 0.838), (0.324, 0.261)),
    (hyperexponential(120, 4), (0.861, 0.518), (0.978, 0.631), (0.317, 0.191)),
    (hyperexponential(120, 6), (0.870, 0.477), (0.988, 0.564), (0.317, 0.174)),
]


@pytest.mark.parametrize(("gaps", "known", "kept", "minutes"), CLASSES, ids=["erlang", "exp", "h2-2", "h2-4", "h2-6"])
def test_hit_and_resident_share_by_burstiness(
    gaps: Gaps, known: tuple[float, float], kept: tuple[float, float], minutes: tuple[float, float]
) -> None:
    intervals = [(load_time(0.06, HALF), load_time(0.94, HALF)), (0.0, 600.0), (60.0, 180.0)]
    for (begin, end), expected in zip(intervals, (known, kept, minutes), strict=True):
        found = shares(gaps, begin, end)
        assert (found.hit, found.resident) == pytest.approx(expected, abs=0.0006)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 20))
def test_on_a_poisson_stream_hits_equal_memory_time_whatever_the_policy(
    begin: float, length: float, load: float
) -> None:
    found = shares(exponential(120), begin, begin + length, load)
    assert isclose(found.hit, found.resident, abs_tol=1e-9)
    assert isclose(found.hit + found.early + found.caught + found.late, 1, abs_tol=1e-9)


@given(st.floats(0.001, 10), st.integers(2, 60))
def test_what_is_in_effect_is_below_what_was_meant(c: float, w: int) -> None:
    assert in_effect(c / w, w) < 1 - exp(-c) + 1e-12


@given(st.integers(0, 10**15), st.integers(1, 10**12))
def test_the_table_of_probabilities_is_near_the_exponential(numerator: int, denominator: int) -> None:
    assert happened(numerator, denominator) == pytest.approx(BILLION * (1 - exp(-numerator / denominator)), abs=350_000)


def test_a_false_alarm_of_three_sigma_has_the_chance_that_is_printed() -> None:
    assert false_alarm(3) == pytest.approx(0.0027, abs=1e-4)
    assert false_alarm(3, 5) == pytest.approx(1 - (1 - 0.0027) ** 5, abs=1e-4)


@pytest.mark.parametrize(("p", "rate"), [(0.06, 0.0), (0.06, -1.0), (0.0, 0.5), (1.0, 0.5)])
def test_a_rate_of_nothing_is_refused(p: float, rate: float) -> None:
    with pytest.raises(ValueError, match="expected a rate above 0"):
        load_time(p, rate)
