"""A swarm chooses parameters of models: every seed its own, and what it chose survives being written out."""

from pathlib import Path

import pytest

from sim.explore.doctor import with_plan
from sim.explore.failure import Failure
from sim.explore.shrinking.case import case_of
from sim.explore.shrinking.materialise import with_literal_plan
from sim.running import run
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load
from sim.scenario.swarm import drawn_parameters

ROOT = Path(__file__).parents[2]
SWARM = ROOT / "scenarios/raft/swarm.yaml"
SHORT = ("duration=2s", "settle=500ms")


def chosen(choices: str, *more: str) -> Loaded:
    return load(SWARM, (*SHORT, f"nemesis.parameters={choices}", *more))


def test_every_value_is_chosen_by_some_seed_and_a_seed_chooses_the_same_again() -> None:
    scenario = chosen("{kv: {snapshot_every: [7, 70], append_max: [1, 8, 64]}}").scenario
    drawn = [drawn_parameters(scenario, seed)["kv"] for seed in range(60)]
    assert {(one["snapshot_every"], one["append_max"]) for one in drawn} == {
        (a, b) for a in (7, 70) for b in (1, 8, 64)
    }
    assert drawn == [drawn_parameters(scenario, seed)["kv"] for seed in range(60)]


def test_taking_one_choice_away_changes_no_other() -> None:
    both = chosen("{kv: {snapshot_every: [7, 70], append_max: [1, 8, 64]}}").scenario
    one = chosen("{kv: {append_max: [1, 8, 64]}}").scenario
    for seed in range(20):
        assert drawn_parameters(both, seed)["kv"]["append_max"] == drawn_parameters(one, seed)["kv"]["append_max"]


def test_what_was_chosen_is_used_printed_and_written_out() -> None:
    loaded = chosen("{kv: {snapshot_every: [0, 7]}}")
    seeds = {drawn_parameters(loaded.scenario, seed)["kv"]["snapshot_every"]: seed for seed in range(20)}
    assert set(seeds) == {0, 7}
    for value, seed in seeds.items():
        result = run(loaded, seed)
        assert f"swarm: kv.snapshot_every={value}" in result.notes
        fixed = load(SWARM, (*SHORT, f"systems.kv.parameters.snapshot_every={value}"))
        assert run(fixed, seed).fingerprint == result.fingerprint
        assert run(with_plan(loaded, result.plan, seed), seed).fingerprint == result.fingerprint
        literal = with_literal_plan(case_of(loaded, seed), result, Failure("linearizable"))
        assert literal.data["systems"]["kv"]["parameters"]["snapshot_every"] == value


def test_choices_that_do_not_fit_together_leave_the_system_as_it_is() -> None:
    loaded = chosen("{kv: {heartbeat: [400ms], election_timeout: [[150ms, 300ms]]}}")
    assert drawn_parameters(loaded.scenario, 1) == {}
    assert not [note for note in run(loaded, 1).notes if "heartbeat" in note]


@pytest.mark.parametrize(
    ("choices", "more", "message"),
    [
        ("{kw: {append_max: [1]}}", (), "no system named 'kw', did you mean 'kv'?"),
        ("{kv: {append_mx: [1]}}", (), "no parameter named 'append_mx', did you mean 'append_max'?"),
        ("{kv: {append_max: [1, 0]}}", (), "nemesis.parameters.kv.append_max.1"),
        ("{kv: {append_max: []}}", (), "nemesis.parameters.kv.append_max"),
        ("{kv: {append_max: [1]}}", ("nemesis.swarm=false",), "nothing is chosen without 'swarm: true'"),
    ],
)
def test_bad_choices_are_told_with_their_place(choices: str, more: tuple[str, ...], message: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        chosen(choices, *more)
    assert message in str(refused.value)
