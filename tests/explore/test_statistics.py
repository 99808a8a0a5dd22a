"""Intervals, waits and tests of counts agree with brute force and with published values."""

from itertools import product
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.explore.statistics import (
    Wait,
    holm,
    log_rank,
    mcnemar,
    median_interval,
    median_wait,
    rule_of_three,
    survival,
    wilson,
)

waits = st.lists(st.builds(Wait, st.integers(1, 30), st.booleans()), min_size=1, max_size=25)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_the_share_and_is_its_own_mirror(case: tuple[int, int]) -> None:
    hits, runs = case
    one, other = wilson(hits, runs), wilson(runs - hits, runs)
    assert one.high is not None
    assert other.high is not None
    assert 0 <= one.low <= hits / runs <= one.high <= 1
    assert isclose(one.low, 1 - other.high, abs_tol=1e-9)


def test_wilson_gives_the_published_values() -> None:
    # Brown, Cai and DasGupta (2001): 0 of 20, and 5 of 50
    assert wilson(0, 20).high == pytest.approx(0.1611, abs=1e-4)
    assert wilson(5, 50).low == pytest.approx(0.0435, abs=1e-4)
    assert wilson(5, 50).high == pytest.approx(0.2136, abs=1e-4)


@given(st.integers(1, 10_000))
def test_the_rule_of_three_is_the_share_that_hides_with_5_percent(runs: int) -> None:
    bound = rule_of_three(runs)
    assert (1 - bound) ** runs == pytest.approx(0.05, rel=1e-6)
    assert bound <= 3 / runs


@pytest.mark.parametrize(("one", "other"), [(0, 0), (3, 9), (1, 10), (7, 7)])
def test_mcnemar_counts_the_tails_of_a_fair_coin(one: int, other: int) -> None:
    total = one + other
    worse = sum(comb(total, k) for k in range(total + 1) if comb(total, k) <= comb(total, one))
    assert mcnemar(one, other) == pytest.approx(worse / 2**total)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=25))
def test_without_censoring_survival_is_the_share_that_took_longer(runs: list[int]) -> None:
    for n, share in survival([Wait(one, True) for one in runs]):
        assert share == pytest.approx(sum(one > n for one in runs) / len(runs))


@given(waits)
def test_survival_falls_and_the_median_is_where_it_passes_one_half(found: list[Wait]) -> None:
    curve = survival(found)
    shares = [1.0, *(share for _, share in curve)]
    assert shares == sorted(shares, reverse=True)
    median = median_wait(found)
    if median is not None:
        assert all(share > 0.5 for n, share in curve if n < median)
        interval = median_interval(found)
        assert interval.low <= median


def test_the_interval_of_a_median_leaves_out_at_most_5_percent() -> None:
    # all ways in which 8 waits can lie below or above the true median: the interval covers it in 95% of them
    missed = 0
    for below in product((0, 1), repeat=8):
        found = [Wait(1 if one else 9, True) for one in below]
        interval = median_interval(found)
        assert interval.high is not None
        missed += not (interval.low <= 5 <= interval.high)
    assert missed / 2**8 <= 0.05


def test_with_few_waits_the_interval_bounds_nothing() -> None:
    assert median_interval([Wait(3, True)] * 5).high is None
    assert median_interval([Wait(3, True)] * 6).high == 3
    assert median_interval([Wait(3, True)] * 3 + [Wait(9, False)] * 5).high is None


def test_log_rank_gives_the_published_value() -> None:
    # Freireich and others (1963): 6-mercaptopurine against placebo, chi-square 16.79
    treated = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    one = [Wait(n, True) for n in treated[0]] + [Wait(n, False) for n in treated[1]]
    other = [Wait(n, True) for n in placebo]
    assert log_rank(one, other) == pytest.approx(4.17e-5, rel=0.01)
    assert log_rank(other, other) == pytest.approx(1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(after >= before for after, before in zip(corrected, p_values, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [corrected[i] for i in order] == sorted(corrected)
    assert corrected[order[0]] == pytest.approx(min(1, p_values[order[0]] * len(p_values)))
