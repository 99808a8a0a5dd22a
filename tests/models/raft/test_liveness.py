"""The liveness claim: who must be served by when, and what is not held against the group."""

import pytest

from models.raft.events import BecameLeader, Committed
from models.raft.invariants.liveness import Liveness
from models.raft.invariants.logs import Logs
from models.raft.settings import Settings
from sim import MS, SECOND, Emitted, Event, RunRecord
from sim.checks.history import OPEN, History, Op

VOTERS = ("n1", "n2", "n3")
HEALED, END = 10 * SECOND, 16 * SECOND


def write(number: int, call_ns: int, ret_ns: int | None, client: str = "c1") -> Op:
    outcome = "unknown" if ret_ns is None else "ok"
    call, ret = 2 * number, OPEN if ret_ns is None else 2 * number + 1
    return Op(number, number, client, "put", "x", "v", None, outcome, call, ret, call_ns, ret_ns)  # type: ignore[arg-type]


def read(number: int, call_ns: int) -> Op:
    return Op(number, number, "c1", "get", "x", None, "v", "ok", 2 * number, 2 * number + 1, call_ns, call_ns + MS)


def judge(*story: tuple[int, str, Event], ops: tuple[Op, ...] = (), settle_ns: int = HEALED) -> tuple[str, str]:
    check = Liveness(Settings(), Logs(), (VOTERS, ()), 1 * SECOND)
    for number, (t_ns, node, event) in enumerate(story, 1):
        check.observe(Emitted(t_ns, node, 1, number, event))
    verdict = check.conclude(RunRecord(History(ops), settle_ns, END, 1, VOTERS, ("c1",)))
    return verdict.status, verdict.detail


def test_group_that_serves_and_stays_calm_passes() -> None:
    story = [(HEALED + SECOND, name, Committed(1, 5, 1, b"aaaaaaaa", False)) for name in VOTERS]
    assert judge(*story, ops=(write(0, HEALED, HEALED + SECOND),))[0] == "pass"


def test_client_that_tried_for_ten_timeouts_without_being_served_fails() -> None:
    status, detail = judge(ops=tuple(write(number, HEALED + number * SECOND, None) for number in range(4)))
    assert status == "fail"
    assert "c1 tried for 4s to complete an operation after 10s, when everything healed, until 14s" in detail


def test_client_whose_reads_alone_are_served_fails() -> None:
    reads = tuple(read(2 * number, HEALED + 1100 * MS * number) for number in range(4))
    writes = tuple(write(2 * number + 1, HEALED + 1100 * MS * number + 50 * MS, None) for number in range(4))
    status, detail = judge(ops=tuple(sorted(reads + writes, key=lambda op: op.call_ns)))
    assert (status, "to complete a write" in detail) == ("fail", True)


def test_group_that_serves_nobody_fails_though_no_client_tried_for_long() -> None:
    ops = tuple(write(number, HEALED + number * SECOND, None, f"c{number}") for number in range(4))
    assert judge(ops=ops) == ("fail", "nobody completed a write after 10s, when everything healed")


def test_single_write_that_everyday_loss_cost_is_not_held_against_the_group() -> None:
    assert judge(ops=(write(0, HEALED + 300 * MS, None), write(1, HEALED + 2900 * MS, HEALED + 3100 * MS)))[0] == "pass"


def test_new_leader_in_the_calm_fails() -> None:
    status, detail = judge((HEALED + 3500 * MS, "n2", BecameLeader(4, 0, bytes(8), VOTERS, VOTERS)))
    assert (status, "n2 at 13.5s became leader" in detail) == ("fail", True)


def test_server_that_is_left_behind_fails() -> None:
    story = [(HEALED + SECOND, name, Committed(1, 5, 1, b"aaaaaaaa", False)) for name in VOTERS[:2]]
    assert judge(*story) == ("fail", "n3 had committed up to 0 at 13.75s; the group had 5 at 13s")


@pytest.mark.parametrize(("settle_ns", "status"), [(END, "pass"), (END - SECOND, "unknown")])
def test_without_enough_settle_nothing_is_decided(settle_ns: int, status: str) -> None:
    assert judge(settle_ns=settle_ns)[0] == status
