"""Sequential consistency agrees with trying every order; leases overlap or not by true time."""

from itertools import permutations

import pytest

from sim.checks.budget import Budget
from sim.checks.consistency.lease import judge_lease
from sim.checks.consistency.sequential import judge_sequential
from sim.checks.history import OPEN, History, Op
from sim.checks.specs import SPECS
from tests.checks.consistency.stores import SECOND, history, row, wild_history


def has_order(found: History) -> bool:
    """Whether some order of all operations keeps the order of each process and explains every read."""
    for order in permutations(found.ops):
        places = {one.op: place for place, one in enumerate(order)}
        if any(
            a.process == b.process and a.call < b.call and places[a.op] > places[b.op] for a in order for b in order
        ):
            continue
        held: dict[object, object] = {}
        for one in order:
            if one.f == "put":
                held[one.key] = one.arg
            elif held.get(one.key) != one.result:
                break
        else:
            return True
    return False


def test_sequential_consistency_agrees_with_trying_every_order() -> None:
    legal = 0
    for seed in range(250):
        found = wild_history(seed, 3 + seed % 4)
        verdict = judge_sequential(found, SPECS["kv"])
        assert (verdict.status == "pass") == has_order(found), f"seed {seed}"
        legal += verdict.status == "pass"
    assert 50 < legal < 240


def test_a_stale_read_is_sequentially_consistent_and_a_swapped_order_is_not() -> None:
    stale = history(("a", "put", "x", 1), ("a", "put", "x", 2), ("b", "get", "x", 1))
    assert judge_sequential(stale, SPECS["kv"]).status == "pass"
    crossed = history(("a", "put", "x", 1), ("b", "put", "y", 1), ("a", "get", "y", None), ("b", "get", "x", None))
    verdict = judge_sequential(crossed, SPECS["kv"])
    assert (verdict.status, verdict.detail) == (
        "fail",
        "no order of 4 operations keeps the order of every process and explains all results",
    )


def test_it_is_not_local_so_keys_are_searched_together() -> None:
    """Each key alone has an order, but the two orders contradict each other."""
    crossed = history(("a", "put", "x", 1), ("b", "put", "y", 1), ("a", "get", "y", None), ("b", "get", "x", None))
    for key in "xy":
        assert judge_sequential(History(crossed.only(key)), SPECS["kv"]).status == "pass"
    assert judge_sequential(crossed, SPECS["kv"]).status == "fail"


def test_a_budget_ends_it_in_unknown_and_an_unknown_write_is_optional() -> None:
    found = wild_history(3, 40)
    assert judge_sequential(found, SPECS["kv"], Budget(5)).status == "unknown"
    lost = History(
        [row(0, "a", "put", "x", 1, outcome="unknown"), row(1, "b", "get", "x", None), row(2, "b", "get", "x", 1)]
    )
    assert judge_sequential(lost, SPECS["kv"]).status == "pass"
    assert judge_sequential(History(), SPECS["kv"]).status == "unknown"


def lease(n: int, client: str, f: str, result: object, call: int, ret: int) -> Op:
    end = None if ret == OPEN else ret * SECOND
    return Op(n, ord(client), client, f, "l", None, result, "ok", 2 * n, 2 * n + 1, call * SECOND, end)


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ([lease(0, "a", "acquire", 1, 0, 1), lease(1, "b", "acquire", 2, 11, 12)], ""),
        (
            [
                lease(0, "a", "acquire", 1, 0, 1),
                lease(1, "a", "release", True, 3, 4),
                lease(2, "b", "acquire", 2, 4, 5),
            ],
            "",
        ),
        (
            [lease(0, "a", "acquire", 1, 0, 1), lease(1, "b", "acquire", 2, 4, 5)],
            "a surely held it from 1s to 10s (acquire#0 of 1), but b had it at 5s (acquire#1 of 2)",
        ),
        ([lease(0, "a", "acquire", 1, 0, 1), lease(1, "b", "acquire", False, 4, 5)], ""),
        (
            [lease(0, "a", "acquire", 2, 0, 1), lease(1, "b", "acquire", 1, 11, 12)],
            "acquire#1 of 1 was asked for at 11s, after acquire#0 of 2 had been granted, but its token is not greater",
        ),
    ],
)
def test_leases_are_judged_by_true_time(ops: list[Op], said: str) -> None:
    verdict = judge_lease(History(ops), 10 * SECOND)
    assert (verdict.status, verdict.detail) == (("fail", said) if said else ("pass", verdict.detail))


def test_no_lease_is_unknown() -> None:
    assert judge_lease(History([lease(0, "a", "acquire", False, 0, 1)]), SECOND).status == "unknown"
