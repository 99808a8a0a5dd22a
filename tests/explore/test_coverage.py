"""Coverage tells runs apart by what they went through; what is said of the unseen agrees with brute force."""

from itertools import permutations
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.explore.coverage import behaviour_of, features_of
from sim.explore.feed import Order
from sim.explore.residual import residual
from sim.explore.summary import summarise
from sim.explore.sweep import sweep
from sim.running import run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[2]
CALM = load(ROOT / "scenarios/raft/calm.yaml", ("duration=5s", "settle=4s"))

some_runs = st.lists(
    st.sets(st.integers(0, 8), min_size=1, max_size=5).map(lambda one: tuple(sorted(one))), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(some_runs)
def test_the_curve_is_the_mean_over_all_orders(runs: list[tuple[int, ...]]) -> None:
    found = residual(runs)
    for count, features in found.curve:
        seen = [len({one for features in order[:count] for one in features}) for order in permutations(runs)]
        assert features == pytest.approx(mean(seen))
    assert found.curve[-1] == (len(runs), found.features)


@given(some_runs)
def test_estimates_keep_to_their_bounds(runs: list[tuple[int, ...]]) -> None:
    found = residual(runs)
    assert found.features <= found.features_in_all
    assert 0 <= found.interval.low <= found.new_class <= (found.interval.high or 0) <= 1
    assert 1 <= found.classes <= found.runs
    rises = [later - sooner for (_, sooner), (_, later) in zip(found.curve, found.curve[1:], strict=False)]
    assert all(rise >= -1e-9 for rise in rises)


def test_nothing_new_is_expected_where_every_run_shows_the_same() -> None:
    found = residual([(1, 2, 3)] * 50)
    assert (found.new_class, found.new_features, found.features_in_all, found.classes) == (0, 0, 3, 1)
    assert found.flat


def test_a_fault_and_a_violation_show_in_the_features() -> None:
    calm = set(features_of(run(CALM, 1, keep_trace=True)))
    crashed = load(
        ROOT / "scenarios/raft/calm.yaml", (*CALM.overrides, "faults=[{at: 500ms, for: 100ms, crash: {nodes: leader}}]")
    )
    assert set(features_of(run(crashed, 1, keep_trace=True))) - calm
    assert features_of(run(CALM, 1, keep_trace=True)) == tuple(sorted(calm))
    assert behaviour_of(calm) == behaviour_of(sorted(calm, reverse=True)) != behaviour_of([*calm, 7])


def test_coverage_needs_the_trace() -> None:
    with pytest.raises(AssertionError, match="run with keep_trace"):
        features_of(run(CALM, 1))


def test_a_sweep_with_coverage_keeps_features_and_runs_anew_what_lacks_them(tmp_path: Path) -> None:
    file = tmp_path / "rows.sqlite"
    plain = sweep(Order(CALM, range(1, 4)), results=file)
    assert summarise(plain).residual is None
    covered = sweep(Order(CALM, range(1, 4), resume=True, covered=True), results=file)
    assert covered.reused == 0
    assert [row.fingerprint for row in covered.rows] == [row.fingerprint for row in plain.rows]
    again = sweep(Order(CALM, range(1, 4), resume=True, covered=True), results=file)
    assert again.reused == 3
    found = summarise(again).residual
    assert found is not None
    assert found == summarise(covered).residual
    assert found.runs == 3
    assert found.features > 20
