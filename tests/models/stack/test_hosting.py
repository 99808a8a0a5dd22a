"""A store on a group's log: it moves with the leader, and a leader that lost its place answers nobody."""

from pathlib import Path

from models import agentflow
from models.agentflow import Recorded
from sim import Emitted, load
from sim.result import Run
from sim.running import Running

CALM = Path(__file__).parents[3] / "scenarios/stack/calm.yaml"
ASKS = "workload=[{clients: 2, rate: 4/s, keys: 2, mix: {ask: 1}, timeout: 3s}]"


def watched(*changes: str, seed: int = 1) -> tuple[Run, list[Emitted]]:
    """A short run of questions, and what stores of runs recorded in it."""
    running = Running(load(CALM, ("duration=5s", "settle=0s", ASKS, *changes)), seed, keep_trace=False)
    found: list[Emitted] = []
    running.world.subscribe((Recorded,), found.append)
    return running.finish(), found


def test_a_history_goes_on_under_the_next_leader_where_the_last_one_left_it() -> None:
    result, recorded = watched("faults=[{at: 2s, for: 2s, crash: {nodes: 'role:metadata/leader'}}]")
    tellers = dict.fromkeys(one.node for one in recorded)
    assert len(tellers) > 1
    assert any(isinstance(one.event, agentflow.ReadBack) for one in recorded)
    assert result.failed == ()


def test_a_leader_that_is_cut_off_records_nothing_more() -> None:
    result, recorded = watched("faults=[{at: 2s, for: 2s, partition: {isolate: 'role:metadata/leader'}}]")
    cut = next(name for fault in result.fired for name in fault.targets)
    told = [one.t_ns for one in recorded if one.node == cut and not isinstance(one.event, agentflow.ReadBack)]
    assert told
    assert max(told) < 3_000_000_000
    assert result.failed == ()


def test_an_old_leader_that_heard_who_leads_now_goes_on_as_a_follower() -> None:
    changes = "faults=[{every: 900ms, for: 500ms, partition: {isolate: 'role:metadata/leader'}}]"
    for seed in (1, 2):
        assert watched(changes, seed=seed)[0].failed == ()
