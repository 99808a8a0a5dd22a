"""What the run checks say: one sentence that an engineer can verify, and unknown where nothing was decided."""

from dataclasses import replace

import pytest

from sim.checks.check import Check, RunRecord
from sim.checks.history import OPEN, History, HistoryError, Op
from sim.checks.invariants import Always, Landmark, Progress, Sometimes
from sim.checks.linearizable import Linearizable
from sim.checks.specs import Register
from sim.checks.timeline import FaultSpan
from sim.world.message import Emitted, Event
from sim.world.operations import OperationLog, OperationRow
from sim.world.trace import Trace
from sim.world.units import SECOND
from tests.checks.histories import history_of, op


def record(ops: list[Op], *, settle_s: int = 50, end_s: int = 60, clients: tuple[str, ...] = ()) -> RunRecord:
    return RunRecord(history_of(ops), settle_s * SECOND, end_s * SECOND, 1, ("n1",), clients)


STALE = [
    op(0, "put", "a", None, 0, 1),
    op(1, "put", "b", None, 2, 3),
    op(2, "get", None, "b", 4, 5),
    op(3, "get", None, "a", 6, 7),
    op(4, "put", "z", None, 8, 9),
]


def test_a_stale_read_is_told_as_two_values_that_each_came_before_the_other() -> None:
    verdict = Linearizable(Register()).conclude(record(STALE))
    assert verdict.status == "fail"
    assert verdict.detail == (
        "key x: 'a' came before 'b': put('a')#0 returned at 1s, get#2 of 'b' was called at 4s. "
        "'b' came before 'a': put('b')#1 returned at 3s, get#3 of 'a' was called at 6s. "
        "Both cannot hold; get#3 of 'a' is stale"
    )
    assert verdict.involved == (0, 1, 2, 3)
    assert verdict.at_ns == 7 * SECOND
    assert verdict.because == (
        "c0  put('a')#0    [=====]                                            0s to 1s",
        "c1  put('b')#1                [=====]                                2s to 3s",
        "c2  get#2 of 'b'                          [=====]                    4s to 5s",
        "c3  get#3 of 'a'                                      [=====]        6s to 7s",
    )


def test_faults_that_were_on_stand_below_the_timeline() -> None:
    known = record(STALE)
    spans = (FaultSpan("partition n1 n2", 2 * SECOND, 5 * SECOND), FaultSpan("crash n3", 8 * SECOND, None))
    verdict = Linearizable(Register()).conclude(replace(known, faults=spans))
    assert verdict.because[-1] == "fault: partition n1 n2, 2s to 5s"


def test_a_value_that_nobody_wrote_is_named() -> None:
    ops = [
        op(0, "put", "a", None, 0, 1),
        op(1, "put", "b", None, 2, OPEN, "unknown"),
        op(2, "get", None, "c", 3, 4),
    ]
    assert Linearizable(Register()).conclude(record(ops)).detail == (
        "key x: get#2 by c2 (called at 3s) returned 'c', and nobody had begun to write 'c' by then"
    )


def test_a_violation_found_by_search_says_what_was_possible_and_what_was_pending() -> None:
    ops = [
        op(0, "put", "a", None, 0, 1),
        op(1, "put", "a", None, 2, 3),
        op(2, "put", "b", None, 4, 5),
        op(3, "put", "c", None, 6, OPEN, "unknown"),
        op(4, "get", None, "b", 7, 8),
        op(5, "get", None, "a", 9, 10),
    ]
    verdict = Linearizable(Register()).conclude(record(ops))
    assert (verdict.status, verdict.algorithm) == ("fail", "search")
    assert verdict.detail == (
        "key x: get#5 by c5 returned 'a' at 10s, called at 9s; in between it could only hold 'b' or 'c' "
        "(pending: put('c')#3 ?)"
    )
    assert verdict.because[0] == (
        "no order puts these right, whatever else is left out: put('a')#0, put('a')#1, put('b')#2, get#5 of 'a'"
    )


def test_a_pass_says_what_was_decided_and_no_operation_is_no_pass() -> None:
    passed = Linearizable(Register()).conclude(record(STALE[:3]))
    assert (passed.status, passed.detail) == ("pass", "1 key, 3 operations (0 unknown), zones, witness replayed")
    assert Linearizable(Register()).conclude(record([])).status == "unknown"


def test_what_the_object_does_not_know_is_undecided_and_not_a_crash() -> None:
    verdict = Linearizable(Register("kv")).conclude(record([op(0, "scan", None, None, 0, 1)]))
    assert (verdict.status, verdict.detail) == (
        "unknown",
        "kv does not know 'scan', only get, read, put, write, delete, cas",
    )


