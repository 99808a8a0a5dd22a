"""The stack as scenarios meet it: from client to consensus, its layers as systems of their own, who broke first."""

from pathlib import Path

import pytest

from models import agentflow, llm_cache, smartsearch, veriflow, veristore
from models.agentflow import Recorded
from models.stack import STACK, events
from models.stack.board import Board
from models.stack.cache_inference import ANSWER_TOKENS
from models.stack.checkpoint_objects import checkpoint_key
from models.stack.deployment import deploy, servers_needed
from models.stack.inference_port import compute
from models.stack.sizes import SIZES
from models.stack.stack_settings import StackSettings
from sim import Emitted, Event, Verdict, load, run
from sim.running import Running
from sim.scenario.errors import ScenarioErrors

ROOT = Path(__file__).parents[3]
CALM = ROOT / "scenarios/stack/calm.yaml"
GPUS = "systems.stack.parameters.gpus=stand_in"
SHORT = ("duration=7s", "settle=0s")


def seen(kinds: tuple[type[Event], ...], *changes: str) -> list[Emitted]:
    """What a short run emitted of these kinds."""
    running, found = Running(load(CALM, (*SHORT, *changes)), 1, keep_trace=False), list[Emitted]()
    running.world.subscribe(kinds, found.append)
    assert running.finish().failed == ()
    return found


def test_a_document_goes_from_its_client_to_consensus_and_is_found() -> None:
    kinds = (events.Submitted, events.HandedOver, events.TextFetched, smartsearch.Ready, agentflow.Effect)
    told = seen(kinds)
    first = next(one.event for one in told if isinstance(one.event, events.Submitted))
    assert isinstance(first, events.Submitted)
    way = [type(one.event) for one in told if getattr(one.event, "doc", first.doc) == first.doc]
    assert way[:5] == list(kinds)


def test_a_question_is_answered_from_documents_that_were_found() -> None:
    workload = "workload=[{clients: 1, rate: 4/s, keys: 1, mix: {submit: 1}, timeout: 3s}, "
    workload += "{clients: 2, rate: 4/s, keys: 1, mix: {ask: 1}, timeout: 6s}]"
    answers = [one.event for one in seen((events.Answered,), workload)]
    assert any(isinstance(one, events.Answered) and one.documents and not one.degraded for one in answers)


def test_every_record_of_a_run_is_told_by_whoever_leads_the_group_that_keeps_it() -> None:
    recorded = seen((Recorded,))
    assert {one.node for one in recorded} <= {"n1", "n2", "n3"}


@pytest.mark.parametrize("size", SIZES)
def test_every_size_gives_every_server_one_part(size: str) -> None:
    settings = StackSettings.model_validate({"size": size})
    names = tuple(f"n{n}" for n in range(1, servers_needed(settings) + 1))
    at = deploy(settings, names)
    groups = dict.fromkeys((*at.objects, *at.metadata))
    rest = (
        *at.search,
        *at.deciders,
        *at.flow_workers,
        at.notifier,
        at.caretaker,
        *at.engines,
        *at.routers,
        *at.cluster,
    )
    assert (*groups, *rest) == names


def test_a_size_has_other_counts_where_a_scenario_says_so() -> None:
    plain = servers_needed(StackSettings.model_validate({"size": "wide"}))
    counts = {"engines": 7, "gpu_nodes": 9}
    assert servers_needed(StackSettings.model_validate({"size": "wide", "counts": counts})) == plain + 3 + 2


def test_a_count_that_no_layer_has_is_refused_in_words() -> None:
    with pytest.raises(ScenarioErrors, match="engine"):
        load(CALM, ("systems.stack.parameters.counts={enginez: 2}",))


def test_a_thousand_nodes_begin_and_keep_their_promises() -> None:
    result = run(load(ROOT / "benchmarks/stack-thousand.yaml", ("duration=300ms",)))
    assert result.failed == ()
    assert len(result.servers) + len(result.clients) == 1000


def test_a_wrong_number_of_servers_is_refused_in_words() -> None:
    with pytest.raises(ScenarioErrors, match="size small has 29 servers, found 30"):
        load(CALM, ("systems.stack.nodes=30",))


def test_a_layer_is_given_what_a_scenario_says_of_it_over_what_the_stack_chooses() -> None:
    settings = StackSettings.model_validate({"flow": {"slots": 2}})
    assert settings.flow.slots == 2
    assert settings.flow.poll_wait == StackSettings.model_validate({}).flow.poll_wait != agentflow.Settings().poll_wait


