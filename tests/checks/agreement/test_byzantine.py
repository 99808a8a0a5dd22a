"""Byzantine runs: what each check refuses by hand, and its repaired twin."""

import time

import pytest

from sim.checks.agreement.accountability import Accountability
from sim.checks.agreement.availability import DataAvailable
from sim.checks.agreement.binding import Binding
from sim.checks.agreement.certificates import CertificateQuorum, QuorumIntersection, UnforgedCertificates
from sim.checks.agreement.coins import CoinSecrecy, SameCoin
from sim.checks.agreement.decisions import Agreement
from sim.checks.agreement.events import (
    Certified,
    CoinRevealed,
    CoinShare,
    CrusaderOutput,
    CrusaderVoted,
    DataDropped,
    DataHeld,
    Decided,
    Signed,
)
from sim.checks.agreement.forks import NoFork
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import OUTSIDE, judge
from sim.checks.agreement.signatures import SignsOnce
from sim.world.message import Emitted
from sim.world.streams import Stream
from tests.checks.agreement.runs import NODES, Row, events, failure, record, status, verdict

GROUP = Group.byzantine(NODES)
N4 = frozenset({"n4"})
HONEST = " [honest: n1, n2 and n3; not: n4]"
A, B = b"\xaa" * 8, b"\xbb" * 8


def certificate(digest: bytes, *signers: str, view: int = 2, final: bool = False) -> Certified:
    return Certified(1, view, digest, signers, final)


def test_quorums_are_the_smallest_that_share_an_honest_member() -> None:
    assert [Group.byzantine(["n"] * n).quorum for n in (4, 5, 6, 7, 10, 31)] == [3, 4, 4, 5, 7, 21]


def test_what_a_byzantine_node_says_of_itself_is_no_evidence() -> None:
    rows: list[Row] = [(1, "n1", Decided(1, "a")), (2, "n4", Decided(1, "b"))]
    assert failure(Agreement(), *rows) == "in instance 1 n1 at 1s decided 'a', n4 at 2s decided 'b'"
    assert verdict(Agreement(), *rows, byzantine=N4).detail == "no two nodes decided differently" + HONEST


def test_the_honest_set_may_come_with_the_check_or_with_the_record_and_says_so_when_they_differ() -> None:
    rows: list[Row] = [(1, "n1", Decided(1, "a")), (2, "n4", Decided(1, "b"))]
    assert status(Agreement(byzantine=N4), *rows, byzantine=N4) == "pass"
    assert status(Agreement(byzantine=N4), *rows) == "pass", "the plan may name one that never acted"
    found = verdict(Agreement(byzantine=frozenset()), *rows, byzantine=N4)
    assert (found.status, found.detail) == ("unknown", "judged as if n4 were honest, which the run made Byzantine")


def test_a_run_with_too_many_faults_is_labelled() -> None:
    rows: list[Row] = [(1, "n1", Decided(1, "a")), (2, "n2", Decided(1, "b"))]
    found = verdict(Agreement(f=1), *rows, byzantine=frozenset({"n3", "n4"}))
    assert found.status == "fail"
    assert found.notes == (OUTSIDE,)
    assert found.detail == (
        "in instance 1 n1 at 1s decided 'a', n2 at 2s decided 'b' [honest: n1 and n2; not: n3 and n4]; "
        "outside the fault model: 2 faulty, f is 1"
    )
    assert verdict(Agreement(f=1), *rows, byzantine=N4).notes == ()


def test_a_long_honest_set_is_said_by_its_exceptions() -> None:
    servers = tuple(f"n{i}" for i in range(1, 32))
    check = Agreement()
    for one in events((1, "n1", Decided(1, "a"))):
        check.observe(one)
    assert check.conclude(record(servers=servers, byzantine=N4)).detail.endswith("[honest: all 31 but n4; not: n4]")


