"""What is served: sums that are exact, certificates that hold, and no promise broken under faults."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rfid_moe.bank import Shape, applied, bank_of
from models.rfid_moe.compression import Assembly, Infeasible, Recipe, digest_of, rank_budget, release_of
from models.rfid_moe.events import Answered
from models.rfid_moe.quality import BITS, UNIT, combined, length_above, rounded, shared_out, square
from models.rfid_moe.routing import SHIFT
from sim.result import Run
from sim.running import Running, run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[3] / "scenarios/rfid_moe"
SHAPE = Shape(2, 8, 4, 3, 12, 8, 48, 1000, 1)
RECIPE = Recipe(400)
FAULTY = [
    "node-crash", "zone-loss", "two-crashes", "straggler", "cut-dispatcher", "crash-in-move", "rollout",
    "vram-pressure", "no-shadows", "no-replicas", "all-lost",
]  # fmt: skip
SHORT = "systems.moe.parameters.layers=1"


def ran(name: str, *overrides: str, seed: int = 1) -> Run:
    return run(load(ROOT / f"{name}.yaml", overrides), seed)


@pytest.mark.parametrize("name", FAULTY)
def test_no_promise_is_broken_under_faults(name: str) -> None:
    for seed in (2,):
        assert ran(name, SHORT, "checks=[]", seed=seed).failed == ()


@pytest.mark.parametrize("seed", range(2, 12))
def test_the_swarm_finds_nothing_and_liveness_is_judged(seed: int) -> None:
    result = ran("swarm", SHORT, seed=seed)
    assert result.failed == ()
    assert all(check.status == "pass" for check in result.checks if check.check == "liveness")


def test_without_a_fault_not_one_answer_is_degraded() -> None:
    result = ran("calm", seed=4)
    assert result.counts.ok > 60
    assert all(op.result == 0 for op in result.history if op.outcome == "ok")


def test_a_run_needs_no_numpy() -> None:
    words = ["run", "scenarios/rfid_moe/calm.yaml", "--set", "duration=3s", "--set", "settle=0s", "--no-save"]
    code = f"import sys; from sim.cli import main; main({words!r}); assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT.parents[1])


def test_certificates_hold_for_every_token_and_every_shadow() -> None:
    bank, release = bank_of(SHAPE), release_of(SHAPE, 1, RECIPE)
    for layer in range(SHAPE.layers):
        for expert in range(SHAPE.experts):
            matrix = Assembly(SHAPE).matrix(release.image(layer, expert))
            certificate = release.certificate(layer, expert)
            assert certificate.digest == digest_of(matrix)
            for token in range(SHAPE.tokens):
                vector = bank.input(layer, token)
                full, short = bank.output(layer, expert, token), applied(matrix, vector)
                off = [one - other for one, other in zip(full, short, strict=True)]
                assert square(off) <= (certificate.norm * bank.length(layer, token)) ** 2


def test_a_release_spends_its_budget_and_residues_help() -> None:
    release = release_of(SHAPE, 1, RECIPE)
    assert [sum(plan.ranks) for plan in release.plans] == [rank_budget(SHAPE, RECIPE)] * SHAPE.layers
    with pytest.raises(Infeasible, match="expected at least 2"):
        release_of(SHAPE, 2, Recipe(50))


def test_rankings_are_of_all_experts_and_drift_by_exchange_or_by_shift() -> None:
    router = bank_of(SHAPE).router
    for phase in (0, 1, SHIFT):
        assert sorted(router.ranking(0, 7, phase)) == list(range(SHAPE.experts))
    wanted = [[router.top(0, token, phase) for token in range(48)] for phase in (0, 1, SHIFT)]
    changed = [sum(one != other for one, other in zip(wanted[0], later, strict=True)) for later in wanted[1:]]
    assert 0 < changed[0] < changed[1]


@given(st.lists(st.integers(1, UNIT), min_size=1, max_size=8))
def test_weights_sum_to_the_unit_exactly(scores: list[int]) -> None:
    weights = shared_out(scores)
    assert sum(weights) == UNIT
    assert min(weights) >= 0


@given(st.integers(-(2**80), 2**80))
def test_rounding_keeps_as_many_bits_and_is_near(value: int) -> None:
    found = rounded(value)
    assert abs(found - value) * 2**BITS <= abs(value)
    assert rounded(found) == found


def test_the_order_of_a_sum_shows_in_its_bits() -> None:
    bank = bank_of(SHAPE)
    wanted = bank.wanted(0, 3, 0)
    outputs = [bank.output(0, expert, 3) for expert, _ in wanted]
    weights = [weight for _, weight in wanted]
    assert combined(weights, outputs) == bank.truth(0, 3, 0) != combined(weights[::-1], outputs[::-1])


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=9))
def test_a_length_from_above_is_not_below(vector: list[int]) -> None:
    assert length_above(vector) ** 2 > square(vector)


def test_a_request_that_comes_twice_is_computed_once() -> None:
    """Each answer of a dispatcher is one computation's; a second one of the same request would mix with the first."""
    running = Running(load(ROOT / "calm.yaml", (SHORT, "network.duplicate=50%")), 1, keep_trace=False)
    answered: list[tuple[str, str]] = []
    running.world.subscribe((Answered,), lambda one: answered.append((one.node, one.event.request)))  # type: ignore[attr-defined]
    assert running.finish().failed == ()
    again = [one for one in answered if answered.count(one) > 1]
    assert len(again) < len(answered) // 10, "but for copies that come when the first is over"
