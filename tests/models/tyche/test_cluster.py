"""What whole clusters do: the same answers and containers as without preloading, and nothing wrong under faults."""

from collections import Counter
from pathlib import Path

import pytest

from reports import frames
from sim.result import Run
from sim.running import run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[3] / "scenarios/tyche"
P = "systems.serverless.parameters."
FAULTY = [
    "burst", "lull", "pressure", "many-users", "container-crash", "worker-lost", "controller-restart", "cut-worker",
    "slow-disk", "lost-acks", "racing-invoke", "gpu-claims",
]  # fmt: skip
POLICIES = ["tyche", "none", "always", "fixed", "histogram", "greedy-dual", "minute", "clairvoyant"]


def ran(name: str, *overrides: str, seed: int = 1) -> Run:
    return run(load(ROOT / f"{name}.yaml", overrides), seed)


@pytest.mark.parametrize("name", FAULTY)
def test_no_promise_is_broken_under_faults(name: str) -> None:
    for seed in range(2, 7):
        assert ran(name, seed=seed).failed == ()


@pytest.mark.parametrize("seed", range(2, 27))
def test_the_swarm_finds_nothing(seed: int) -> None:
    assert ran("swarm", seed=seed).failed == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_keeps_every_promise(policy: str) -> None:
    assert ran("swarm", P + f"policy={policy}", seed=3).failed == ()
    assert ran("policies", P + f"policy={policy}", "duration=8m", seed=3).failed == ()


@pytest.mark.parametrize("keep", ["until-load", "until-drop"])
def test_a_model_that_is_kept_after_its_run_keeps_every_promise(keep: str) -> None:
    for seed in (3, 4):
        assert ran("swarm", P + f"keep_after={keep}", P + "windows=saved", seed=seed).failed == ()


def containers(result: Run) -> Counter[str]:
    told = frames.events(result, "ContainerState")
    return Counter(told["target"])


def test_preloading_makes_and_expires_the_containers_that_the_keep_alive_policy_does_alone() -> None:
    """One function of one user and no overlap: run times differ, lives of containers do not."""
    overrides = [P + "keep_alive=15s", "duration=15m"]
    with_it = ran("mutants/drift", *overrides, "systems.serverless.mutant=", "faults=[]", "expect=pass")
    without = ran(
        "mutants/drift", *overrides, "systems.serverless.mutant=", "faults=[]", "expect=pass", P + "policy=none"
    )
    assert containers(with_it)["WARMING"] == containers(without)["WARMING"] > 3
    assert containers(with_it)["EXPIRED"] == containers(without)["EXPIRED"] > 3


def test_answers_are_the_same_with_and_without_preloading() -> None:
    taken = [
        {one.request: one.result for one in frames.events(ran("mutants/calm", *more), "Taken").itertuples()}
        for more in (["systems.serverless.mutant="], ["systems.serverless.mutant=", P + "policy=none"])
    ]
    assert taken[0] == taken[1]
    assert len(taken[0]) > 50


def test_constant_drift_changes_no_fate() -> None:
    """Window and timers use one clock: each request is hit, or missed, as without drift."""
    short = "duration=20h"
    fates = [
        Counter(
            frames.events(ran("drift", short, f"faults=[{{at: 0s, clock: {{nodes: n1, drift: {drift}}}}}]"), "Served")[
                "how"
            ]
        )
        for drift in ("1ppm", "5%", "-5%")
    ]
    assert all(abs(one["hit"] - fates[0]["hit"]) <= 2 for one in fates)
    assert fates[0]["hit"] > 400


def test_clairvoyance_hits_and_keeps_nothing_in_memory() -> None:
    result = ran("mutants/calm", "systems.serverless.mutant=", P + "policy=clairvoyant")
    served = frames.events(result, "Served")
    assert (served["how"] == "hit").mean() > 0.5
    alone = frames.events(ran("mutants/calm", "systems.serverless.mutant=", P + "policy=none"), "Served")
    assert not (alone["how"] == "hit").any()


def test_a_workload_may_call_by_hand() -> None:
    steps = "{timeout: 20s, operations: [{at: 1s, invoke: asr}, {at: 9s, invoke: ocr}, {at: 15s, invoke: asr}]}"
    result = ran("mutants/calm", "systems.serverless.mutant=", f"workload=[{steps}]")
    asked = [op for op in result.history if op.client == "c1"]
    assert [(op.f, op.key, op.outcome) for op in asked] == [("invoke", name, "ok") for name in ("asr", "ocr", "asr")]
    assert result.failed == ()


def test_a_word_that_comes_twice_is_no_news_after_its_worker_was_lost() -> None:
    assert run(load(ROOT / "swarm.yaml"), 307).failed == ()
