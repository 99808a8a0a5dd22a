"""What the strategies draw is valid, runs, prints as text that runs to the same, and finds a planted bug."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.running import run
from sim.scenario.loader import load, load_text
from sim.strategies import (
    KINDS,
    Schedule,
    durations,
    fault_schedules,
    faults,
    networks,
    schedule,
    seeds,
    selectors,
    workloads,
)
from sim.world.quantities import DURATION
from sim.world.units import MS, SECOND

ROOT = Path(__file__).parents[1]
CALM = load(ROOT / "scenarios/raft/calm.yaml", ("duration=3s", "settle=1s", "systems.kv.nodes=3"))
NAMES = ("n1", "n2", "n3")


@settings(max_examples=60, deadline=None)
@given(fault_schedules(CALM))
def test_a_drawn_schedule_is_a_scenario_and_its_text_loads_to_the_same(drawn: Schedule) -> None:
    again = load_text(drawn.text, CALM.path, CALM.overrides)
    assert again.scenario == drawn.loaded.scenario
    assert str(drawn).strip() == drawn.text.strip()
    assert len(drawn.loaded.scenario.faults) <= 8
    assert all((fault.when.at or 0) < 2 * SECOND for fault in drawn.loaded.scenario.faults)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fault_schedules(CALM, max_faults=4), st.integers(0, 1000))
def test_the_plan_of_a_drawn_schedule_runs_to_the_same_fingerprint(drawn: Schedule, seed: int) -> None:
    first = run(drawn.loaded, seed)
    again = run(schedule(drawn.loaded, list(first.plan)).loaded, seed)
    assert again.fingerprint == first.fingerprint
    assert first.failed == ()


def test_a_planted_bug_is_found_and_shrinks_to_one_fault() -> None:
    planted = load(CALM.path, (*CALM.overrides, "systems.kv.mutant=forgets-term", "workload.0.rate=5/s"))
    last: list[Schedule] = []

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
    @given(fault_schedules(planted, kinds=["crash"], max_faults=3))
    def never_fails(drawn: Schedule) -> None:
        if run(drawn.loaded, 1).failed:
            last.append(drawn)
            raise AssertionError

    with pytest.raises(AssertionError):
        never_fails()
    assert len(last[-1].loaded.scenario.faults) == 1
    assert "crash" in last[-1].text


@pytest.mark.parametrize("kind", KINDS)
def test_faults_of_every_kind_can_be_drawn_alone(kind: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(st.lists(faults(NAMES, storm_ns=2 * SECOND, kinds=[kind]), min_size=1, max_size=2))
    def valid(entries: list[dict[str, object]]) -> None:
        assert all(kind in entry for entry in entries)
        schedule(CALM, entries)

    valid()


@settings(max_examples=40, deadline=None)
@given(networks(), workloads("raft", end_ns=2 * SECOND))
def test_networks_and_workloads_are_what_a_scenario_takes(
    network: dict[str, object], work: list[dict[str, object]]
) -> None:
    text = json.dumps(
        {"version": 1, "name": "x", "duration": "2s", "systems": {"kv": {"model": "raft"}}, "network": network,
         "workload": work}
    )  # fmt: skip
    scenario = load_text(text).scenario
    puts = [one["put"] for entry in scenario.workload for one in entry.operations or () if "put" in one]
    values = [str(one) for one in puts]
    assert len(values) == len(set(values))


@given(durations(5 * MS, SECOND), seeds(), selectors(NAMES))
def test_durations_seeds_and_selectors_keep_to_their_bounds(text: str, seed: int, who: object) -> None:
    assert 5 * MS <= DURATION.parse(text) <= SECOND
    assert 0 <= seed < 2**63
    assert who
