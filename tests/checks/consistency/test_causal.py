"""Causal consistency agrees with its definition, and every bad pattern is found."""

from itertools import permutations

import pytest

from sim.checks.check import RunRecord
from sim.checks.consistency.accesses import INITIAL, read_accesses
from sim.checks.consistency.causal import Causal, judge_causal
from sim.checks.consistency.clocks import Clocks, direct_edges
from sim.checks.history import History
from tests.checks.consistency.stores import causal_history, history, row, wild_history

WRONG = {
    "ThinAirRead": history(("a", "get", "x", 7)),
    "CyclicCO": History(
        [
            row(0, "a", "get", "x", 1, at=0, end=1),
            row(1, "b", "get", "y", 2, at=2, end=3),
            row(2, "a", "put", "y", 2, at=4, end=5),
            row(3, "b", "put", "x", 1, at=6, end=7),
        ]
    ),
    "WriteCOInitRead": history(
        ("a", "put", "x", 1), ("a", "put", "y", 1), ("b", "get", "y", 1), ("b", "get", "x", None)
    ),
    "WriteCORead": history(
        ("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "put", "y", 1), ("b", "get", "y", 1), ("b", "get", "x", 1)
    ),
}

RIGHT = {
    "ThinAirRead": history(("b", "put", "x", 7), ("a", "get", "x", 7)),
    "CyclicCO": history(("a", "get", "x", None), ("b", "get", "y", None), ("a", "put", "y", 2), ("b", "put", "x", 1)),
    "WriteCOInitRead": history(
        ("a", "put", "x", 1), ("a", "put", "y", 1), ("b", "get", "x", None), ("b", "get", "y", 1)
    ),
    "WriteCORead": history(
        ("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "put", "y", 1), ("b", "get", "x", 1), ("b", "get", "y", 1)
    ),
}

CONFLICT = history(
    ("a", "put", "x", 1),
    ("b", "put", "x", 2),
    ("a", "get", "x", 2),
    ("b", "get", "x", 1),
)
"""Each saw the other's write behind his own: causally consistent, but the two will never agree on an order."""


@pytest.mark.parametrize("name", WRONG)
def test_each_bad_pattern_is_found_and_named(name: str) -> None:
    verdict = judge_causal(WRONG[name])
    assert verdict.status == "fail"
    assert verdict.detail.startswith(name + ": ")


@pytest.mark.parametrize("name", RIGHT)
def test_the_same_put_right_passes(name: str) -> None:
    assert judge_causal(RIGHT[name]).status == "pass"


def test_the_text_names_the_read_and_what_had_replaced_its_value() -> None:
    assert judge_causal(WRONG["WriteCORead"]).detail == (
        "WriteCORead: get#4 of 1 by b at 8s saw put(1)#0 by a at 0s, "
        "which put(2)#1 by a at 2s had replaced causally before it"
    )


def test_convergence_asks_for_one_order_of_writes() -> None:
    assert judge_causal(CONFLICT).status == "pass"
    verdict = judge_causal(CONFLICT, convergent=True)
    assert (verdict.status, verdict.detail) == (
        "fail",
        "CyclicCF: reads order the writes put(1)#0, put(2)#1 in a circle",
    )
    assert Causal(convergent=True).conclude(RunRecord(CONFLICT, 0, 0, 0, (), ())).status == "fail"


def test_what_was_not_decided_is_not_passed() -> None:
    twice = history(("a", "put", "x", 1), ("b", "put", "x", 1), ("b", "get", "x", 1))
    assert judge_causal(twice).detail == "1 of 1 reads saw a value with several writers"
    assert judge_causal(twice).status == "unknown"
    assert judge_causal(history(("a", "put", "x", 1))).status == "unknown"


def test_an_unknown_write_may_come_late_but_not_before_its_causes() -> None:
    late = History(
        [
            row(0, "a", "put", "y", 1, at=0, end=1),
            row(1, "a", "put", "x", 1, at=2, outcome="unknown"),
            row(2, "a", "get", "x", None, at=4, end=5),
            row(3, "b", "get", "x", 1, at=6, end=7),
            row(4, "b", "get", "y", None, at=8, end=9),
        ]
    )
    assert judge_causal(History(late.ops[:4])).status == "pass"
    assert judge_causal(late).detail.startswith("WriteCOInitRead")


def explained(history: History) -> bool:
    """The definition of weak causal consistency.

    For every read some order of all that is causally before it respects causality and lets it see the last write.
    """
    accesses = read_accesses(history)
    clocks = Clocks(accesses)
    if clocks.cycle:
        return False
    for access in accesses.all:
        if access.read_from is None:
            continue
        past = [one.place for one in accesses.all if clocks.before(one.place, access.place) and one.writes]
        if not any(_fits(order, access.read_from, access.op.key, accesses, clocks) for order in permutations(past)):
            return False
    return True


def _fits(order: tuple[int, ...], source: int, key: object, accesses: object, clocks: Clocks) -> bool:
    if any(clocks.before(later, one) for i, one in enumerate(order) for later in order[i + 1 :]):
        return False
    last = INITIAL
    for place in order:
        if accesses.all[place].op.key == key:  # type: ignore[attr-defined]
            last = place
    return last == source


def test_patterns_agree_with_the_definition() -> None:
    legal = 0
    for seed in range(1_500):
        found = wild_history(seed, 4 + seed % 5)
        verdict = judge_causal(found)
        if verdict.status == "unknown":
            continue
        right = explained(found)
        assert (verdict.status == "pass") == right, f"seed {seed}: {verdict.detail}"
        legal += right
    assert 300 < legal < 1_300


def test_a_causal_store_is_never_accused() -> None:
    for seed in range(300):
        verdict = judge_causal(causal_history(seed, 40))
        assert verdict.status == "pass", f"seed {seed}: {verdict.detail}"


def test_clocks_are_the_transitive_closure() -> None:
    for seed in range(100):
        accesses = read_accesses(wild_history(seed, 12))
        clocks = Clocks(accesses)
        if clocks.cycle:
            continue
        after = direct_edges(accesses)
        for start in range(len(accesses.all)):
            reached: dict[int, None] = {}
            stack = list(after[start])
            while stack:
                place = stack.pop()
                if place not in reached:
                    reached[place] = None
                    stack += after[place]
            assert [place for place in range(len(accesses.all)) if clocks.before(start, place)] == sorted(reached)
