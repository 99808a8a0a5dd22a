"""Decisions: agreement, integrity, validity, termination, each with the smallest run that breaks it and its repair."""

from sim.checks.agreement.decisions import Agreement, Integrity
from sim.checks.agreement.events import Decided, Proposed
from sim.checks.agreement.termination import Termination
from sim.checks.agreement.validity import ExternalValidity, StrongValidity, WeakValidity
from sim.checks.verdict import Verdict
from sim.world.units import SECOND
from tests.checks.agreement.runs import NODES, Row, events, failure, status, verdict

N4 = frozenset({"n4"})
FIVE = 5 * SECOND


def test_two_decisions_of_one_instance_disagree_and_both_are_named() -> None:
    rows: list[Row] = [(1.5, "n1", Decided(7, "a", 2)), (2, "n2", Decided(7, "b", 3))]
    assert failure(Agreement(), *rows) == (
        "in instance 7 n1 at 1.5s (view 2) decided 'a', n2 at 2s (view 3) decided 'b'"
    )
    assert verdict(Agreement(), rows[0], (2, "n2", Decided(7, "a"))) == Verdict(
        "agreement", "pass", "no two nodes decided differently", work=2
    )
    assert status(Agreement(), rows[0], (2, "n2", Decided(8, "b"))) == "pass"


def test_one_true_and_an_equal_tuple_of_other_types_are_different_decisions() -> None:
    assert status(Agreement(), (1, "n1", Decided(1, 1)), (2, "n2", Decided(1, True))) == "fail"
    assert status(Agreement(), (1, "n1", Decided(1, (1,))), (2, "n2", Decided(1, (True,)))) == "fail"
    assert status(Agreement(), (1, "n1", Decided(1, 1)), (2, "n2", Decided(True, 2))) == "pass"


def test_a_node_that_crashed_after_deciding_still_binds_the_others() -> None:
    assert status(Agreement(), (1, "n1", Decided(1, "a"), 1), (9, "n1", Decided(1, "b"), 2)) == "fail"


def test_k_set_agreement_allows_k_values() -> None:
    rows: list[Row] = [(1, "n1", Decided(1, "a")), (2, "n2", Decided(1, "b")), (3, "n3", Decided(1, "c"))]
    assert status(Agreement(values=2), *rows) == "fail"
    assert status(Agreement(values=3), *rows) == "pass"


def test_a_node_decides_once_also_over_a_restart_unless_decisions_are_volatile() -> None:
    again: list[Row] = [(1, "n1", Decided(1, "a"), 1), (2, "n1", Decided(1, "a"), 2)]
    assert failure(Integrity(), *again) == (
        "in instance 1 n1 at 1s decided 'a', and n1 at 2s decided 'a', after a restart"
    )
    assert status(Integrity(volatile=True), *again) == "pass"
    assert status(Integrity(volatile=True), *again, (3, "n1", Decided(1, "a"), 2)) == "fail"
    assert status(Integrity(), again[0], (2, "n1", Decided(2, "a"), 2)) == "pass"


def test_a_value_that_nobody_proposed_cannot_be_decided() -> None:
    decided: Row = (2, "n2", Decided(1, "a"))
    assert failure(WeakValidity(), (1, "n1", Proposed(1, "b")), decided) == (
        "n2 at 2s decided 'a' in instance 1, which nobody had proposed"
    )
    assert status(WeakValidity(), (1, "n1", Proposed(1, "a")), decided) == "pass"
    assert status(WeakValidity(), (1, "n1", Proposed(2, "a")), decided) == "fail", "of another instance"
    assert status(WeakValidity(), decided, (3, "n1", Proposed(1, "a"))) == "fail", "too late"


def test_a_byzantine_node_may_have_proposed_what_no_honest_one_did() -> None:
    found = verdict(WeakValidity(), (1, "n4", Proposed(1, "a")), (2, "n2", Decided(1, "a")), byzantine=N4)
    assert found.status == "unknown"
    assert found.detail == (
        "n2 at 2s decided 'a' in instance 1, which no honest node had proposed; a Byzantine one may have "
        "[honest: n1, n2 and n3; not: n4]"
    )


