"""What whole clusters do: nothing wrong under faults, the same answers however they were computed."""

from pathlib import Path

import pytest

from benchmarks.serving_oracles import arrivals_and_times
from models.llm_cache.settings import POLICIES
from sim.result import Run
from sim.running import run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[3] / "scenarios/llm_cache"
P = "systems.llm.parameters."
FAULTY = [
    "node-crash", "node-restart-empty", "rolling-restart", "router-crash", "router-power-cut", "feed-lost",
    "feed-reordered", "feed-duplicate", "two-routers-cut", "slow-node", "cancel-storm", "collisions", "rollout",
    "decode-overflow",
]  # fmt: skip
CALM = ("duration=14s", "settle=0s", P + "traffic.cancel=0%", P + "traffic.repeat=0%")


def ran(name: str, *overrides: str, seed: int = 1) -> Run:
    return run(load(ROOT / f"{name}.yaml", overrides), seed)


def answers(result: Run) -> dict[object, object]:
    """Request -> the beginning of its answer, of those in the history."""
    return {op.arg: op.result for op in result.history if op.outcome == "ok"}


@pytest.mark.parametrize("name", FAULTY)
def test_no_promise_is_broken_under_faults(name: str) -> None:
    assert ran(name, seed=2).failed == ()


@pytest.mark.parametrize("seed", range(2, 12))
def test_the_swarm_finds_nothing(seed: int) -> None:
    assert ran("swarm", seed=seed).failed == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_keeps_every_promise(policy: str) -> None:
    assert ran("policies", P + f"policy={policy}", "duration=12s", "settle=0s", seed=3).failed == ()


def test_memory_that_keeps_nothing_gives_the_same_answers() -> None:
    """Requests come one by one, so that both runs ask the same."""
    one = (*CALM, P + "traffic.clients=1", P + "traffic.gap=9s", P + "traffic.turns_exactly=1")
    warm, cold = (answers(ran("calm", *one, "duration=60s", P + f"total={total}")) for total in (400, 26))
    assert warm == cold
    assert len(warm) > 3


def test_one_engine_makes_all_policies_equal() -> None:
    one = ("systems.llm.nodes=2", P + "routers=1", *CALM)
    found = [[(op.arg, op.ret_ns) for op in ran("calm", *one, P + f"policy={policy}").history] for policy in POLICIES]
    assert all(other == found[0] for other in found)
    assert len(found[0]) > 10


def reused_share(policy: str, seeds: int) -> float:
    """Of prompt tokens: conversations of 8 turns, one at a time, 4 engines, S = 16 blocks, U = 8 blocks a turn."""
    from reports import frames

    more = [
        "systems.llm.nodes=5", "duration=14s", "settle=0s", P + f"policy={policy}", P + "routers=1", P + "total=4000",
        P + "timing=published", P + "stream_tokens=64", P + "traffic.arrivals=closed", P + "traffic.callers=1",
        P + "traffic.clients=1", P + "traffic.tenants=1", P + "traffic.systems=1", P + "traffic.system=[65, 65]",
        P + "traffic.user=[31, 31]", P + "traffic.output=[1, 1]", P + "traffic.turns_exactly=8",
        P + "traffic.cancel=0%", P + "traffic.repeat=0%",
    ]  # fmt: skip
    reused = prompt = 0
    for seed in range(seeds):
        found = frames.events(ran("calm", *more, seed=seed), "Answered")
        later = found[found["t_s"] > 2]
        reused, prompt = reused + int(later["reused"].sum()), prompt + int(later["prompt"].sum())
    return reused / prompt


def test_conversations_that_stay_reuse_what_the_closed_form_says() -> None:
    """Sum of S + (t - 1) U over sum of S + t U is 0.846; tokens beside the blocks move it a little."""
    assert abs(reused_share("prefix", 1) - 0.846) < 0.01


def test_what_is_in_engines_is_arrivals_times_the_mean_time_there() -> None:
    """Little's law; engines say what they have every 100 ms, times are from the queue to the end."""
    many, rate, stay, there = arrivals_and_times(800, 300)
    assert many > 1_000
    assert abs(there - rate * stay) < 0.01 * there
