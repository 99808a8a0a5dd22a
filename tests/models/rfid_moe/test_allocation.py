"""Ranks are allocated exactly: the budget to the last rank, within bounds, as brute force does it."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rfid_moe.allocation import SCALE, Infeasible, allocate, floor_max, fused, normalised
from models.rfid_moe.grouping import group_counts, groups_by_frequency
from sim import Stream

MANY = 10_000


def scaled(*scores: float) -> list[int]:
    return [round(SCALE * score) for score in scores]


TABLE = [
    (scaled(1, *[0.001] * 30), 40, (10, *[1] * 30)),
    (scaled(1, 1, 1), 20, (7, 7, 6)),
    (scaled(0.9, 0.5, 0.3, 0.02, 0.01, 0.005), 20, (9, 5, 3, 1, 1, 1)),
]


@pytest.mark.parametrize(("scores", "budget", "expected"), TABLE)
def test_the_table_of_known_allocations(scores: list[int], budget: int, expected: tuple[int, ...]) -> None:
    assert allocate(scores, [MANY] * len(scores), budget) == expected


def test_the_rule_as_it_is_described_keeps_no_budget() -> None:
    assert sum(floor_max(scaled(1, *[0.001] * 30), 40)) == 68
    assert sum(floor_max(scaled(1, 1, 1), 20)) == 18


INSTANCES = st.integers(1, 12).flatmap(
    lambda m: st.tuples(
        st.lists(st.integers(0, 1 << 20), min_size=m, max_size=m), st.lists(st.integers(1, 60), min_size=m, max_size=m)
    )
)


@given(INSTANCES, st.integers(0, 10**6))
def test_the_budget_is_met_to_the_last_rank_within_bounds(instance: tuple[list[int], list[int]], at: int) -> None:
    scores, full = instance
    budget = len(full) + at % (sum(full) - len(full) + 1)
    ranks = allocate(scores, full, budget)
    assert sum(ranks) == budget
    assert all(1 <= rank <= most for rank, most in zip(ranks, full, strict=True))
    for g, h in product(range(len(full)), repeat=2):
        if scores[g] > scores[h] and ranks[g] < full[g]:
            assert ranks[g] >= ranks[h]


def by_brute_force(scores: Sequence[int], full: Sequence[int], budget: int) -> tuple[int, ...]:
    """Every choice of who is at which bound: the one whose lambda agrees with itself, then largest remainders."""
    for places in product(["low", "in", "high"], repeat=len(scores)):
        fixed = sum(1 if place == "low" else most for place, most in zip(places, full, strict=True) if place != "in")
        inside = [g for g, place in enumerate(places) if place == "in"]
        total = sum(scores[g] for g in inside)
        if not inside and fixed != budget:
            continue
        factor = Fraction(budget - fixed, total) if inside else None
        shares = [
            factor * score if place == "in" and factor is not None else Fraction(1 if place == "low" else most)
            for score, most, place in zip(scores, full, places, strict=True)
        ]
        if factor is not None and not _agrees(places, factor, scores, full):
            continue
        if factor is None and not _exists(places, scores, full):
            continue
        return _hamilton(shares, full, budget)
    raise AssertionError("one choice agrees")


def _agrees(places: Sequence[str], factor: Fraction, scores: Sequence[int], full: Sequence[int]) -> bool:
    wanted = {"low": lambda x, most: x <= 1, "in": lambda x, most: 1 <= x <= most, "high": lambda x, most: x >= most}
    return all(wanted[place](factor * s, most) for place, s, most in zip(places, scores, full, strict=True))


def _exists(places: Sequence[str], scores: Sequence[int], full: Sequence[int]) -> bool:
    """Some lambda puts everybody at the bound where he is."""
    most = min((Fraction(1, s) for p, s in zip(places, scores, strict=True) if p == "low"), default=None)
    least = max(
        (Fraction(f, s) for p, s, f in zip(places, scores, full, strict=True) if p == "high"), default=Fraction(0)
    )
    return most is None or least <= most


def _hamilton(shares: Sequence[Fraction], full: Sequence[int], budget: int) -> tuple[int, ...]:
    ranks = [int(share) for share in shares]
    while sum(ranks) < budget:
        rest = [
            share - rank if 1 < share < most else Fraction(-1)
            for share, rank, most in zip(shares, ranks, full, strict=True)
        ]
        ranks[rest.index(max(rest))] += 1
    return tuple(ranks)


def test_two_thousand_random_cases_are_as_brute_force_says() -> None:
    stream = Stream(1, "allocation")
    for _ in range(2000):
        m = stream.between(1, 4)
        scores = [stream.between(1, 1 << stream.between(1, 20)) for _ in range(m)]
        full = [stream.between(1, 12) for _ in range(m)]
        budget = stream.between(m, sum(full))
        assert allocate(scores, full, budget) == by_brute_force(scores, full, budget), (scores, full, budget)


@pytest.mark.parametrize(
    ("budget", "said"), [(2, "expected at least 3"), (0, "at least 3"), (19, "expected at most 18")]
)
def test_what_cannot_be_met_is_said_to_be_infeasible(budget: int, said: str) -> None:
    with pytest.raises(Infeasible, match=said):
        allocate([5, 5, 5], [6, 6, 6], budget)


def test_wrong_input_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="2 scores for 3 groups"):
        allocate([1, 2], [3, 3, 3], 5)
    with pytest.raises(ValueError, match="full ranks of 1 or more"):
        allocate([1], [0], 1)
    with pytest.raises(ValueError, match="expected a divisor"):
        groups_by_frequency([1, 2, 3], 2)
    with pytest.raises(ValueError, match="expected values of 0 or more"):
        normalised([-1.0], "share")


def test_groups_without_a_score_share_what_no_other_can_take() -> None:
    assert allocate([7, 0, 0], [4, 9, 9], 9) == (4, 3, 2)
    assert allocate([0, 0], [5, 5], 5) == (3, 2)
    assert allocate([7, 0, 0], [9, 9, 9], 9) == (7, 1, 1)


def test_groups_are_cut_by_falling_frequency() -> None:
    groups = groups_by_frequency([5, 9, 5, 1, 7, 7], 2)
    assert groups == ((1, 4), (5, 0), (2, 3))
    assert group_counts([5, 9, 5, 1, 7, 7], groups) == (16, 12, 6)


def test_a_fused_score_goes_from_frequency_to_rank() -> None:
    assert fused([2.0, 6.0], [3.0, 1.0], 1.0) == tuple(scaled(0.25, 0.75))
    assert fused([2.0, 6.0], [3.0, 1.0], 0.0) == tuple(scaled(0.75, 0.25))
    assert fused([2.0, 6.0], [3.0, 1.0], 0.8, "max") == tuple(scaled(0.8 / 3 + 0.2, 0.8 + 0.2 / 3))
    assert fused([2.0, 6.0, 4.0], [1.0, 1.0, 1.0], 1.0, "minmax") == tuple(scaled(0, 1, 0.5))
