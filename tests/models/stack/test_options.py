"""Layers that a stack may have beside the others: experts, and functions whose models are loaded beforehand."""

from pathlib import Path

import pytest

from models import rfid_moe, tyche
from models.stack import events
from models.stack.expert_inference import REASONS
from sim import Emitted, Event, load, run
from sim.running import Running
from sim.scenario.errors import ScenarioErrors

SCENARIOS = Path(__file__).parents[3] / "scenarios/stack"
EXPERTS = SCENARIOS / "experts-degrade.yaml"
SHORT = ("duration=7s", "settle=0s", "faults=[{at: 3s, for: 3s, crash: {nodes: n33}}]")
ASKS = "workload=[{clients: 2, rate: 3/s, keys: 2, mix: {ask: 1}, timeout: 6s}]"


def told(kinds: tuple[type[Event], ...], *changes: str) -> list[Event]:
    """What a short run of questions said of these kinds."""
    running, found = Running(load(EXPERTS, (*SHORT, ASKS, *changes)), 1, keep_trace=False), list[Event]()

    def keep(emitted: Emitted) -> None:
        found.append(emitted.event)

    running.world.subscribe(kinds, keep)
    running.finish()
    return found


def test_a_lost_expert_is_told_to_whoever_asked_with_the_reason_that_its_layer_gave() -> None:
    answers = [one for one in told((events.Answered,)) if isinstance(one, events.Answered)]
    assert {reason for one in answers for reason in one.degraded} <= set(REASONS.values())
    assert {bool(one.degraded) for one in answers} == {True, False}


def test_each_try_at_an_answer_is_a_request_of_its_own_to_the_experts() -> None:
    asked = [one.request for one in told((rfid_moe.Asked,)) if isinstance(one, rfid_moe.Asked)]
    assert asked
    assert len(set(asked)) == len(asked)


def test_hiding_what_the_experts_said_is_found() -> None:
    failed = run(load(EXPERTS, (*SHORT, ASKS, "systems.stack.mutant=hides-degraded"))).failed
    assert "degraded-tagged" in {verdict.check for verdict in failed}


def test_the_mixtures_own_promises_are_asked_and_without_it_nothing_is_claimed() -> None:
    with_it = run(load(EXPERTS, SHORT))
    without = run(load(SCENARIOS / "calm.yaml", SHORT[:2]))
    said = [one.detail for each in (with_it, without) for one in each.checks if one.check == "experts/no-silent-loss"]
    assert said[0] != said[1] == "there is no layer experts here"


def test_a_mixture_that_does_not_fit_is_refused_by_its_own_rules() -> None:
    few = ("systems.stack.nodes=33", "systems.stack.parameters.counts={expert_nodes: 1}")
    with pytest.raises(ScenarioErrors, match="leave 1 of 4 servers for experts"):
        load(EXPERTS, few)


PRELOADED = SCENARIOS / "preloaded.yaml"


def served(scenario: str) -> tuple[list[str], int]:
    """How each request to a function was served, and ns between asking and the answer, in all."""
    asks = "workload=[{clients: 1, rate: 2/s, keys: 1, mix: {ask: 1}, timeout: 6s}]"
    quiet = ("duration=14s", "settle=0s", "faults=[]", "checks=[]", asks)
    running = Running(load(SCENARIOS / f"{scenario}.yaml", quiet), 4, keep_trace=False)
    how, asked, took = list[str](), dict[str, int](), list[int]()

    def note(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, tyche.Asked):
            asked[event.request] = emitted.t_ns
        elif isinstance(event, tyche.Taken):
            took.append(emitted.t_ns - asked[event.request])
        elif isinstance(event, tyche.Served):
            how.append(event.how)

    running.world.subscribe((tyche.Asked, tyche.Taken, tyche.Served), note)
    assert running.finish().failed == ()
    return how, sum(took) // len(took)


def test_models_that_are_loaded_beforehand_save_time_and_without_it_none_is() -> None:
    (loaded, quick), (not_loaded, slow) = served("preloaded"), served("preloaded-off")
    assert "hit" in loaded
    assert "hit" not in not_loaded
    assert quick < slow


def test_a_worker_takes_another_row_when_its_machine_begins_anew() -> None:
    fault = "faults=[{at: 3s, for: 1s, crash: {nodes: n27}}]"
    running = Running(load(PRELOADED, ("duration=9s", "settle=0s", "checks=[]", fault)), 1, keep_trace=False)
    rows = dict[str, list[str]]()

    def note(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, events.PoolHeld) and event.row.startswith("preload/"):
            rows.setdefault(event.node, []).append(event.row)

    running.world.subscribe((events.PoolHeld,), note)
    assert running.finish().failed == ()
    assert sorted(len(set(of_node)) for of_node in rows.values()) == [1, 2]


def test_nothing_lies_on_a_gpu_before_there_is_a_row() -> None:
    running = Running(load(PRELOADED, ("duration=8s", "settle=0s", "checks=[]", "faults=[]")), 1, keep_trace=False)
    held, used = dict[str, int](), dict[str, int]()

    def note(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, events.PoolHeld):
            held.setdefault(emitted.node, emitted.t_ns)
        elif isinstance(event, tyche.Served):
            used.setdefault(emitted.node, emitted.t_ns)

    running.world.subscribe((events.PoolHeld, tyche.Served), note)
    assert running.finish().failed == ()
    assert used
    assert all(held[node] <= at for node, at in used.items())
