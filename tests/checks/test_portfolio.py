"""The portfolio: budgets that are kept, parts in turn, numpy as good as plain Python, a run that is followed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.checkers import list_history, register_history
from sim import run
from sim.checks import portfolio
from sim.checks.budget import Budget
from sim.checks.follower import Follower
from sim.checks.history import OPEN, History, Op
from sim.checks.linearizable import Linearizable, judge
from sim.checks.part import Part
from sim.checks.portfolio import SWEEP_FROM, decide
from sim.checks.search import Search
from sim.checks.specs import SPECS
from sim.checks.split import split
from sim.scenario.loader import load
from sim.world.operations import OperationRow
from tests.checks.histories import history_of, op
from tests.checks.wgl import plain_wgl
from tests.checks.worlds import WORLDS, random_history, simulated_history

ROOT = Path(__file__).parents[2]
KV = SPECS["kv"]


def hard(size: int = 400) -> History:
    return register_history(size, 20, values=20, seed=5)


def test_a_budget_of_configurations_ends_in_unknown_and_says_how_far_it_got() -> None:
    decision = decide(hard(2_000), KV, Budget(5_000))
    assert (decision.status, decision.stopped, decision.work) == ("unknown", "", 5_000)
    assert decision.found is not None
    assert decision.found.furthest > 0
    detail = judge(hard(2_000), KV, Budget(5_000)).detail
    assert detail.startswith("key k0 is undecided after 5,000 configurations: linearizable up to event ")


def test_the_clock_is_an_outer_belt_and_the_verdict_says_so() -> None:
    began = time.perf_counter()
    verdict = judge(register_history(2_000, 20, values=50), KV, Budget(10**12, seconds=0.3))
    assert verdict.status == "unknown"
    assert "(stopped by the clock; not reproducible)" in verdict.detail
    assert time.perf_counter() - began < 3  # generous: it shows that the belt strikes at all, not how fast


def test_memory_is_an_outer_belt_too() -> None:
    # A process of its own: one that has freed much memory before need not grow for this search at all.
    search = (
        "from benchmarks.checkers import register_history; from sim.checks.budget import Budget; "
        "from sim.checks.linearizable import judge; from sim.checks.specs import SPECS; "
        "budget = Budget(10**12, seconds=20, megabytes=1); "
        "print(judge(register_history(2_000, 20, values=50), SPECS['kv'], budget).detail)"
    )
    said = subprocess.run([sys.executable, "-c", search], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "(stopped by the memory; not reproducible)" in said


def test_one_hard_part_does_not_starve_the_others() -> None:
    easy = [op(9_000 + i, "put", i % 2, None, 10**6 + 2 * i, 10**6 + 2 * i + 1, key="easy") for i in range(40)]
    easy.append(op(9_900, "get", None, 7, 10**7, 10**7 + 1, key="easy"))
    crowd = [op_of(one) for one in register_history(600, 20, values=20, seed=5)]
    decision = decide(history_of([*crowd, *easy]), KV, Budget(20_000), algorithm="search")
    assert decision.status == "fail"
    assert decision.part is not None
    assert decision.part.name == "easy"


def op_of(one: Op) -> Op:
    return Op(
        one.op, one.process, one.client, one.f, "hard", one.arg, one.result, one.outcome, one.call, one.ret, 0, None
    )  # fmt: skip


def test_all_parts_are_told_if_all_are_asked_for() -> None:
    wrong = [op(i, "get", None, 7, 2 * i, 2 * i + 1, key=key) for i, key in enumerate("abc")]
    assert len(decide(history_of(wrong), KV).failed) == 1
    assert [part.name for part, _ in decide(history_of(wrong), KV, all_parts=True).failed] == ["a", "b", "c"]


@pytest.mark.parametrize("seed", range(60))
def test_numpy_and_plain_zones_agree(seed: int) -> None:
    size = SWEEP_FROM + 50
    history = register_history(
        size, 2 + seed % 7, keys=1 + seed % 4, swaps=0.1 * (seed % 3), unknown=0.05 * (seed % 2), seed=seed
    )
    ops = list(history)
    if seed % 3 == 0:
        reads = [i for i, one in enumerate(ops) if one.f == "get" and one.outcome == "ok" and one.result is not None]
        victim, other = reads[len(reads) // 2], reads[len(reads) // 4]
        ops[victim] = _with_result(ops[victim], ops[other].result)
    changed = History(ops)
    at_once = decide(changed, KV)
    apart = ["pass" if Search(part, KV).run(10**6).status == "pass" else "fail" for part in split(changed, KV)]  # type: ignore[union-attr]
    assert at_once.status == ("fail" if "fail" in apart else "pass")


@pytest.mark.parametrize("chunk", range(4))
def test_numpy_decides_small_and_crowded_histories_as_a_search_does(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small enough that one backward zone, or one early return, is all that is wrong."""
    monkeypatch.setattr(portfolio, "SWEEP_FROM", 1)
    found = {"pass": 0, "fail": 0}
    for seed in range(chunk, 2_400, 4):
        history = random_history("kv", seed, 3 + seed % 8, wrong=0.3, unknown=0.1)
        right = all(_search(part) for part in split(history, KV))
        assert (decide(history, KV).status == "pass") == right, f"seed {seed}"
        found["pass" if right else "fail"] += 1
    assert min(found.values()) > 60


