"""Transactions that failed or of which nobody knows: a verdict agrees with all that may have happened."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from sim.checks.history import OPEN
from sim.checks.transactions import Transaction, check_transactions
from sim.checks.transactions.transaction import Step
from tests.checks.transactions.stores import Immediate, Snapshot, has_order, run

SMALL = 1_600


def blurred(transactions: Sequence[Transaction], seed: int) -> list[Transaction]:
    """Some ended unknown, so nobody knows what they read, and some are recorded as failed; the last is kept."""
    chance = random.Random(seed)
    found = []
    for one in transactions[:-1]:
        kind = chance.random()
        if one.outcome == "ok" and kind < 0.35:
            steps = tuple((f, key, None if f == "r" else value) for f, key, value in one.steps)
            one = replace(one, outcome="unknown", ret=OPEN, ret_ns=None, steps=steps, process=1000 + one.op)
        elif one.outcome == "ok" and kind < 0.42:
            one = replace(one, outcome="fail")
        found.append(one)
    return [*found, transactions[-1]]


def has_some_order(transactions: Sequence[Transaction], *, real_time: bool) -> bool:
    """Whether some of the unknown transactions and all completed ones have a serial order."""
    done = [one for one in transactions if one.outcome == "ok"]
    maybe = [one for one in transactions if one.outcome == "unknown"]
    return any(
        has_order(
            [*done, *(replace(one, outcome="ok", steps=appends(one)) for one in some)],
            lambda one, other: real_time and one.ret < other.call,
        )
        for count in range(len(maybe) + 1)
        for some in combinations(maybe, count)
    )


def appends(one: Transaction) -> tuple[Step, ...]:
    return tuple(step for step in one.steps if step[0] == "append")


@pytest.mark.parametrize("chunk", range(4))
def test_a_verdict_agrees_with_trying_all_that_may_have_happened(chunk: int) -> None:
    legal = 0
    for seed in range(chunk, SMALL, 4):
        store = Immediate() if seed % 3 else Snapshot()
        found = blurred(run(store, seed, 3 + seed % 2, clients=2 + seed % 3, keys=1 + seed % 2), seed)
        strict = has_some_order(found, real_time=True)
        free = has_some_order(found, real_time=False)
        assert (check_transactions(found).status == "pass") == strict, f"seed {seed}"
        loose = check_transactions(found, "serializable", sessions=False, realtime=False)
        assert (loose.status == "pass") == free, f"seed {seed}"
        legal += strict
    assert 0.15 < legal / (SMALL / 4) < 0.85