def test_a_certificate_counts_names_and_members_only() -> None:
    for signers in (("n1", "n2", "n2"), (), ("n1", "n2", "x9")):
        assert status(CertificateQuorum(GROUP), (1, "n1", certificate(A, *signers))) == "fail", signers
    assert failure(CertificateQuorum(GROUP), (1, "n1", certificate(A, "n1", "n2", "n2"))) == (
        "n1 at 1s accepted a certificate for aaaaaaaaaaaaaaaa (instance 1, view 2) with 3 entries, of 2 distinct "
        "members (n1 and n2); a quorum is 3"
    )
    assert status(CertificateQuorum(GROUP), (1, "n1", certificate(A, "n1", "n2", "n4"))) == "pass"


def test_a_forged_signer_is_found_and_a_byzantine_one_is_not_asked() -> None:
    signed: list[Row] = [(1, "n1", Signed(1, 2, A)), (1, "n2", Signed(1, 2, A))]
    assert status(UnforgedCertificates(GROUP), *signed, (2, "n1", certificate(A, "n1", "n2", "n4")), byzantine=N4) == (
        "pass"
    )
    forged: Row = (2, "n1", certificate(A, "n1", "n3", "n4"))
    assert failure(UnforgedCertificates(GROUP), *signed, forged, byzantine=N4) == (
        "n1 at 2s accepted a certificate for aaaaaaaaaaaaaaaa (instance 1, view 2) that lists n3, which is honest and "
        "had not signed that" + HONEST
    )
    for other in (Signed(2, 2, A), Signed(1, 3, A), Signed(1, 2, B), Signed(1, True, A)):
        assert status(UnforgedCertificates(GROUP), *signed, (1.5, "n3", other), forged, byzantine=N4) == "fail", other
    assert status(UnforgedCertificates(GROUP), *signed, (1.5, "n3", Signed(1, 2, A)), forged, byzantine=N4) == "pass"


def test_two_certificates_that_share_too_few_signers_are_named() -> None:
    rows: list[Row] = [(1, "n1", certificate(A, "n1", "n4")), (2, "n2", certificate(B, "n2", "n3", "n4"))]
    assert failure(QuorumIntersection(GROUP), *rows) == (
        "the certificates for aaaaaaaaaaaaaaaa (instance 1, view 2) of n1 at 1s and for bbbbbbbbbbbbbbbb (instance 1, "
        "view 2) of n2 at 2s share 1 signers (n4); f + 1 is 2"
    )
    assert status(QuorumIntersection(GROUP), (1, "n1", certificate(A, "n1", "n3", "n4")), rows[1]) == "pass"


def test_more_pairs_of_certificates_than_the_budget_are_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.checks.agreement.certificates.PAIRS", 1)
    group = Group(tuple("abcdefg"), f=1, quorum=5)
    rows: list[Row] = [(1, "a", certificate(A, *signers)) for signers in ("abc", "abd", "abe", "abf")]
    found = verdict(QuorumIntersection(group), *rows)
    assert (found.status, found.detail) == ("unknown", "more than 1 pairs of certificates would have to be compared")


