"""Delays are exact, jitter stays inside them, and a budget bounds retries whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.patterns import RetryBudget, RetryPolicy
from sim import MS, SECOND, Stream


def test_delays_double_up_to_the_cap() -> None:
    policy = RetryPolicy(initial=200 * MS, cap=1 * SECOND)
    assert [policy.delay(failed) for failed in range(1, 6)] == [200 * MS, 400 * MS, 800 * MS, SECOND, SECOND]


@given(st.integers(1, 10**18), st.integers(1, 10**18), st.integers(1, 10**9))
def test_a_delay_is_the_formula_however_many_attempts_failed(initial: int, more: int, failed: int) -> None:
    policy = RetryPolicy(initial=initial, cap=initial + more)
    formula = initial << (failed - 1) if failed < 200 else initial + more
    assert policy.delay(failed) == min(initial + more, formula)


def test_attempts_are_counted_from_one() -> None:
    policy = RetryPolicy(attempts=3)
    assert [policy.allows(attempt) for attempt in (1, 3, 4)] == [True, True, False]
    assert RetryPolicy(attempts=0).allows(10**6)


@given(st.integers(0, 2**60), st.integers(0, 1_000_000), st.integers(1, 30))
def test_jitter_takes_away_no_more_than_its_share(seed: int, jitter: int, failed: int) -> None:
    policy = RetryPolicy(jitter_ppm=jitter)
    whole = policy.delay(failed)
    assert whole - whole * jitter // 1_000_000 <= policy.drawn(failed, Stream(seed)) <= whole


@pytest.mark.parametrize("fields", [{"initial": 0}, {"initial": 5, "cap": 4}, {"attempts": -1}, {"jitter_ppm": 10**7}])
def test_what_is_no_policy_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"expected|grow"):
        RetryPolicy(**fields)


@given(st.lists(st.tuples(st.integers(0, 3 * SECOND), st.booleans()), max_size=60), st.integers(0, 1_000_000))
def test_no_window_has_more_retries_than_the_budget(steps: list[tuple[int, bool]], share: int) -> None:
    budget, now = RetryBudget(share, window=10 * SECOND, spare=1), 0
    calls: list[int] = []
    retries: list[int] = []
    for gap, is_retry in steps:
        now += gap
        if not is_retry:
            budget.call(now)
            calls.append(now)
        elif budget.take(now):
            retries.append(now)
        recent = [at for at in retries if at > now - 10 * SECOND]
        asked = [at for at in calls if at > recent[0] - 10 * SECOND] if recent else []
        assert len(recent) <= 1 + len(asked) * share // 1_000_000


def test_a_budget_comes_back_with_time() -> None:
    budget = RetryBudget(0, window=SECOND, spare=1)
    assert [budget.take(0), budget.take(SECOND - 1), budget.take(SECOND)] == [True, False, True]
