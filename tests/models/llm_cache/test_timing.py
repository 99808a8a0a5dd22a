"""How long things take: the published figures, the knee, and bulk steps against single ones."""

from pathlib import Path

import pytest

from models.llm_cache.timing import step_ns
from reports import frames
from sim import MS, SECOND
from sim.running import run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[3] / "scenarios/llm_cache"
P = "systems.llm.parameters."


def latencies(name: str, *overrides: str, seed: int = 1) -> list[int]:
    """Of the requests in the history that were done, in ns: clients there do one thing at a time."""
    result = run(load(ROOT / f"{name}.yaml", overrides), seed)
    assert result.failed == ()
    return [op.ret_ns - op.call_ns for op in result.history if op.outcome == "ok" and op.ret_ns is not None]


def test_published_timing_gives_1405_ms_cold_and_985_ms_with_420_tokens_reused() -> None:
    found = latencies("published-timing", P + "traffic.tenants=1")
    assert [round(ns / MS) for ns in found[:3]] == [1_405, 985, 985]
    assert {round(ns / MS) for ns in found[1:]} == {985}
    assert len(found) > 10


def test_published_timing_gives_205_ms_when_all_of_the_prompt_is_reused() -> None:
    found = latencies("published-timing", P + "traffic.tenants=1", P + "traffic.phrases=1")
    assert round(found[0] / MS) == 1_405
    assert {round(ns / MS) for ns in found[1:]} == {205}


def test_ten_callers_of_the_serial_server_wait_about_55_s() -> None:
    found = latencies("admission-cap", P + "queue_max=64", "duration=400s", P + "answer_within=70s", "settle=71s")
    steady = found[4:]
    assert all(54 * SECOND < ns < 56 * SECOND for ns in steady)
    assert len(steady) > 5


def test_a_cap_of_three_lowers_latency_at_the_price_of_refusals() -> None:
    result = run(load(ROOT / "admission-cap.yaml"), 1)
    got = frames.events(result, "Got")
    done = sorted(got[got["state"] == "DONE"]["total_ns"])
    assert done[len(done) * 95 // 100] < 21 * SECOND
    assert (got["state"] == "REFUSED").sum() > len(done)


def test_a_step_is_the_measured_one_at_1_and_at_8_sequences_and_flat_behind_the_knee() -> None:
    assert step_ns(1, 0, "a100") == 13_303_000
    assert step_ns(8, 0, "a100") == 16_124_000
    assert abs(8 * step_ns(1, 0, "a100") / step_ns(8, 0, "a100") - 6.6) < 0.01
    assert step_ns(64, 0, "a100") == 4 * step_ns(16, 0, "a100") == 64 * 2_015_000
    assert step_ns(0, 512, "a100") == 51_200_000
    assert step_ns(4, 0, "h100") * 2 == step_ns(4, 0, "a100")


@pytest.mark.parametrize("gap", ["250ms", "900ms"])
def test_steps_in_bulk_give_the_times_of_single_steps(gap: str) -> None:
    """The page asks for 3% of the mean; both count the same steps, so they differ by nothing but ties."""
    more = (P + f"traffic.gap={gap}", P + "policy=round_robin", "duration=16s", "settle=0s", P + "total=400")
    step, fluid = (latencies("calm", P + f"timing={timing}", *more) for timing in ("step", "fluid"))
    assert len(step) > 20
    mean_step, mean_fluid = sum(step) / len(step), sum(fluid) / len(fluid)
    assert abs(mean_fluid - mean_step) < 0.03 * mean_step


def test_throughput_rises_to_eight_callers_and_is_flat_behind() -> None:
    done = {}
    for callers in (1, 8, 24):
        more = (P + "traffic.clients=1", P + "traffic.system=[9, 9]", P + "traffic.user=[9, 9]", "duration=20s")
        found = latencies("knee", P + f"traffic.callers={callers}", "settle=0s", *more)
        done[callers] = callers * len(found)
    assert done[8] > 5 * done[1]
    assert done[24] < 1.25 * done[8]
