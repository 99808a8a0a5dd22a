"""Releases: what was trained answers, and what does not answer is taken back, whatever was heard of it."""

from pathlib import Path

import pytest

from models import agentflow, llm_cache
from models.stack.rollouts_flow import KIND, release_of, way_back
from sim import Emitted, load, run
from sim.running import Running
from sim.scenario.errors import ScenarioErrors

SCENARIOS = Path(__file__).parents[3] / "scenarios/stack"
LATE = SCENARIOS / "mutants/late-swap.yaml"
TRAINS = "workload=[{timeout: 9s, operations: [{at: 500ms, client: c1, train: k0}, {at: 1s, client: c2, train: k1}]}]"


def job_of(run_name: str) -> int:
    """The job whose release a run is about."""
    return int(run_name.removeprefix(f"{KIND}-"))


def ends(*changes: str) -> tuple[dict[str, object], list[int]]:
    """How each rollout of a run ended, and the versions that engines began with, in order."""
    running = Running(load(LATE, changes), 1, keep_trace=False)
    ended, versions = dict[str, object](), list[int]()

    def note(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, llm_cache.EngineStarted):
            versions.append(event.version)
        elif isinstance(event, agentflow.Recorded) and event.run.startswith(KIND):
            ended[event.run] = event.event

    running.world.subscribe((agentflow.Recorded, llm_cache.EngineStarted), note)
    assert running.finish().failed == ()
    return ended, versions


def test_a_job_that_succeeded_is_released_and_answers() -> None:
    ended, versions = ends("duration=14s", "settle=0s", "faults=[]", TRAINS)
    kept = [name for name, end in ended.items() if isinstance(end, agentflow.Completed) and end.result == b"in force"]
    assert kept
    assert versions[-1] in [release_of(job_of(name)) for name in kept]


def test_a_swap_that_comes_after_its_undo_changes_nothing_for_good() -> None:
    ended, versions = ends()
    undone = [job_of(name) for name, end in ended.items() if isinstance(end, agentflow.Compensated)]
    assert undone
    assert versions[-1] == way_back(release_of(max(undone)))


def test_an_undo_that_looks_first_whether_there_is_something_to_undo_is_found() -> None:
    failed = run(load(LATE, ("systems.stack.mutant=compensates-late",))).failed
    assert [verdict.check for verdict in failed] == ["answer-released"]


def test_engines_that_stand_in_have_no_releases() -> None:
    with pytest.raises(ScenarioErrors, match="have one version"):
        load(LATE, ("systems.stack.parameters.inference=stand_in",))
