"""Ids that stay when a neighbour goes, and a nemesis that keeps to its bound whatever else takes nodes away."""

from collections import Counter
from itertools import pairwise

import pytest
import yaml

from sim.scenario.loader import load_text
from sim.scenario.plan import Plan, PlannedFault, draw_plan
from sim.scenario.schema import Scenario
from sim.world.units import MS, SECOND

HEAD = """\
version: 1
name: plans
duration: {duration}
settle: 10s
systems: {{kv: {{model: raft, nodes: {nodes}}}}}
"""
NEMESIS = "nemesis: {every: {exponential: 2s}, for: 1s..5s, kinds: {partition: 3, crash: 2, pause: 1, clock: 1}%s}\n"


def scenario(*faults: str, nemesis: str | None = None, nodes: int = 5, duration: str = "130s") -> Scenario:
    """A scenario with these faults, and a nemesis with these further keys."""
    text = HEAD.format(duration=duration, nodes=nodes)
    if faults:
        text += "faults:\n" + "".join(f"  - {fault}\n" for fault in faults)
    if nemesis is not None:
        text += NEMESIS % (f", {nemesis}" if nemesis else "")
    return load_text(text).scenario


def plan_of(*faults: str, seed: int = 1, nemesis: str | None = None, nodes: int = 5, duration: str = "130s") -> Plan:
    return draw_plan(scenario(*faults, nemesis=nemesis, nodes=nodes, duration=duration), seed, nodes)


def reload(plan: Plan, seed: int) -> Plan:
    """The plan as it is after it was written out as YAML and loaded again."""
    lines = [yaml.safe_dump(entry, default_flow_style=True, width=10_000).strip() for entry in plan.as_entries()]
    return plan_of(*lines, seed=seed)


def down_at(plan: Plan, instant: int, servers: int = 5) -> int:
    """How many nodes the plan has down at an instant."""
    there = [fault for fault in plan.faults if fault.at_ns is not None and fault.at_ns <= instant < end_of(fault)]
    return sum(fault.fault.down(servers) for fault in there)


def end_of(fault: PlannedFault) -> int:
    if fault.for_ns is None or fault.fault.lasts():
        return 120 * SECOND
    assert fault.at_ns is not None
    return fault.at_ns + fault.for_ns.high


CRASH = "{at: 5s, for: 1s..9s, crash: {nodes: random:1}}"
CUT = "{at: 7s, for: 2s, partition: {halves: true}}"
PAUSE = "{every: 10s, for: 1s..2s, pause: {nodes: leader}}"


def test_ranges_become_literal_times() -> None:
    spans = {plan_of(CRASH, seed=seed).faults[0].for_ns for seed in range(20)}
    assert len(spans) > 10
    assert all(span and span.low == span.high and SECOND <= span.low <= 9 * SECOND for span in spans)


def test_every_becomes_one_fault_for_each_repetition_before_settle() -> None:
    plan = plan_of(PAUSE)
    assert [fault.at_ns for fault in plan.faults] == [i * 10 * SECOND for i in range(1, 12)]
    assert len({fault.id for fault in plan.faults}) == 11


def test_a_gap_that_is_drawn_differs_from_gap_to_gap() -> None:
    times = [0, *(fault.at_ns or 0 for fault in plan_of("{every: {exponential: 3s}, pause: {nodes: n1}}").faults)]
    gaps = {later - earlier for earlier, later in pairwise(times)}
    assert len(gaps) == len(times) - 1 > 15


def test_an_id_that_is_given_is_kept() -> None:
    assert [fault.id for fault in plan_of("{id: f7, at: 1s, pause: {nodes: n1}}").faults] == ["f7"]


def test_an_id_that_is_not_given_stays_when_a_neighbour_goes() -> None:
    everything = {fault.id: fault for fault in plan_of(CRASH, CUT, PAUSE).faults}
    assert {fault.id: fault for fault in plan_of(PAUSE, CRASH).faults}.items() <= everything.items()
    assert {fault.id: fault for fault in plan_of(CUT).faults}.items() <= everything.items()


def test_entries_that_say_the_same_have_ids_of_their_own_and_it_does_not_matter_which_goes() -> None:
    three = plan_of(CRASH, CRASH, CRASH)
    assert len({fault.id for fault in three.faults}) == 3
    assert {fault.id for fault in plan_of(CRASH, CRASH).faults} < {fault.id for fault in three.faults}


def test_an_id_that_is_made_is_not_one_that_is_given() -> None:
    (made,) = plan_of(CRASH).faults
    both = plan_of(f"{{id: {made.id}, at: 1s, pause: {{nodes: n1}}}}", CRASH)
    assert len({fault.id for fault in both.faults}) == 2


