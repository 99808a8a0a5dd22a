"""A store on a group's log: it moves with the leader, and a leader that lost its place answers nobody."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from models import agentflow
from models.agentflow import Recorded
from models.agentflow.events import Leased
from models.agentflow.history import DecisionTaken
from sim import Emitted, load
from sim.result import Run
from sim.running import Running
from sim.world.trace import DELIVER

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


def leases_held(decisions: int) -> int:
    """Of how many runs a lone decider had decisions under way at once, at most."""
    changes = ("duration=4s", "settle=0s", f"systems.stack.parameters.flow.decisions={decisions}")
    asks = "workload=[{clients: 6, rate: 20/s, keys: 2, mix: {ask: 1}, timeout: 3s}]"
    running = Running(load(CALM, (*changes, asks)), 1, keep_trace=False)
    held: dict[str, None] = {}
    most = [0]

    def count(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, Leased):
            held[event.run] = None
        elif isinstance(event, Recorded) and isinstance(event.event, DecisionTaken):
            held.pop(event.run, None)
        most[0] = max(most[0], len(held))

    running.world.subscribe((Leased, Recorded), count)
    assert running.finish().failed == ()
    return most[0]


def test_a_decider_has_as_many_runs_under_way_as_it_may_and_each_run_one_decision() -> None:
    assert [leases_held(1), leases_held(3)] == [1, 3]


def test_who_polls_in_vain_is_sent_away_after_the_wait_and_asks_again() -> None:
    quiet = ("duration=6s", "settle=0s", "workload=[]")
    running = Running(load(CALM, quiet), 1, keep_trace=True)
    running.finish()
    sent_away = [record[0] for record in running.world.trace.records() if is_nothing(record, "n15")]
    assert len(sent_away) == 4 * 5  # four at once, each after the second that it may wait
    assert all(later - earlier < 1_200_000_000 for earlier, later in pairwise(sent_away))


def is_nothing(record: Sequence[object], node: str) -> bool:
    """Whether a record is that a node is told that there is no work."""
    return record[1] == DELIVER and record[3] == node and "['Nothing']" in str(record[-1])
