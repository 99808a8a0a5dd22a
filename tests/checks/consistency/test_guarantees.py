"""Session guarantees where it is delicate: swaps, unknown writes, orders of versions, and reads that say nothing."""

import random

import pytest

from sim.checks.check import RunRecord
from sim.checks.consistency.causal import Causal, judge_causal
from sim.checks.consistency.sessions import GUARANTEES, Guarantee, Session, judge_session
from sim.checks.history import OPEN, History, Op
from tests.checks.consistency.stores import history, row
from tests.checks.worlds import simulated_history


def by_value(op: Op) -> int | None:
    """Versions that are numbered as their values are."""
    return op.arg if isinstance(op.arg, int) else None


REPAIRED: dict[Guarantee, History] = {
    "read-your-writes": history(("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "get", "x", 2)),
    "monotonic-reads": history(("a", "put", "x", 1), ("a", "put", "x", 2), ("b", "get", "x", 1), ("b", "get", "x", 2)),
    "monotonic-writes": history(("a", "put", "x", 1), ("a", "put", "y", 2), ("b", "get", "y", 2), ("b", "get", "x", 1)),
    "writes-follow-reads": history(
        ("c", "put", "x", 1), ("a", "get", "x", 1), ("a", "put", "y", 2), ("b", "get", "y", 2), ("b", "get", "x", 1)
    ),
}


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_the_repaired_twin_passes(guarantee: Guarantee) -> None:
    assert judge_session(REPAIRED[guarantee], guarantee).status == "pass"


def test_what_was_seen_longer_ago_counts_too() -> None:
    """The writer of y had seen 2 and then 1 of x: whoever sees its write must see nothing older than 2."""
    found = history(
        ("c", "put", "x", 1), ("c", "put", "x", 2), ("a", "get", "x", 2), ("a", "get", "x", 1), ("a", "put", "y", 3),
        ("b", "get", "y", 3), ("b", "get", "x", 1),
    )  # fmt: skip
    assert judge_session(found, "writes-follow-reads").status == "fail"


def test_the_newest_of_ones_own_writes_need_not_be_the_last() -> None:
    found = history(("a", "put", "x", 3), ("a", "put", "x", 1), ("b", "put", "x", 2), ("a", "get", "x", 2))
    assert judge_session(found, "read-your-writes", by_value).status == "fail"
    assert judge_session(found, "read-your-writes").detail == "no pair could be compared; not decided on 1 pairs"


def test_an_unknown_write_that_was_seen_follows_what_its_client_wrote_before() -> None:
    found = History(
        [
            row(0, "a", "put", "x", 1),
            row(1, "a", "put", "y", 2, outcome="unknown"),
            row(2, "b", "get", "y", 2),
            row(3, "b", "get", "x", None),
        ]
    )
    assert judge_session(found, "monotonic-writes").status == "fail"


def test_ones_own_unknown_write_need_not_be_seen() -> None:
    found = History(
        [
            row(0, "a", "put", "x", 1, outcome="unknown"),
            row(1, "a", "get", "x", None),
            row(2, "b", "get", "x", 1),
        ]
    )
    assert judge_session(found, "read-your-writes").status == "unknown"
    assert judge_causal(found).status == "pass"


def test_a_circle_of_causes_breaks_no_session_guarantee() -> None:
    found = History(
        [
            row(0, "a", "get", "x", 1),
            row(1, "b", "get", "y", 2),
            row(2, "a", "put", "y", 2),
            row(3, "b", "put", "x", 1),
        ]
    )
    for guarantee in GUARANTEES:
        assert judge_session(found, guarantee).detail == (
            "causality has a cycle, so no version is older than another: see the check causal"
        )


def test_reads_of_unknown_origin_are_counted_and_not_passed() -> None:
    found = history(("a", "put", "x", 1), ("a", "get", "x", 1), ("a", "get", "x", 9))
    verdict = judge_session(found, "read-your-writes")
    assert (verdict.status, verdict.detail) == (
        "unknown",
        "1 pairs compared; of 1 reads nobody can say whom they read from",
    )


def two_processes() -> History:
    """One client that went on as a new process, which has forgotten what it wrote."""
    rows = [("put", 1, None, 0), ("put", 2, None, 0), ("get", None, 1, 7)]
    return History(
        Op(n, process, "a", f, "x", arg, told, "ok", 2 * n, 2 * n + 1, 2 * n, 2 * n + 1)
        for n, (f, arg, told, process) in enumerate(rows)
    )


def test_a_session_is_a_client_or_a_process() -> None:
    record = RunRecord(two_processes(), 0, 0, 0, (), ())
    assert Session("read-your-writes").conclude(record).status == "fail"
    assert Session("read-your-writes", sessions="process").conclude(record).status == "unknown"
    assert Causal().conclude(record).status == "fail"
    assert Causal(sessions="process").conclude(record).status == "pass"


def test_the_texts_of_causality_have_reasons() -> None:
    circle = History(
        [
            row(0, "a", "get", "x", 1),
            row(1, "b", "get", "y", 2),
            row(2, "a", "put", "y", 2),
            row(3, "b", "put", "x", 1),
        ]
    )
    verdict = judge_causal(circle)
    assert (verdict.detail, verdict.because) == (
        "CyclicCO: get#0 of 1 is causally before itself",
        (
            "get#0 of 1 is before put(2)#2: a did both",
            "put(2)#2 is before get#1 of 2: b saw what was written",
            "get#1 of 2 is before put(1)#3: b did both",
            "put(1)#3 is before get#0 of 1: a saw what was written",
        ),
    )
    stale = history(
        ("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "put", "y", 1), ("b", "get", "y", 1), ("b", "get", "x", 1)
    )
    assert judge_causal(stale).because == (
        "put(1)#0 is before put(2)#1: a did both",
        "put(2)#1 is before put(1)#2: a did both",
        "put(1)#2 is before get#3 of 1: b saw what was written",
        "get#3 of 1 is before get#4 of 1: b did both",
    )
    crossed = history(("a", "put", "x", 1), ("b", "put", "x", 2), ("a", "get", "x", 2), ("b", "get", "x", 1))
    assert judge_causal(crossed, convergent=True).because == (
        "put(1)#0 is before put(2)#1: get#2 of 2 by a saw the second with the first in its past",
        "put(2)#1 is before put(1)#0: get#3 of 1 by b saw the second with the first in its past",
    )


def test_a_failed_write_that_was_read_is_named() -> None:
    found = History([row(0, "a", "put", "x", 1, outcome="fail"), row(1, "b", "get", "x", 1)])
    assert judge_causal(found).detail == (
        "ThinAirRead: get#1 of 1 by b at 2s saw a value that only put(1)#0 ? wrote, which failed"
    )


def swaps(*steps: tuple[str, str, object, object]) -> History:
    """(client, verb, argument, result) on one key."""
    return History(
        Op(n, ord(client), client, f, "x", arg, told, "ok", 2 * n, 2 * n + 1, 2 * n, 2 * n + 1)
        for n, (client, f, arg, told) in enumerate(steps)
    )


def test_swaps_are_reads_and_writes() -> None:
    for told in (True, 1):
        right = swaps(("a", "put", 1, None), ("a", "cas", (1, 2), told), ("b", "get", None, 2), ("b", "get", None, 2))
        wrong = swaps(("a", "put", 1, None), ("a", "cas", (1, 2), told), ("b", "get", None, 2), ("b", "get", None, 1))
        assert judge_causal(right).status == "pass"
        assert judge_causal(wrong).status == "fail"
    same = swaps(("a", "put", 1, None), ("a", "cas", (1, 1), True), ("b", "get", None, 1))
    assert judge_causal(same).status == "pass"


def test_a_swap_that_failed_in_silence_is_decided_only_where_its_past_explains_it() -> None:
    explained = swaps(("a", "put", 1, None), ("a", "cas", (3, 4), False), ("b", "get", None, 1))
    assert judge_causal(explained).status == "pass"
    strange = swaps(("a", "put", 1, None), ("a", "cas", (1, 2), False), ("b", "get", None, 1))
    verdict = judge_causal(strange)
    assert (verdict.status, verdict.detail) == ("unknown", "1 failed swaps do not say what they saw")


def test_other_verbs_on_a_key_leave_its_reads_undecided() -> None:
    found = swaps(("a", "put", 1, None), ("a", "add", 2, None), ("b", "get", None, 3))
    verdict = judge_causal(found)
    assert (verdict.status, verdict.detail) == (
        "unknown",
        "1 of 1 reads saw a value with several writers, or may come from add",
    )


def test_values_of_different_types_are_different_values() -> None:
    found = swaps(("a", "put", 1, None), ("b", "get", None, True))
    assert judge_causal(found).detail.startswith("ThinAirRead")


def test_an_initial_value_other_than_nothing() -> None:
    found = swaps(("a", "get", None, 0), ("a", "put", 1, None), ("a", "get", None, 1))
    assert judge_causal(found).status == "fail"
    assert judge_causal(found, initial=0).status == "pass"


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_register_with_numbered_versions_keeps_every_guarantee(guarantee: Guarantee) -> None:
    for seed in range(60):
        assert judge_session(numbered(seed), guarantee, by_value).status != "fail", f"seed {seed}"


def test_one_read_made_old_is_found() -> None:
    for seed in range(60):
        assert judge_session(numbered(seed), "monotonic-reads", by_value).status == "pass"
        assert judge_session(made_old(numbered(seed)), "monotonic-reads", by_value).status == "fail"


def test_an_ambiguous_swap_of_unknown_outcome_is_not_passed_over() -> None:
    """Two may have written the 2 that the swap saw, so nobody knows what its write follows."""
    found = History(
        [
            row(0, "b", "put", "x", 2, outcome="unknown"),
            Op(1, 1, "c", "put", "x", 2, None, "ok", 2, 3, 2, 3),
            Op(2, 102, "a", "cas", "x", (2, 0), None, "unknown", 4, OPEN, 4, None),
            row(3, "a", "get", "x", 0),
            row(4, "a", "get", "x", 0),
        ]
    )
    assert judge_session(found, "monotonic-reads").status == "unknown"


def numbered(seed: int) -> History:
    """A register whose puts write how many there were before."""
    chance = random.Random(seed)
    value: int | None = None
    rows = []
    for n in range(40):
        client = chance.choice("abc")
        if n == 0 or chance.random() < 0.4:
            value = n
            rows.append(row(n, client, "put", "x", n))
        else:
            rows.append(row(n, client, "get", "x", value))
    return History([*rows, *(row(n, "a", "get", "x", value) for n in (40, 41))])


def made_old(found: History) -> History:
    """The last read shows the first value."""
    *others, last = found.ops
    first = next(op.arg for op in others if op.f == "put")
    newest = [op.arg for op in others if op.f == "put"][-1]
    assert first != newest, "something was written in between"
    return History([*others, row(last.op, last.client, "get", "x", first)])


def test_a_linearizable_store_is_causally_consistent() -> None:
    decided = 0
    for seed in range(1, 300, 6):
        verdict = judge_causal(simulated_history("kv", seed, 60, 4), convergent=True)
        assert verdict.status != "fail", f"seed {seed}: {verdict.detail}"
        decided += verdict.status == "pass"
    assert decided > 5


def test_what_an_unknown_swap_had_seen_is_older_than_what_it_wrote() -> None:
    swap = Op(2, 102, "a", "cas", "x", (2, 3), None, "unknown", 4, OPEN, 4, None)
    before = [row(0, "c", "put", "x", 1), row(1, "c", "put", "x", 2)]
    found = History([*before, swap, row(3, "b", "get", "x", 3), row(4, "b", "get", "x", 1)])
    assert judge_session(found, "writes-follow-reads").detail == (
        "get#4 of 1 by b at 8s saw a version older than what cas(2, 3)#2 ? had seen before cas(2, 3)#2 ? was written, "
        "which its session had seen"
    )