def test_a_fault_that_waits_for_an_event_keeps_its_range_and_its_times() -> None:
    plan = plan_of("{after: Elected, times: 3, for: 1s..2s, if_none: wait, pause: {nodes: leader}}")
    (entry,) = plan.as_entries()
    assert (entry["after"], entry["times"], entry["for"], entry["if_none"]) == ("Elected", 3, "1s..2s", "wait")


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_written_out_and_loaded_is_the_same_plan(seed: int) -> None:
    after = "{after: Elected, times: 2, for: 1s..2s, clock: {nodes: leader, jump: -3s}}"
    link = "{at: 3s, link: {from: n1, to: others, latency: {lognormal: {median: 1ms, p99: 9ms}}, loss: 0.5%}}"
    plan = plan_of(CRASH, CUT, PAUSE, after, link, seed=seed, nemesis="")
    assert reload(plan, seed).faults == plan.faults


def test_a_nemesis_draws_kinds_by_weight_and_spans_within_their_range() -> None:
    faults = [fault for seed in range(30) for fault in plan_of(seed=seed, nemesis="max_down: 99").faults]
    kinds = Counter(type(fault.fault).verb for fault in faults)
    assert kinds["partition"] > kinds["crash"] > kinds["pause"] > 0 < kinds["clock"]
    assert all(fault.for_ns and SECOND <= fault.for_ns.low <= 5 * SECOND for fault in faults)
    assert 1400 < len(faults) < 2200, "120 s at one each 2 s, thirty times"


@pytest.mark.parametrize("bound", [0, 1, 2])
def test_never_are_more_nodes_down_than_the_bound(bound: int) -> None:
    for seed in range(15):
        plan = plan_of(seed=seed, nemesis=f"max_down: {bound}")
        for fault in plan.faults:
            assert fault.at_ns is not None
            assert down_at(plan, fault.at_ns) <= bound


def test_a_draw_beyond_the_bound_is_left_out_and_counted_and_moves_no_other() -> None:
    free = {fault.id: fault for fault in plan_of(nemesis="max_down: 99").faults}
    bound = plan_of(nemesis="max_down: minority")
    assert {fault.id: fault for fault in bound.faults}.items() < free.items()
    (note,) = bound.notes
    assert note.startswith(f"nemesis: {len(free) - len(bound.faults)} faults left out")


def test_the_bound_counts_the_faults_of_the_list_too() -> None:
    held = "{at: 0s, crash: {nodes: random:2}}"
    plan = plan_of(held, nemesis="")
    assert all(fault.fault.down(5) == 0 for fault in plan.faults if fault.id.startswith("nemesis"))


@pytest.mark.parametrize("crash", ["{nodes: random:2, disk: wipe}", "{nodes: random:2, restart: never}"])
def test_wiped_nodes_and_those_that_never_restart_count_to_the_end(crash: str) -> None:
    plan = plan_of(f"{{at: 0s, for: 1s, crash: {crash}}}", nemesis="")
    assert all(fault.fault.down(5) == 0 for fault in plan.faults if fault.id.startswith("nemesis"))


def test_the_minority_of_several_systems_is_that_of_the_smallest() -> None:
    text = HEAD.format(duration="130s", nodes=7).replace("kv: {model: raft, nodes: 7}", "{}") + NEMESIS % ""
    systems = "a: {model: raft, nodes: 7}, b: {model: raft, nodes: 3}"
    two = load_text(text.replace("systems: {{}}", f"systems: {{{systems}}}")).scenario
    for seed in range(10):
        plan = draw_plan(two, seed, 10)
        assert all(down_at(plan, fault.at_ns or 0, 10) <= 1 for fault in plan.faults)


def kinds_of(plan: Plan) -> frozenset[str]:
    return frozenset(type(fault.fault).verb for fault in plan.faults)


def test_a_swarm_has_few_kinds_in_some_seeds_none_or_all_in_others() -> None:
    plans = [plan_of(seed=seed, nemesis="swarm: true, max_down: 99") for seed in range(160)]
    sets = Counter(kinds_of(plan) for plan in plans)
    assert 2 < sets[frozenset()] < 25, "calm, one in sixteen"
    assert sets[frozenset({"partition", "crash", "pause", "clock"})] > 8
    assert len(sets) > 10
    assert all(plan.notes[0].startswith("swarm: ") for plan in plans)
    assert 2 < sum(plan.notes[0].startswith("swarm: calm") for plan in plans) < 25


def test_a_swarm_differs_in_pace_from_seed_to_seed() -> None:
    counts = [len(plan_of(seed=seed, nemesis="swarm: true, max_down: 99").faults) for seed in range(40)]
    busy = [count for count in counts if count]
    assert max(busy) > 2 * min(busy)


def test_a_nemesis_starts_when_it_is_told_to() -> None:
    times = [fault.at_ns or 0 for fault in plan_of(nemesis="start: 60s").faults]
    assert 60 * SECOND < min(times) < 80 * SECOND
    assert max(times) < 120 * SECOND
    assert all(time % MS for time in times)
