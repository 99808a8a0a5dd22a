"""Causality and session guarantees agree with their definitions, tried out in every way that explains a history."""

import random
from dataclasses import replace
from itertools import islice

import pytest

from sim.checks.consistency.causal import judge_causal
from sim.checks.consistency.sessions import GUARANTEES, Guarantee, judge_session
from sim.checks.history import OPEN, History
from tests.checks.consistency.naive import broken, has_pattern, is_causal, is_weakly_causal, only_reading, readings
from tests.checks.consistency.random_histories import Mix, random_history
from tests.checks.consistency.stores import causal_history


def small_history(seed: int) -> History:
    mix = Mix(seed, few=seed % 5 == 0, odd=seed % 3 == 0, keys="xy" if seed % 2 else "x", clients=2 + seed % 3)
    return random_history(mix, 3 + seed % 6)


@pytest.mark.parametrize("convergent", [False, True])
def test_a_verdict_about_causality_is_never_wrong(convergent: bool) -> None:
    """Pass means that some explanation has no bad pattern, fail that none has."""
    counts = dict.fromkeys(("pass", "fail", "unknown"), 0)
    for seed in range(700):
        found = small_history(seed)
        verdict = judge_causal(found, convergent=convergent)
        counts[verdict.status] += 1
        if verdict.status != "unknown":
            right = is_causal(found, convergent=convergent)
            assert (verdict.status == "pass") == right, f"seed {seed}: {verdict.detail}"
    assert min(counts["pass"], counts["fail"]) > 100
    assert counts["unknown"] < 140


def test_bad_patterns_are_the_definition_of_weak_causal_consistency() -> None:
    legal = 0
    for seed in range(400):
        found = small_history(seed)
        right = is_weakly_causal(found)
        assert right == is_causal(found), f"seed {seed}"
        legal += right
    assert 100 < legal < 340


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_verdict_about_a_session_guarantee_is_never_wrong(guarantee: Guarantee) -> None:
    """Without an order of versions, with one, and with one that only some versions have."""
    orders = (lambda _: None, lambda op: op.op * 7 % 11, lambda op: op.op * 5 % 7 if op.op % 2 else None)
    counts = dict.fromkeys(("pass", "fail", "unknown"), 0)
    for seed in range(1_600):
        swaps = seed % 4 == 0
        found = small_history(seed) if swaps else random_history(Mix(seed, clients=2), 7 + seed % 4, unknown=0.08)
        ways = list(islice(readings(found), 200))
        if not ways or len(ways) == 200:
            continue
        for order in orders:
            verdict = judge_session(found, guarantee, None if order is orders[0] else order)
            wrong = all(broken(way, guarantee, order) for way in ways)
            counts[verdict.status] += 1
            assert verdict.status == "unknown" or (verdict.status == "fail") == wrong, f"seed {seed}: {verdict.detail}"
    assert min(counts.values()) > 30


def test_many_unknown_writes_are_ordered_like_any_others() -> None:
    """More than fit in one stretch of bits, on one key, in histories whose values are unique."""
    counts = {"pass": 0, "fail": 0}
    for seed in range(60):
        found = with_unknown(causal_history(seed, 130, keys="x" if seed % 2 else "xy"), seed, 0.8)
        found = with_old_read(found, seed) if seed % 3 else found
        way = only_reading(found)
        for convergent in (False, True):
            verdict = judge_causal(found, convergent=convergent)
            assert (verdict.status == "pass") != has_pattern(way, convergent=convergent), f"seed {seed}"
            counts[verdict.status] += 1
    assert min(counts.values()) > 20


def with_unknown(found: History, seed: int, share: float) -> History:
    """The history of clients who did not hear of some of their writes."""
    chance = random.Random(seed)
    ops = [
        replace(op, process=1000 + op.op, outcome="unknown", ret=OPEN, ret_ns=None)
        if op.f == "put" and chance.random() < share
        else op
        for op in found
    ]
    return History(ops)


def with_old_read(found: History, seed: int) -> History:
    """One of the last reads shows an older value of its key."""
    chance = random.Random(seed)
    reads = [op for op in found if op.f == "get" and op.result is not None][-20:]
    victim = chance.choice(reads)
    older = [op.arg for op in found if op.f == "put" and op.key == victim.key and op.call < victim.call]
    return History(replace(op, result=chance.choice(older)) if op.op == victim.op else op for op in found)
