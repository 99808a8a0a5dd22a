"""Stores under faults, as scenarios write them: the reference is silent, and faults that must bite do."""

from pathlib import Path

import pytest

from models.veristore.events import Digest, GaveUp
from sim.running import Running, run
from sim.scenario.loader import load

FOLDER = Path(__file__).parents[4] / "scenarios/veristore"
MIXES = ("calm", "kill-restart", "power-cut", "torn-tail", "reordered", "disk-full", "slow-disk", "fsync-fails")
SHORT = ("duration=2s", "settle=500ms", "expect=pass")
GOLDEN = (533, 8549049466268970343)


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("mix", MIXES)
def test_the_reference_raises_no_alarm(mix: str, seed: int) -> None:
    assert run(load(FOLDER / f"{mix}.yaml", (*SHORT, "checks=[linearizable]")), seed).failed == ()


def violates_durable_prefix(scenario: str, *overrides: str) -> bool:
    loaded = load(FOLDER / f"{scenario}.yaml", overrides)
    return any("durable-prefix" in {one.check for one in run(loaded, seed).failed} for seed in range(1, 51))


def test_syncs_that_lie_lose_what_was_acknowledged() -> None:
    assert violates_durable_prefix("lying-fsync")


def test_a_wiped_disk_loses_what_was_acknowledged() -> None:
    assert violates_durable_prefix("power-cut", "faults.0.crash.disk=wipe", "duration=3s", "settle=1s", "expect=fail")


def test_a_calm_run_ends_in_the_map_that_it_always_did() -> None:
    running = Running(load(FOLDER / "calm.yaml", ("duration=4s", "settle=1s")), 1, keep_trace=False)
    digests: list[Digest] = []
    running.world.subscribe([Digest], lambda emitted: digests.append(emitted.event))  # type: ignore[arg-type]
    running.finish()
    assert (digests[-1].seq, digests[-1].digest) == GOLDEN


def test_point_in_time_says_what_it_gives_up() -> None:
    running = Running(load(FOLDER / "point-in-time.yaml"), 1, keep_trace=False)
    given_up: list[GaveUp] = []
    running.world.subscribe([GaveUp], lambda emitted: given_up.append(emitted.event))  # type: ignore[arg-type]
    running.finish()
    assert given_up
    assert all(event.first <= event.last for event in given_up)
