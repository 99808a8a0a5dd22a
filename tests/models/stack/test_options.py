"""Layers that a stack may have beside the others: experts."""

from pathlib import Path

import pytest

from models import rfid_moe
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
