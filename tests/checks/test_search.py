"""The search agrees with brute force, its reductions change no verdict, and every witness replays."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.history import OPEN, Op, cut
from sim.checks.portfolio import decide
from sim.checks.search import Budget, Search
from sim.checks.specs import Register
from sim.checks.witness import replay
from tests.checks.histories import brute_force, history_of, op, random_history

SPEC = Register()
SMALL = 2_500


def searched(ops: list[Op], *, eager: bool = True, dominated: bool = True) -> str:
    return Search(ops, SPEC, Budget(), eager=eager, dominated=dominated).run().status


def test_the_search_agrees_with_brute_force_and_both_verdicts_are_common() -> None:
    verdicts = []
    for seed in range(SMALL):
        ops = random_history(seed, 2 + seed % 5, repeated=(0, 30, 60)[seed % 3])
        legal = brute_force(ops, SPEC)
        assert searched(ops) == ("pass" if legal else "fail"), f"seed {seed}: {ops}"
        verdicts.append(legal)
    assert 0.15 < sum(verdicts) / len(verdicts) < 0.85


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(2, 12))
def test_no_reduction_changes_a_verdict(seed: int, size: int) -> None:
    ops = random_history(seed, size)
    verdicts = {
        searched(ops, eager=eager, dominated=dominated) for eager in (True, False) for dominated in (True, False)
    }
    assert len(verdicts) == 1


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(2, 14))
def test_every_witness_replays_and_a_tampered_one_does_not(seed: int, size: int) -> None:
    ops = random_history(seed, size)
    found = Search(ops, SPEC, Budget()).run()
    if found.status == "pass":
        assert replay(ops, found.order, SPEC) == ""
        completed = [one for one in found.order if one.outcome == "ok"]
        if completed:
            without = [one for one in found.order if one is not completed[0]]
            assert "is missing" in replay(ops, without, SPEC)
            assert replay(ops, [*found.order, completed[0]], SPEC) == "an operation stands twice"


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(3, 10))
def test_a_prefix_of_a_linearizable_history_is_linearizable(seed: int, size: int) -> None:
    ops = random_history(seed, size)
    if searched(ops) == "pass":
        for one in ops:
            if one.ret < OPEN:
                assert searched(cut(ops, one.ret)) == "pass"


def test_an_order_against_time_is_no_witness() -> None:
    first, second = op(0, "put", "a", None, 0, 1), op(1, "put", "b", None, 2, 3)
    assert replay([first, second], [second, first], SPEC) == (
        "put('a')#0 by c0 stands behind an operation that was called after it returned"
    )


STALE = [op(0, "put", "a", None, 0, 1), op(1, "put", "b", None, 2, 3), op(2, "get", None, "a", 4, 5)]
REJECTED = {
    "a stale read": STALE,
    "a value that nobody wrote": [op(0, "get", None, "z", 0, 1)],
    "a lost write": [op(0, "put", "a", None, 0, 1), op(1, "get", None, None, 2, 3)],
    "a read from the future": [op(0, "get", None, "a", 0, 1), op(1, "put", "a", None, 2, 3)],
    "two swaps from one value": [
        op(0, "put", "a", None, 0, 1),
        op(1, "cas", ("a", "b"), "a", 2, 5),
        op(2, "cas", ("a", "c"), "a", 3, 4),
    ],
    "a swap that saw another value and still took effect": [
        op(0, "put", "a", None, 0, 1),
        op(1, "cas", ("z", "b"), "a", 2, 3),
        op(2, "get", None, "b", 4, 5),
    ],
    "reads that go back": [
        op(0, "put", "a", None, 0, 9),
        op(1, "get", None, "a", 1, 2),
        op(2, "get", None, None, 3, 4),
    ],
}


@pytest.mark.parametrize("anomaly", REJECTED)
def test_each_anomaly_is_rejected(anomaly: str) -> None:
    assert decide(history_of(REJECTED[anomaly]), SPEC).status == "fail"


def test_what_may_have_happened_late_explains_a_late_value() -> None:
    late = [op(0, "put", "a", None, 0, OPEN, "unknown"), op(1, "get", None, None, 1, 2), op(2, "get", None, "a", 3, 4)]
    assert decide(history_of(late), SPEC).status == "pass"
    assert decide(history_of([replace(late[0], outcome="fail", ret=5), *late[1:]]), SPEC).status == "fail"


def test_values_of_other_types_are_other_values() -> None:
    ops = [op(0, "put", 1, None, 0, 1), op(1, "get", None, True, 2, 3)]
    assert decide(history_of(ops), SPEC).status == "fail"


def test_keys_are_decided_apart_and_the_bad_one_is_named() -> None:
    other = [op(9, "put", "q", None, 6, 7, key="y"), op(10, "get", None, "q", 8, 9, key="y")]
    decision = decide(history_of([*STALE, *other]), SPEC)
    assert (decision.status, decision.part) == ("fail", "x")


def test_a_budget_of_one_configuration_says_unknown_and_never_pass() -> None:
    ops = [op(i, "put", f"v{i}", None, i, 100 + i) for i in range(8)] + [op(8, "get", None, "v3", 50, 200)]
    decision = decide(history_of(ops), SPEC, Budget(1))
    assert (decision.status, decision.work) == ("unknown", 2)


def test_work_and_verdict_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "from tests.checks.histories import *\n"
        "from sim.checks.portfolio import decide\n"
        "from sim.checks.specs import Register\n"
        "for seed in range(40):\n"
        "    d = decide(history_of(random_history(seed, 12)), Register()); print(d.status, d.work, d.furthest)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
