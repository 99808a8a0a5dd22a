"""Session guarantees, staleness, durability and convergence: each is broken by hand, and kept by what is right."""

import pytest

from sim.checks.check import RunRecord
from sim.checks.consistency.convergence import Convergence
from sim.checks.consistency.durability import Durability, judge_durability
from sim.checks.consistency.elements import follow_elements
from sim.checks.consistency.events import ReplicaState
from sim.checks.consistency.sessions import GUARANTEES, Guarantee, Session, judge_session
from sim.checks.consistency.staleness import measure_staleness
from sim.checks.history import History, Op
from sim.world.message import Emitted
from tests.checks.consistency.stores import SECOND, causal_history, history, row
from tests.checks.worlds import simulated_history

WRONG: dict[Guarantee, tuple[History, str]] = {
    "read-your-writes": (
        history(("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "get", "x", 1)),
        "get#2 of 1 by a at 4s saw a version older than put(2)#1, which it had written itself before",
    ),
    "monotonic-reads": (
        history(("a", "put", "x", 1), ("a", "put", "x", 2), ("b", "get", "x", 2), ("b", "get", "x", 1)),
        "get#3 of 1 by b at 6s saw a version older than what get#2 of 2 had seen before in its session",
    ),
    "monotonic-writes": (
        history(("a", "put", "x", 1), ("a", "put", "y", 2), ("b", "get", "y", 2), ("b", "get", "x", None)),
        (
            "get#3 of nothing by b at 6s saw a version older than put(1)#0, "
            "though its session had seen put(2)#1, which came after that"
        ),
    ),
    "writes-follow-reads": (
        history(
            ("c", "put", "x", 1),
            ("a", "get", "x", 1),
            ("a", "put", "y", 2),
            ("b", "get", "y", 2),
            ("b", "get", "x", None),
        ),
        (
            "get#4 of nothing by b at 8s saw a version older than what get#1 of 1 had seen before put(2)#2 was written,"
            " which its session had seen"
        ),
    ),
}


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_each_guarantee_is_broken_by_hand_and_told(guarantee: Guarantee) -> None:
    wrong, text = WRONG[guarantee]
    verdict = Session(guarantee).conclude(RunRecord(wrong, 0, 0, 0, (), ()))
    assert (verdict.status, verdict.detail) == ("fail", text)


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_breaking_one_does_not_break_those_that_do_not_speak_of_it(guarantee: Guarantee) -> None:
    for other in GUARANTEES:
        if other != guarantee:
            assert judge_session(WRONG[guarantee][0], other).status != "fail"


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_causal_store_keeps_every_guarantee(guarantee: Guarantee) -> None:
    passed = 0
    for seed in range(200):
        verdict = judge_session(causal_history(seed, 40), guarantee)
        assert verdict.status != "fail", f"seed {seed}: {verdict.detail}"
        passed += verdict.status == "pass"
    assert passed > 100


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_linearizable_store_keeps_every_guarantee(guarantee: Guarantee) -> None:
    for seed in range(1, 200, 6):
        assert judge_session(simulated_history("kv", seed, 60, 4), guarantee).status != "fail", f"seed {seed}"


def test_concurrent_versions_are_not_decided_without_an_order_and_are_with_one() -> None:
    found = history(
        ("a", "put", "x", 1), ("b", "put", "x", 2), ("c", "get", "x", 1), ("c", "get", "x", 2), ("c", "get", "x", 1)
    )
    assert judge_session(found, "monotonic-reads").detail.endswith("not decided on 2 pairs")
    by_value = lambda op: op.arg if isinstance(op.arg, int) else None  # noqa: E731
    assert judge_session(found, "monotonic-reads", by_value).status == "fail"


def test_staleness_counts_versions_and_time() -> None:
    found = history(
        ("a", "put", "x", 1), ("a", "put", "x", 2), ("a", "put", "x", 3), ("b", "get", "x", 1), ("b", "get", "x", 3)
    )
    staleness = measure_staleness(found)
    assert [(lag.op, lag.versions, lag.behind_ns) for lag in staleness.lags] == [(3, 2, 3 * SECOND), (4, 0, 0)]
    assert (
        str(staleness) == "1 of 2 reads were stale, half by 0s at most, 99% by 3s, the worst by 3s, at most 2 versions"
    )


def test_nothing_of_a_linearizable_store_is_stale() -> None:
    for seed in range(1, 120, 6):
        assert measure_staleness(simulated_history("kv", seed, 60, 4)).stale == 0


def elements(*reads: tuple[int, ...]) -> History:
    """1, 2 and 3 are added, and then the set is read."""
    adds = [row(i, "a", "add", "s", i + 1) for i in range(3)]
    return History([*adds, *(row(3 + i, "b", "read", "s", shown) for i, shown in enumerate(reads))])


@pytest.mark.parametrize(
    ("reads", "fates", "status"),
    [
        (((1, 2, 3), (3, 2, 1)), ["ok", "ok", "ok"], "pass"),
        (((1, 2, 3), (1, 3)), ["ok", "lost", "ok"], "fail"),
        (((1, 3), (1, 2, 3)), ["ok", "stale", "ok"], "pass"),
        (((1, 3), (1, 3)), ["ok", "lost", "ok"], "fail"),
        (((1, 2, 3, 2),), ["ok", "duplicated", "ok"], "fail"),
        ((), ["never-read"] * 3, "unknown"),
    ],
)
def test_every_element_is_followed_through_all_reads(
    reads: tuple[tuple[int, ...], ...], fates: list[str], status: str
) -> None:
    assert [one.fate for one in follow_elements(elements(*reads))] == fates
    assert judge_durability(elements(*reads)).status == status


def test_a_stale_element_fails_where_reads_must_be_fresh() -> None:
    verdict = Durability(linearizable=True).conclude(RunRecord(elements((1, 3), (1, 2, 3)), 0, 0, 0, (), ()))
    assert (verdict.status, verdict.detail) == (
        "fail",
        "2 ok, 1 stale: 2 of #1, known since event 3, is missing in read#3 by b at 6s, but was seen later",
    )


def test_an_unknown_addition_need_not_be_there_until_somebody_saw_it() -> None:
    unknown = Op(0, 0, "a", "add", "s", 1, None, "unknown", 0, 2**62, 0, None)
    reads = [row(n, "b", "read", "s", shown) for n, shown in ((1, ()), (2, (1,)), (3, ()))]
    assert [one.fate for one in follow_elements(History([unknown, reads[0]]))] == ["unknown"]
    assert [one.fate for one in follow_elements(History([unknown, *reads]))] == ["lost"]


def told(*states: tuple[int, str, bytes]) -> Convergence:
    check = Convergence(within=5 * SECOND)
    for at, node, digest in states:
        check.observe(Emitted(at * SECOND, node, 1, 0, ReplicaState(digest)))
    return check


def concluded(check: Convergence, end: int = 20) -> tuple[str, str]:
    verdict = check.conclude(RunRecord(History(), 10 * SECOND, end * SECOND, 1, ("n1", "n2"), ()))
    return verdict.status, verdict.detail


def test_replicas_agree_in_time_late_or_never() -> None:
    early = told((1, "n1", b"a"), (12, "n2", b"a"))
    assert concluded(early) == ("pass", "2 replicas agree 2s after the storm")
    late = told((1, "n1", b"a"), (18, "n2", b"a"))
    assert concluded(late) == ("fail", "the replicas agree only since 18s, 8s after the storm")
    never = told((1, "n1", b"a"), (12, "n2", b"a"), (13, "n1", b"b"))
    assert concluded(never) == ("fail", "the replicas differ at the end: n1: 62; n2: 61")


def test_what_nobody_told_is_unknown() -> None:
    assert concluded(told())[0] == "unknown"
    assert concluded(told((1, "n1", b"a"))) == (
        "unknown",
        "1 replicas agree 0s after the storm; nothing was heard of n2",
    )
    assert concluded(told((1, "n1", b"a"), (1, "n2", b"a")), end=12)[0] == "unknown"