def _search(part: Part) -> bool:
    done = Search(part, KV).run(10**6)
    assert done is not None, "so few operations are decided"
    return done.status == "pass"


def _with_result(one: Op, result: object) -> Op:
    return Op(
        one.op, one.process, one.client, one.f, one.key, one.arg, result, one.outcome, one.call, one.ret, one.call_ns,
        one.ret_ns,
    )  # fmt: skip


def test_one_stale_read_in_a_large_history_is_found_with_its_proof() -> None:
    ops = list(register_history(5_000, 10, keys=3, swaps=0.1, unknown=0.02, seed=2))
    reads = [i for i, one in enumerate(ops) if one.f == "get" and one.outcome == "ok" and one.key == "k1"]
    ops[reads[-5]] = _with_result(ops[reads[-5]], ops[reads[-300]].result)
    decision = decide(History(ops), KV)
    assert (decision.status, decision.algorithm, decision.work) == ("fail", "zones", 0)
    assert decision.part is not None
    assert decision.part.name == "k1"
    assert ops[reads[-5]] in decision.explain().ops


def test_large_histories_are_decided_without_a_search() -> None:
    for history, spec in (
        (register_history(5_000, 50, swaps=0.2, unknown=0.02), "kv"),
        (list_history(2_000, 50), "kv-append"),
    ):
        decision = decide(history, SPECS[spec])
        assert (decision.status, decision.algorithm, decision.work) == ("pass", "zones", 0)


@pytest.mark.parametrize("name", ["kv", "counter", "queue"])
def test_the_search_of_the_papers_agrees(name: str) -> None:
    for seed in range(1, 80, 2):
        spec = WORLDS[name][1]
        for part in split(simulated_history(name, seed, 24, 3, wrong=0.05, unknown=0.05), spec):
            if any(part.maybe):
                continue
            found = Search(part, spec).run(10**6)
            assert found is not None
            assert plain_wgl(part, spec) == found.status


def rows_of(history: History) -> list[tuple[OperationRow, bool]]:
    """The calls and ends of a history, in their order."""
    events: list[tuple[int, OperationRow, bool]] = []
    for one in history:
        row = OperationRow(one.op, one.client, one.f, one.key, one.arg, one.call, one.call_ns, 0)
        row.result = one.result
        row.ret = None if one.ret == OPEN else one.ret
        events.append((one.call, row, False))
        events.append((one.ret if one.ret < OPEN else one.call + 40, row, True))
        row.outcome = None
    return [(row, returned) for _, row, returned in sorted(events, key=lambda event: (event[0], event[2]))]


@pytest.mark.parametrize("name", ["kv", "counter", "queue", "lock", "append-log"])
def test_following_a_run_gives_the_verdict_that_the_whole_history_gives(name: str) -> None:
    found = {"pass": 0, "fail": 0}
    for seed in range(120):
        spec = WORLDS[name][1]
        assert Follower.can_follow(spec)
        history = simulated_history(name, seed, 30, 3, wrong=0.03 * (seed % 2), unknown=0.0)
        follower = Follower(spec)
        for row, returned in rows_of(history):
            if returned:
                row.outcome = "ok"
            follower.take(row, returned=returned)
        whole = decide(history, spec).status
        assert follower.violated == (whole == "fail"), f"{name}, seed {seed}"
        found[whole] += 1
    assert min(found.values()) >= 5


def test_a_run_stops_at_its_first_violation_with_the_verdict_of_the_whole_run() -> None:
    path = ROOT / "scenarios" / "known_bugs" / "local-read.yaml"
    whole, stopped = run(load(path)), run(load(path, ("stop=violation",)))
    assert stopped.virtual_ns < whole.virtual_ns
    told = [next(one for one in each.checks if one.check == "linearizable") for each in (whole, stopped)]
    assert [one.status for one in told] == ["fail", "fail"]
    assert told[0].detail == told[1].detail
    assert any("stopped at the first violation" in note for note in stopped.notes)
    assert run(load(path, ("stop=violation",))).fingerprint == stopped.fingerprint


def test_following_changes_nothing_of_a_run_without_violation() -> None:
    path = ROOT / "scenarios" / "raft" / "calm.yaml"
    short = ("duration=8s", "settle=4s")
    assert run(load(path, short)).fingerprint == run(load(path, (*short, "stop=violation"))).fingerprint


def test_objects_that_must_be_known_beforehand_are_not_followed() -> None:
    check = Linearizable(SPECS["bank"])
    check.follow(OperationRow(0, "a", "read", None, None, 0, 0, 0), returned=False)
    assert not check.violated


def test_memory_of_a_history_is_a_few_words_an_operation() -> None:
    history = register_history(2_000, 5)
    of = history.columns
    bytes_each = sum(getattr(of, name).itemsize for name in type(of).__slots__)
    assert bytes_each <= 96
    assert Part(history, range(10)).ops == list(history.ops[:10])
