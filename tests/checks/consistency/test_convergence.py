"""Replicas agree in time, too late or never; who is gone is no evidence, and who is busy no proof."""

import random

import pytest

from sim.checks.check import RunRecord
from sim.checks.consistency.convergence import Convergence
from sim.checks.consistency.events import ReplicaGone, ReplicaState
from sim.checks.history import History
from sim.world.message import Emitted, check_fields
from tests.checks.consistency.stores import SECOND, row

Told = tuple[int, str, bytes | int | None]


def verdict_of(told: list[Told], history: History | None = None, *, end: int = 30) -> tuple[str, str]:
    """The storm ends at 10s, replicas have 5s. None for a digest: gone."""
    check = Convergence(within=5 * SECOND)
    for at, node, digest in told:
        event = ReplicaGone() if digest is None else ReplicaState(digest)
        check.observe(Emitted(at * SECOND, node, 1, 0, event))
    nodes = tuple(dict.fromkeys(node for _, node, _ in told))
    verdict = check.conclude(RunRecord(history or History(), 10 * SECOND, end * SECOND, 1, nodes, ()))
    return verdict.status, verdict.detail


def test_events_can_be_said() -> None:
    check_fields(ReplicaState)
    check_fields(ReplicaGone)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(1, "a", 1), (2, "b", 1)], ("pass", "2 replicas agree 0s after the storm")),
        ([(1, "a", 1), (2, "b", 2), (13, "b", 1)], ("pass", "2 replicas agree 3s after the storm")),
        ([(1, "a", 1), (2, "b", 2), (15, "b", 1)], ("pass", "2 replicas agree 5s after the storm")),
        (
            [(1, "a", 1), (2, "b", 2), (16, "b", 1)],
            ("fail", "the replicas agree only since 16s, 6s after the storm"),
        ),
        ([(1, "a", 1), (2, "b", 2)], ("fail", "the replicas differ at the end: a: 1; b: 2")),
        (
            [(1, "a", 1), (2, "b", 1), (20, "a", 2)],
            ("fail", "the replicas differ at the end: a: 2; b: 1"),
        ),
        ([(1, "a", 1), (2, "b", 1), (20, "a", 2), (21, "b", 2)], ("pass", "2 replicas agree 0s after the storm")),
        ([(1, "a", 1), (2, "b", 1), (20, "a", 2), (20, "b", 2)], ("pass", "2 replicas agree 0s after the storm")),
        (
            [(1, "a", 1), (2, "b", 1), (28, "a", 2)],
            ("unknown", "the replicas differ since 2s before the end, which is not too long yet"),
        ),
        ([(1, "a", 1), (2, "b", 2), (2, "c", 1), (9, "b", None)], ("pass", "2 replicas agree 0s after the storm")),
        (
            [(1, "a", 1), (2, "b", 2), (9, "b", None), (11, "b", 3)],
            ("fail", "the replicas differ at the end: a: 1; b: 3"),
        ),
        ([(1, "a", None)], ("unknown", "no replica told its state")),
    ],
)
def test_how_long_replicas_are_apart_decides(told: list[Told], expected: tuple[str, str]) -> None:
    assert verdict_of(told) == expected


def test_another_node_may_say_who_is_gone() -> None:
    check = Convergence(within=5 * SECOND)
    for at, node, event in ((1, "a", ReplicaState(1)), (1, "b", ReplicaState(2)), (3, "a", ReplicaGone("b"))):
        check.observe(Emitted(at * SECOND, node, 1, 0, event))
    record = RunRecord(History(), 10 * SECOND, 30 * SECOND, 1, ("a", "b"), ())
    assert check.conclude(record).status == "pass"


def busy(until: int) -> History:
    """A client that calls every two seconds."""
    return History(row(n, "c", "put", "x", n) for n in range(until // 2))


def test_clients_that_keep_writing_keep_replicas_apart() -> None:
    """Each put moves one replica, the other follows a second later; and then one is apart for ever."""
    moving: list[Told] = [(1, "a", 1), (1, "b", 1)]
    for second in range(10, 30, 2):
        moving += [(second, "a", second), (second + 1, "b", second)]
    assert verdict_of(moving, busy(30))[0] == "pass"
    never: list[Told] = [(1, "a", 1), (1, "b", 2)]
    assert verdict_of(never, busy(30)) == (
        "unknown",
        "the replicas differed for 20s, but clients were busy all the time",
    )
    assert verdict_of(never, busy(20)) == ("fail", "the replicas differ at the end: a: 1; b: 2")


def defined(told: list[Told]) -> str:
    """By looking at every instant between two seconds. Nobody calls anything."""
    known = {node for _, node, digest in told if digest is not None}
    longest = current = 0
    for second in range(10, 30):
        first = {node for at, node, _ in told if at <= second}
        states = {node: digest for at, node, digest in told if at <= second}
        values = {digest for digest in states.values() if digest is not None}
        current = current + 1 if len(values) > 1 or not known <= first else 0
        longest = max(longest, current)
    if longest > 5:
        return "fail"
    return "unknown" if current or not known else "pass"


def test_verdicts_agree_with_looking_at_every_instant() -> None:
    counts = {"pass": 0, "fail": 0, "unknown": 0}
    for seed in range(2_000):
        chance = random.Random(seed)
        times = sorted(chance.randrange(1, 30) for _ in range(chance.randrange(1, 12)))
        told: list[Told] = [(at, chance.choice("abc"), chance.choice([1, 1, 1, 2, None])) for at in times]
        status = verdict_of(told)[0]
        assert status == defined(told), f"seed {seed}: {told}"
        counts[status] += 1
    assert min(counts.values()) > 100