def test_a_hundred_thousand_certificates_take_well_under_a_second() -> None:
    names = tuple(f"n{place}" for place in range(1, 8))
    group, stream = Group.byzantine(names), Stream(1, "certificates")
    sets = [tuple(stream.shuffled(names)[: group.quorum]) for _ in range(100)]
    emitted = [
        Emitted(at, "n1", 1, at, Certified(at, 1, A, sets[at % 100])) if at % 8 == 7 else
        Emitted(at, names[at % 8], 1, at, Signed(at // 8 * 8 + 7, 1, A))
        for at in range(100_000)
    ]  # fmt: skip
    for make in (CertificateQuorum, UnforgedCertificates, QuorumIntersection, NoFork, Accountability):
        check = make(group)
        began = time.process_time()
        assert judge(check, emitted, record(servers=names)).status == "pass"
        assert time.process_time() - began < 3, f"{check.name}: a generous bound, for a busy machine"


def test_an_honest_node_that_signs_twice_is_shown_both_statements() -> None:
    rows: list[Row] = [(1, "n1", Signed(1, 2, A)), (2, "n1", Signed(1, 2, B), 2)]
    assert failure(SignsOnce(), *rows, byzantine=N4) == (
        "n1 signed two statements: for aaaaaaaaaaaaaaaa (instance 1, view 2) at 1s, and for bbbbbbbbbbbbbbbb "
        "(instance 1, view 2) at 2s, after a restart" + HONEST
    )
    assert status(SignsOnce(), rows[0], (2, "n1", Signed(1, 2, A), 2)) == "pass", "the same again"
    assert status(SignsOnce(), rows[0], (2, "n1", Signed(1, 3, B))) == "pass", "another view"
    liar: list[Row] = [(1, "n4", Signed(1, 2, A)), (2, "n4", Signed(1, 2, B))]
    assert status(SignsOnce(), *liar, rows[0], byzantine=N4) == "pass"


FORK: list[Row] = [(1, "n1", certificate(A, "n1", "n3", "n4")), (2, "n2", certificate(B, "n2", "n3", "n4"))]
N34 = frozenset({"n3", "n4"})


def test_two_valid_certificates_of_one_view_are_a_fork() -> None:
    assert failure(NoFork(GROUP), *FORK) == (
        "two valid certificates conflict: for aaaaaaaaaaaaaaaa (instance 1, view 2), shown by n1 at 1s, and for "
        "bbbbbbbbbbbbbbbb (instance 1, view 2), shown by n2 at 2s"
    )
    assert status(NoFork(GROUP), FORK[0], (2, "n2", certificate(B, "n2", "n4", "n4"))) == "pass", "it is not valid"
    assert status(NoFork(GROUP), FORK[0], (2, "n4", certificate(B, "n2", "n3", "n4")), byzantine=N4) == "pass"


def test_final_certificates_fork_across_views_and_others_do_not() -> None:
    signers = ("n1", "n2", "n3")
    rows: list[Row] = [
        (view, "n1", certificate(digest, *signers, view=view, final=True)) for view, digest in ((1, A), (2, B))
    ]
    assert status(NoFork(GROUP), *rows) == "fail"
    assert status(NoFork(GROUP), rows[0], (2, "n1", certificate(B, *signers, view=3))) == "pass"


def test_conflicting_certificates_convict_more_than_f_and_no_honest_node() -> None:
    found = verdict(Accountability(GROUP), *FORK, byzantine=N34)
    assert found.status == "pass"
    assert found.detail == (
        "conflicting certificates convict n3 and n4, none of them honest [honest: n1 and n2; not: n3 and n4]; "
        "outside the fault model: 2 faulty, f is 1"
    )
    assert failure(Accountability(GROUP), *FORK, byzantine=N4) == (
        "certificates for aaaaaaaaaaaaaaaa (instance 1, view 2), shown by n1 at 1s, and for bbbbbbbbbbbbbbbb (instance "
        "1, view 2), shown by n2 at 2s, conflict; they convict n3 and n4, of whom n3 is honest" + HONEST
    )


def test_certificates_that_convict_too_few_fail_accountability() -> None:
    low = Group(NODES, f=1, quorum=2)
    rows: list[Row] = [(1, "n1", certificate(A, "n1", "n4")), (2, "n2", certificate(B, "n2", "n4"))]
    assert "only n4 signed both, f + 1 is 2" in failure(Accountability(low), *rows, byzantine=N4)


def test_where_nothing_conflicts_nobody_is_accused_and_across_views_nobody_can_be() -> None:
    assert verdict(Accountability(GROUP), FORK[0]).detail == "no two certificates conflict, and nobody is accused"
    signers = ("n1", "n2", "n3")
    rows: list[Row] = [
        (view, "n1", certificate(digest, *signers, view=view, final=True)) for view, digest in ((1, A), (2, B))
    ]
    assert status(Accountability(GROUP), *rows) == "unknown"


def test_the_first_output_leaves_one_value_possible_at_most() -> None:
    none: list[Row] = [(1, "n1", CrusaderVoted(1, None)), (1, "n2", CrusaderVoted(1, None))]
    output: Row = (2, "n1", CrusaderOutput(1, None))
    assert failure(Binding(GROUP), none[0], output, byzantine=N4) == (
        "in instance 1 n1 at 2s was the first to output, no value, when 2 honest nodes had not voted: with 1 Byzantine "
        "ones they could still make a quorum of 3 for any value" + HONEST
    )
    assert status(Binding(GROUP), *none, output, byzantine=N4) == "pass"
    assert status(Binding(GROUP), (1, "n3", CrusaderVoted(1, 0)), none[0], output, byzantine=N4) == "pass", "0 is it"


def test_a_bound_value_excludes_the_other() -> None:
    rows: list[Row] = [(1, "n1", CrusaderVoted(1, 0)), (2, "n1", CrusaderOutput(1, 0))]
    assert failure(Binding(GROUP), *rows, (3, "n2", CrusaderOutput(1, 1)), byzantine=N4) == (
        "in instance 1 n1 at 1s voted 0, and n2 at 3s output 1" + HONEST
    )
    assert status(Binding(GROUP), *rows, (3, "n2", CrusaderOutput(1, None)), byzantine=N4) == "pass"
    assert status(Binding(GROUP), *rows, (3, "n4", CrusaderVoted(1, 1)), byzantine=N4) == "pass"


def test_a_coin_is_known_only_when_enough_honest_nodes_gave_their_share() -> None:
    known: Row = (2, "n1", CoinRevealed("c", 7))
    assert failure(CoinSecrecy(2), (1, "n4", CoinShare("c")), known, byzantine=N4) == (
        "n1 at 2s knew the coin 'c' when 0 honest nodes (nobody) had released their share; with 1 Byzantine ones that "
        "is less than the threshold of 2" + HONEST
    )
    assert status(CoinSecrecy(2), (1, "n1", CoinShare("c")), known, byzantine=N4) == "pass"
    assert status(CoinSecrecy(2), (1, "n1", CoinShare("d")), known, byzantine=N4) == "fail", "another coin's share"
    assert status(CoinSecrecy(2), (1, "n1", CoinShare("c")), (1, "n1", CoinShare("c")), known) == "fail", "one node"


def test_a_coin_shows_one_value() -> None:
    rows: list[Row] = [(1, "n1", CoinRevealed("c", 1)), (2, "n2", CoinRevealed("c", True))]
    assert failure(SameCoin(), *rows) == "the coin 'c' was 1 for n1 at 1s and True for n2 at 2s"
    assert status(SameCoin(), rows[0], (2, "n2", CoinRevealed("c", 1)), (3, "n2", CoinRevealed("d", 2))) == "pass"


def test_decided_data_is_held_by_enough_honest_nodes_and_stays_so() -> None:
    held: list[Row] = [(1, node, DataHeld(A)) for node in ("n1", "n2", "n4")]
    decided: Row = (2, "n3", Decided(1, A))
    assert status(DataAvailable(2), *held, decided, byzantine=N4) == "pass"
    assert failure(DataAvailable(3), *held, decided, byzantine=N4) == (
        "n3 at 2s decided aaaaaaaaaaaaaaaa, whose data is held by 2 honest nodes (n1 and n2); 3 are needed" + HONEST
    )
    assert failure(DataAvailable(2), *held, decided, (3, "n1", DataDropped(A)), byzantine=N4) == (
        "n1 at 3s dropped aaaaaaaaaaaaaaaa (n3 at 2s had decided it), whose data is held by 1 honest nodes (n2); "
        "2 are needed" + HONEST
    )


def test_nothing_observed_is_no_pass() -> None:
    checks = [
        CertificateQuorum(GROUP), UnforgedCertificates(GROUP), QuorumIntersection(GROUP), SignsOnce(), NoFork(GROUP),
        Accountability(GROUP), Binding(GROUP), CoinSecrecy(2), SameCoin(), DataAvailable(2),
    ]  # fmt: skip
    assert [verdict(check).status for check in checks] == ["unknown"] * 10