def ambiguous(size: int) -> list[Op]:
    """Concurrent writes of two values, then reads that go to and fro: only a search can decide."""
    writes = [op(i, "put", f"v{i % 2}", None, i, 100 + i) for i in range(size)]
    return [*writes, *(op(size + i, "get", None, f"v{i % 2}", 200 + 2 * i, 201 + 2 * i) for i in range(size))]


def test_out_of_budget_is_unknown_and_says_how_far_it_got() -> None:
    verdict = Linearizable(Register(), budget=1).conclude(record(ambiguous(8)))
    assert verdict.status == "unknown"
    assert verdict.detail == (
        "key x is undecided after 1 configurations: linearizable up to 100s, 15 of 16 operations undecided; "
        "0 of 1 keys pass"
    )


def log() -> OperationLog:
    return OperationLog(lambda: 0, Trace())


def test_a_client_is_a_fresh_process_after_an_unknown_operation() -> None:
    operations = log()
    rows: list[OperationRow] = []
    for client, outcome in (("a", "ok"), ("b", "unknown"), ("b", "ok"), ("a", "fail"), ("b", "unknown"), ("b", None)):
        rows.append(operations.open(client, "get", "x", None))
        if outcome is not None:
            operations.close(rows[-1], outcome)  # type: ignore[arg-type]
    history = History.from_log(rows)
    assert [one.process for one in history] == [0, 1, 3, 0, 3, 5]
    assert [one.outcome for one in history][-1] == "unknown"


def test_a_history_that_cannot_have_happened_is_refused() -> None:
    first = op(0, "get", None, None, 0, 5)
    with pytest.raises(HistoryError, match=r"process 0 called get#1 by c1 while get#0 by c0 was still open"):
        History([first, Op(1, 0, "c1", "get", "x", None, None, "ok", 2, 3, 0, 0)])
    with pytest.raises(HistoryError, match="is unknown, after which a process never acts again"):
        History([op(0, "put", "a", None, 0, OPEN, "unknown"), Op(1, 0, "c1", "get", "x", None, None, "ok", 2, 3, 0, 0)])
    with pytest.raises(HistoryError, match="before its call"):
        History([op(0, "get", None, None, 5, 4)])


def test_a_failed_write_that_was_read_is_warned_of() -> None:
    history = history_of([op(0, "put", "a", None, 0, 1, "fail"), op(1, "get", None, "a", 2, 3)])
    assert history.notes == ("get#1 by c1 returned what put('a')#0 by c0 wrote, which is recorded as failed",)


class Elected(Event):
    """An event of the tests."""

    term: int


def shown(check: Check, *terms: int) -> Check:
    for at, term in enumerate(terms):
        check.observe(Emitted(at * SECOND, "n1", 1, at, Elected(term)))
    return check


def test_sometimes_is_unknown_until_it_was_reached() -> None:
    landmark = Landmark("second_term", (Elected,), lambda: lambda emitted: emitted.event.term == 2)  # type: ignore[attr-defined]
    assert shown(Sometimes(landmark), 1).conclude(record([])).status == "unknown"
    passed = shown(Sometimes(landmark), 1, 2, 2).conclude(record([]))
    assert (passed.status, passed.detail) == ("pass", "2 times")
    assert shown(Sometimes(landmark, 3), 2, 2).conclude(record([])).status == "unknown"


def test_always_names_the_first_event_for_which_it_does_not_hold() -> None:
    check = Always("small", lambda emitted: emitted.event.term < 3, (Elected,))  # type: ignore[attr-defined]
    assert check.conclude(record([])).status == "unknown"
    failed = shown(check, 1, 2, 5, 6).conclude(record([]))
    assert (failed.status, failed.at_ns) == ("fail", 2 * SECOND)
    assert failed.detail == "does not hold for Elected(term=5) of n1 at 2s"


def test_progress_wants_every_client_to_complete_something_after_the_storm() -> None:
    early, late = op(0, "put", "a", None, 10, 12), op(1, "put", "b", None, 51, 52)
    check = Progress(5 * SECOND)
    assert check.conclude(record([early, late], clients=("c1",))).status == "pass"
    failed = check.conclude(record([early, late], clients=("c0", "c1")))
    assert (failed.status, failed.detail) == ("fail", "expected within 5s of 50s; c0 completed nothing")
    assert Progress(20 * SECOND).conclude(record([late], clients=("c1",))).status == "unknown"
    assert check.conclude(record([late])).status == "unknown"