def test_what_all_honest_propose_is_decided() -> None:
    proposals: list[Row] = [(1, node, Proposed(1, 1)) for node in NODES[:3]]
    liar: Row = (1, "n4", Proposed(1, 0))
    assert failure(StrongValidity(), *proposals, liar, (2, "n1", Decided(1, 0)), byzantine=N4) == (
        "in instance 1 nothing but 1 was proposed among n1, n2 and n3 (first by n1 at 1s), but n1 at 2s decided 0 "
        "[honest: n1, n2 and n3; not: n4]"
    )
    assert status(StrongValidity(), *proposals, liar, (2, "n1", Decided(1, 1)), byzantine=N4) == "pass"


def test_strong_validity_says_nothing_where_proposals_differ() -> None:
    rows: list[Row] = [(1, "n1", Proposed(1, 1)), (1, "n2", Proposed(1, 0)), (2, "n1", Decided(1, 0))]
    assert verdict(StrongValidity(), *rows).detail == "in no instance with a decision did all propose the same"
    assert status(StrongValidity(), *rows) == "unknown"


def test_a_decided_value_satisfies_the_predicate() -> None:
    check = ExternalValidity(lambda value: isinstance(value, int) and value % 2 == 0, "even")
    assert failure(check, (1, "n1", Decided(1, 4)), (2, "n1", Decided(2, 5))) == (
        "n1 at 2s decided 5 in instance 2, which is not even"
    )
    again = ExternalValidity(lambda value: isinstance(value, int) and value % 2 == 0, "even")
    assert verdict(again, (1, "n1", Decided(1, 4))).detail == "every decided value was even"


def test_every_server_decides_in_time_once_somebody_did() -> None:
    decided: list[Row] = [(1, node, Decided(1, "a")) for node in NODES[:3]]
    assert failure(Termination(within_ns=FIVE), *decided) == (
        "n4 had to decide in instance 1 by 35s, and never did; n1 at 1s was the first to decide, settle began at 30s"
    )
    late = failure(Termination(within_ns=FIVE), *decided, (36, "n4", Decided(1, "a")))
    assert late.startswith("n4 had to decide in instance 1 by 35s, and did so only at 36s")
    assert status(Termination(within_ns=FIVE), *decided, (35, "n4", Decided(1, "a"))) == "pass"
    assert status(Termination(within_ns=FIVE), *decided, byzantine=N4) == "pass", "a Byzantine node owes nothing"


def test_what_all_proposed_must_be_decided_and_what_one_proposed_need_not() -> None:
    proposed: list[Row] = [(1, node, Proposed(1, node)) for node in NODES]
    assert failure(Termination(within_ns=FIVE), *proposed) == (
        "n1 had to decide in instance 1 by 35s, and never did; all had proposed by 1s, settle began at 30s"
    )
    found = verdict(Termination(within_ns=FIVE), *proposed[:3])
    assert (found.status, found.detail) == ("unknown", "the run ended before 5s had passed for any owed decision")


def test_termination_does_not_judge_what_began_too_late_and_says_how_much() -> None:
    on_time: list[Row] = [(1, node, Decided(1, "a")) for node in NODES]
    found = verdict(Termination(within_ns=FIVE), *on_time, (56, "n1", Decided(2, "b")))
    assert (found.status, found.kind) == ("pass", "liveness")
    assert found.notes == ("1 instances began too late to be judged",)
    assert status(Termination(within_ns=FIVE), (56, "n1", Decided(2, "b"))) == "unknown"


def test_nothing_observed_is_no_pass() -> None:
    assert verdict(Agreement()) == Verdict("agreement", "unknown", "nobody emitted Decided")
    alone = verdict(Agreement(), (1, "n4", Decided(1, "a")), byzantine=N4)
    assert alone.detail == "no honest node emitted Decided [honest: n1, n2 and n3; not: n4]"
    checks = [Integrity(), WeakValidity(), StrongValidity(), ExternalValidity(bool, "true"), Termination()]
    assert [verdict(check).status for check in checks] == ["unknown"] * 5


def test_a_check_that_knows_the_honest_set_can_stop_the_run_and_one_that_does_not_waits() -> None:
    knowing, waiting = Agreement(byzantine=frozenset()), Agreement()
    for emitted in events((1, "n1", Decided(1, "a")), (2, "n2", Decided(1, "b"))):
        assert not knowing.violated
        knowing.observe(emitted)
        waiting.observe(emitted)
    assert knowing.violated
    assert not waiting.violated
