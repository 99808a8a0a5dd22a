"""A plan is drawn before the run, is a pure function of scenario and seed, and writes back as a list of faults."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.running import run
from sim.scenario.loader import Loaded, load_text
from sim.scenario.plan import Plan, draw_plan
from sim.world.units import SECOND

HEAD = """\
version: 1
name: plan
duration: 12s
settle: 3s
systems: {kv: {model: raft, nodes: 5}}
workload: {clients: 2, rate: 10/s, keys: 2, mix: {get: 1, put: 1}}
"""
NEMESIS = """\
nemesis:
  every: {exponential: 700ms}
  for: 100ms..2s
  kinds: {partition: 3, crash: 2, pause: 1, clock: 1, link: 1, disk: 1}
  swarm: true
"""
FAULTS = """\
faults:
  - {at: 1s, for: 2s, crash: {nodes: random:1}}
  - {every: 2s, for: 300ms..900ms, pause: {nodes: random:1}}
  - {at: 4s, for: 1s, id: cut, partition: {halves: true}}
  - {every: {exponential: 1s}, times: 3, for: 200ms, link: {loss: 30%}}
"""


def plan_of(text: str, seed: int) -> Plan:
    return draw_plan(load_text(HEAD + text).scenario, seed, 5)


def with_faults(entries: list[dict[str, object]]) -> Loaded:
    return load_text(HEAD + "faults: " + json.dumps(entries))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_same_seed_same_plan_and_all_of_it_before_settle(seed: int) -> None:
    plan = plan_of(NEMESIS + FAULTS, seed)
    assert plan.as_entries() == plan_of(NEMESIS + FAULTS, seed).as_entries()
    assert all(fault.at_ns is not None and fault.at_ns < 9 * SECOND for fault in plan.faults)
    assert len({fault.id for fault in plan.faults}) == len(plan.faults)


def test_seeds_draw_different_plans() -> None:
    assert len({str(plan_of(NEMESIS, seed).as_entries()) for seed in range(20)}) > 15


def test_every_repeats_until_the_storm_ends_and_times_bounds_it() -> None:
    plan = plan_of(FAULTS, 1)
    kinds = [type(fault.fault).verb for fault in plan.faults]
    assert (kinds.count("pause"), kinds.count("link"), kinds.count("crash")) == (4, 3, 1)


def test_taking_one_fault_away_changes_no_other() -> None:
    lines = FAULTS.splitlines(keepends=True)
    whole = {fault.id: fault for fault in plan_of(FAULTS, 3).faults}
    for gone in range(1, len(lines)):
        rest = plan_of("".join(line for i, line in enumerate(lines) if i != gone), 3)
        assert rest.faults
        assert all(whole[fault.id] == fault for fault in rest.faults)


def test_two_entries_that_say_the_same_are_two_faults() -> None:
    twice = "faults:\n" + "  - {at: 1s, for: 1s, crash: {nodes: random:1}}\n" * 2
    assert len({fault.id for fault in plan_of(twice, 1).faults}) == 2


@pytest.mark.parametrize("text", [NEMESIS, FAULTS, NEMESIS + FAULTS], ids=["nemesis", "faults", "both"])
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_written_plan_runs_to_the_same_fingerprint_as_the_seed(text: str, seed: int) -> None:
    first = run(load_text(HEAD + text), seed)
    again = run(with_faults(list(first.plan)), seed)
    assert first.fired
    assert again.fingerprint == first.fingerprint


SHAPES = (
    "{halves: true}", "{bridge: random:1}", "{ring: true}", "{one-way: {from: leader, to: others}}",
    "{isolate: [leader, random:1]}", "{groups: [[leader, random:1], others]}", "{groups: [minority, others]}",
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_partition_is_written_with_the_names_it_cut(shape: str) -> None:
    first = run(load_text(HEAD + f"faults: [{{at: 2s, for: 3s, partition: {shape}}}]"), 6)
    again = run(with_faults(list(first.plan)), 6)
    assert first.fired
    assert not any(word in json.dumps(first.plan) for word in ("random:", "leader", "minority", "halves"))
    assert again.fingerprint == first.fingerprint
    assert again.plan == first.plan


def test_a_fault_that_waited_or_followed_an_event_is_written_with_whom_it_hit() -> None:
    text = (
        "faults:\n  - {at: 1ms, for: 1s, if_none: wait, pause: {nodes: leader}}\n"
        "  - {after: BecameLeader, for: 100ms..300ms, link: {from: leader, to: random:2, loss: 50%}}\n"
        "  - {after: BecameLeader, times: 3, for: 100ms, crash: {nodes: random:1}}\n"
    )
    first = run(load_text(HEAD + text), 4)
    again = run(with_faults(list(first.plan)), 4)
    assert len(first.fired) > 2
    assert again.fingerprint == first.fingerprint
    assert [entry["crash"] for entry in first.plan if "crash" in entry] == [{}]  # it meant others each time


def down_at_once(plan: Plan) -> int:
    """The most nodes that a plan takes away at one time, by its own count."""
    spans = [
        (fault.at_ns, fault.at_ns + fault.for_ns.low, fault.fault.down(5))
        for fault in plan.faults
        if fault.at_ns is not None and fault.for_ns is not None
    ]
    return max((sum(n for a, b, n in spans if a <= begin < b) for begin, _, _ in spans), default=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["minority", 1, 0]))
def test_a_nemesis_never_takes_more_nodes_away_than_it_may(seed: int, bound: object) -> None:
    plan = plan_of(NEMESIS.replace("swarm: true", f"max_down: {bound}"), seed)
    assert down_at_once(plan) <= (2 if bound == "minority" else int(str(bound)))


def test_swarm_turns_kinds_on_and_off_and_is_sometimes_calm() -> None:
    sets = [frozenset(type(f.fault).verb for f in plan_of(NEMESIS, seed).faults) for seed in range(120)]
    assert frozenset() in sets
    assert max(map(len, sets)) == 6
    assert len(set(sets)) > 25
    assert plan_of(NEMESIS, 5).notes[0].startswith("swarm: ")