def test_taking_one_layers_clients_away_leaves_what_the_others_ask_untouched() -> None:
    whole = run(load(CALM, SHORT))
    part = run(load(CALM, (*SHORT, "workload=[{clients: 2, rate: 1/s, keys: 4, mix: {submit: 1}, timeout: 3s}]")))
    asked = [[(op.f, op.key, op.arg) for op in one.history if op.client == "c1"] for one in (whole, part)]
    assert asked[0][: len(asked[1])] == asked[1][: len(asked[0])]
    assert asked[0]


def test_stand_ins_need_no_routers_and_answer_from_their_own_cold_computation() -> None:
    changes = ("systems.stack.nodes=19", "systems.stack.parameters.inference=stand_in", GPUS)
    asks = "workload=[{clients: 1, rate: 2/s, keys: 1, mix: {ask: 1}, timeout: 6s}]"
    answers = [one.event for one in seen((events.Answered,), *changes, asks)]
    assert any(isinstance(one, events.Answered) and one.text == compute(one.prompt) for one in answers)


def test_a_question_is_answered_by_engines_whose_words_reach_the_worker_one_by_one() -> None:
    asks = "workload=[{clients: 1, rate: 2/s, keys: 1, mix: {ask: 1}, timeout: 6s}]"
    told = [one.event for one in seen((llm_cache.Delivered,), asks)]
    parts = [one for one in told if isinstance(one, llm_cache.Delivered)]
    first = [one for one in parts if one.request == parts[0].request]
    assert len(first) > 2
    assert sum(llm_cache.count(one.tokens) for one in first) == ANSWER_TOKENS


TRAINS = "workload=[{clients: 2, rate: 2/s, keys: 1, mix: {train: 1}, timeout: 9s}]"


def test_an_engine_begins_when_it_has_a_row_and_jobs_run_beside_it() -> None:
    kinds = (events.PoolHeld, veriflow.Claimed, llm_cache.EngineStarted, veriflow.ProcessStarted)
    told = [one.event for one in seen(kinds, TRAINS)]
    assert [type(one) for one in told[:3]] == [veriflow.Claimed, events.PoolHeld, llm_cache.EngineStarted]
    assert any(isinstance(one, veriflow.ProcessStarted) for one in told)


def test_a_checkpoint_is_acknowledged_when_it_is_an_object() -> None:
    told = seen((veriflow.CheckpointTaken, veristore.ObjectCommitted), TRAINS)
    kept = {one.event.key for one in told if isinstance(one.event, veristore.ObjectCommitted)}
    steps = [one.event for one in told if isinstance(one.event, veriflow.CheckpointTaken)]
    assert steps
    assert all(checkpoint_key(one.job, one.step) in kept for one in steps)


def test_an_engine_whose_machine_begins_anew_begins_anew_with_another_row() -> None:
    fault = "faults=[{at: 2s, for: 500ms, crash: {nodes: 'role:veriflow/runtime'}}]"
    rows = [one.event.row for one in seen((events.PoolHeld,), TRAINS, fault) if isinstance(one.event, events.PoolHeld)]
    assert len(rows) == len(set(rows)) == 2


def test_jobs_without_a_cluster_are_remembered_by_who_wants_them() -> None:
    changes = (*SHORT, "systems.stack.nodes=20", GPUS, TRAINS)
    states = [op.result for op in run(load(CALM, changes)).history if op.outcome == "ok"]
    assert states
    assert set(states) == {veriflow.SUCCEEDED}


def test_every_layer_is_judged_by_all_its_own_promises() -> None:
    names = set(STACK.checks)
    assert {f"smartsearch/{name}" for name in smartsearch.CHECKS} <= names
    assert {f"serving/{name}" for name in llm_cache.MODEL.checks} <= names
    assert {f"agentflow/{name}" for name in agentflow.ENGINE_CHECKS} <= names


def test_the_lowest_layer_that_broke_is_named_first() -> None:
    board = Board()
    board.note("agentflow", Verdict("agentflow/recorded-once", "fail", "twice", at_ns=3))
    board.note("veristore", Verdict("veristore/log-matching", "fail", "differs", at_ns=5))
    board.note("veristore", Verdict("veristore/vote-once", "pass", "once"))
    assert [verdict.check for verdict in board.broken()] == ["veristore/log-matching", "agentflow/recorded-once"]
    assert board.told()[0] == "veristore broke log-matching at 5ns: differs"
    assert board.told()[1] == "agentflow broke recorded-once at 3ns: twice"
