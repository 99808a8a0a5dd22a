"""Replicated logs: what each check refuses by hand, and its repaired twin."""

import pytest

from sim.checks.agreement.commits import AppliedCommitted, CommitStable
from sim.checks.agreement.elections import ElectionSafety, LeaderCompleteness
from sim.checks.agreement.events import Appended, Applied, Committed, Elected, Recovered, Snapshot, Truncated
from sim.checks.agreement.log_matching import LogMatching
from sim.checks.agreement.log_tree import EMPTY, LogTree
from sim.checks.agreement.machines import AppliedInOrder, SnapshotPrefix, StateMachineSafety
from sim.world.streams import Stream
from tests.checks.agreement.runs import Row, failure, status, verdict

A, B, C, D = (bytes([one]) * 8 for one in (0xAA, 0xBB, 0xCC, 0xDD))


def test_two_leaders_of_one_term_are_named() -> None:
    first: Row = (1.25, "n1", Elected(4))
    assert failure(ElectionSafety(), first, (2, "n2", Elected(4))) == (
        "term 4 has two leaders: n1 at 1.25s and n2 at 2s"
    )
    assert status(ElectionSafety(), first, (2, "n2", Elected(5)), (3, "n1", Elected(6), 2)) == "pass"


def test_equal_index_and_term_with_another_digest_is_another_log() -> None:
    assert failure(LogMatching(), (1, "n1", Appended(1, 1, A)), (2, "n2", Appended(1, 1, B))) == (
        "two logs have an entry of index 1 and term 1 but differ at index 1: n1 at 1s held aaaaaaaaaaaaaaaa (term 1) "
        "there, n2 at 2s bbbbbbbbbbbbbbbb (term 1)"
    )
    assert status(LogMatching(), (1, "n1", Appended(1, 1, A)), (2, "n2", Appended(1, 2, B))) == "pass"


def test_a_log_that_differs_below_an_equal_entry_is_found_although_the_digests_hide_it() -> None:
    rows: list[Row] = [
        (1, "n1", Appended(1, 1, A)), (2, "n1", Appended(2, 2, C)), (3, "n1", Appended(3, 2, D)),
        (4, "n2", Appended(1, 2, B)), (5, "n2", Appended(2, 2, C)),
    ]  # fmt: skip
    assert failure(LogMatching(), *rows) == (
        "two logs have an entry of index 2 and term 2 but differ at index 1: n1 at 2s held aaaaaaaaaaaaaaaa (term 1) "
        "there, n2 at 5s bbbbbbbbbbbbbbbb (term 2)"
    )
    repaired: list[Row] = [(4.5, "n2", Truncated(1)), (4.6, "n2", Appended(1, 1, A))]
    assert status(LogMatching(), *rows[:4], *repaired, rows[4]) == "pass"


def test_a_log_that_goes_on_behind_a_snapshot_is_the_log_that_the_snapshot_stands_for() -> None:
    told: list[Row] = [(1, "n1", Appended(1, 1, A)), (2, "n1", Appended(2, 1, B)), (3, "n1", Appended(3, 1, C))]
    installed: list[Row] = [(4, "n2", Snapshot(2, B)), (5, "n2", Appended(3, 1, C))]
    assert status(LogMatching(), *told, *installed) == "pass"
    assert status(LogMatching(), *installed, *told) == "pass", "the log before the snapshot is not known yet"
    assert status(LogMatching(), *told, (4, "n2", Snapshot(2, D)), (5, "n2", Appended(3, 1, C))) == "fail"


LED: list[Row] = [
    (1, "n1", Elected(1)), (2, "n1", Appended(1, 1, A)), (3, "n2", Appended(1, 1, A)), (4, "n1", Committed(1, 1, A)),
]  # fmt: skip


def test_a_later_leader_without_a_committed_entry_is_incomplete() -> None:
    assert failure(LeaderCompleteness(), *LED, (5, "n3", Elected(2))) == (
        "n1 at 4s committed aaaaaaaaaaaaaaaa at index 1 in term 1; n3 at 5s became leader of term 2 with a log that "
        "ends at 0"
    )
    assert failure(LeaderCompleteness(), *LED, (5, "n3", Appended(1, 2, B)), (6, "n3", Elected(3))).endswith(
        "n3 at 6s became leader of term 3 with bbbbbbbbbbbbbbbb there"
    )
    assert status(LeaderCompleteness(), *LED, (5, "n2", Elected(2))) == "pass"


def test_a_leader_that_commits_late_is_compared_with_those_elected_meanwhile() -> None:
    late: list[Row] = [*LED[:3], (3.5, "n3", Elected(2)), LED[3]]
    assert status(LeaderCompleteness(), *late) == "fail"
    assert status(LeaderCompleteness(), *LED[:3], (3.5, "n2", Elected(2)), LED[3]) == "pass"
    assert status(LeaderCompleteness(), *late[:4], (4, "n3", Committed(0, 2, b""))) == "pass"


def test_an_entry_of_an_old_term_binds_only_leaders_after_the_term_that_committed_it() -> None:
    """Figure 8 of the paper: n3 leads term 3 without the entry of term 2, which is committed in term 4."""
    rows: list[Row] = [
        (1, "n1", Elected(2)), (2, "n1", Appended(1, 2, A)), (3, "n3", Elected(3)), (4, "n1", Elected(4)),
        (5, "n1", Committed(1, 4, A)),
    ]  # fmt: skip
    assert status(LeaderCompleteness(), *rows) == "pass"
    assert status(LeaderCompleteness(), *rows, (6, "n3", Elected(5))) == "fail"


def test_a_restarted_leader_that_does_not_say_what_it_came_back_with_is_not_judged() -> None:
    silent = verdict(LeaderCompleteness(), *LED, (5, "n2", Elected(2), 2))
    assert (silent.status, silent.detail) == (
        "unknown",
        "n2 at 5s was elected after a restart without saying which log it came back with",
    )
    assert status(LeaderCompleteness(), *LED, (4.5, "n2", Recovered(1, A), 2), (5, "n2", Elected(2), 2)) == "pass"
    assert status(LeaderCompleteness(), *LED, (4.5, "n2", Recovered(0, b""), 2), (5, "n2", Elected(2), 2)) == "fail"


def test_entries_that_a_crash_kept_from_being_told_come_to_light_when_the_node_is_back() -> None:
    back: Row = (4.5, "n3", Recovered(2, B, ((1, A), (1, B))), 2)
    assert status(LeaderCompleteness(), *LED, back, (5, "n3", Elected(2), 2)) == "pass"
    assert status(LogMatching(), back, *LED, (5, "n1", Appended(2, 1, B)), (6, "n2", Appended(2, 1, B))) == "pass"
    lone: Row = (4.5, "n3", Recovered(2, B), 2)
    assert status(LeaderCompleteness(), *LED, lone, (5, "n3", Elected(2), 2)) == "unknown", "what is below B?"


def test_an_entry_that_was_told_only_after_a_crash_matches_too() -> None:
    back: Row = (2, "n2", Recovered(1, B, ((1, B),)), 2)
    assert failure(LogMatching(), (1, "n1", Appended(1, 1, A)), back) == (
        "two logs have an entry of index 1 and term 1 but differ at index 1: n1 at 1s held aaaaaaaaaaaaaaaa (term 1) "
        "there, n2 at 2s bbbbbbbbbbbbbbbb (term 1)"
    )
    assert status(LogMatching(), (1, "n1", Appended(1, 2, A)), back) == "pass"


def test_a_commit_never_moves_back() -> None:
    rows: list[Row] = [(1, "n1", Appended(1, 1, A)), (2, "n1", Appended(2, 1, B)), (3, "n1", Committed(2, 1, B))]
    back: Row = (4, "n1", Committed(1, 1, A))
    assert failure(CommitStable(), *rows, back) == "n1 at 4s fell back to commit 1; n1 at 3s had committed 2"
    restarted: list[Row] = [(4, "n1", Recovered(2, B), 2), (5, "n1", Committed(1, 1, A), 2)]
    assert status(CommitStable(), *rows, *restarted) == "fail"
    assert status(CommitStable(volatile=True), *rows, *restarted) == "pass"
    assert status(CommitStable(volatile=True), *rows, back) == "fail", "in one incarnation"


def test_nodes_that_commit_at_different_indices_are_compared_through_their_logs() -> None:
    rows: list[Row] = [(1, "n1", Appended(1, 1, A)), (2, "n1", Appended(2, 1, B)), (3, "n1", Committed(2, 1, B))]
    other: list[Row] = [(4, "n2", Appended(1, 2, C)), (5, "n2", Committed(1, 2, C))]
    assert failure(CommitStable(), *rows, *other) == (
        "at or before index 1 the committed logs differ: n1 at 3s had committed aaaaaaaaaaaaaaaa, "
        "n2 at 5s cccccccccccccccc"
    )
    assert status(CommitStable(), *rows, (4, "n2", Appended(1, 1, A)), (5, "n2", Committed(1, 1, A))) == "pass"
    assert status(CommitStable(), *other, *rows) == "fail"


def test_a_commit_whose_log_nobody_told_is_not_passed() -> None:
    assert status(CommitStable(), (1, "n1", Committed(2, 1, B)), (2, "n2", Committed(1, 1, A))) == "unknown"
    each: list[Row] = [(t, node, Committed(t, 1, one)) for t, one in ((1, A), (2, B)) for node in ("n1", "n2")]
    assert status(CommitStable(), *each) == "pass", "index by index everything was compared"


@pytest.mark.parametrize("incarnation", [1, 2])
def test_a_node_does_not_cut_or_overwrite_what_it_committed_not_even_after_a_crash(incarnation: int) -> None:
    rows: list[Row] = [(1, "n1", Appended(1, 1, A)), (3, "n1", Committed(1, 1, A))]
    if incarnation == 2:
        rows.append((3.5, "n1", Recovered(1, A), 2))
    assert failure(CommitStable(volatile=True), *rows, (4, "n1", Truncated(1), incarnation)) == (
        "n1 at 4s cut its log from index 1 on, but n1 at 3s had committed up to 1"
    )
    assert failure(CommitStable(volatile=True), *rows, (4, "n1", Appended(1, 2, B), incarnation)) == (
        "n1 at 4s put bbbbbbbbbbbbbbbb at index 1 of its log in place of aaaaaaaaaaaaaaaa, but n1 at 3s had committed "
        "up to 1"
    )
    assert status(CommitStable(volatile=True), *rows, (4, "n1", Truncated(2), incarnation)) == "pass"
    assert status(CommitStable(volatile=True), *rows, (4, "n1", Appended(1, 1, A), incarnation)) == "pass", "told twice"


def test_nothing_is_applied_that_was_not_committed_there() -> None:
    rows: list[Row] = [(1, "n1", Appended(1, 1, A)), (2, "n1", Committed(1, 1, A)), (3, "n1", Applied(1, A))]
    assert status(AppliedCommitted(), *rows) == "pass"
    assert failure(AppliedCommitted(), *rows, (4, "n2", Applied(1, A))) == (
        "n2 at 4s applied aaaaaaaaaaaaaaaa at index 1, knowing of commits only up to 0"
    )
    assert failure(AppliedCommitted(), *rows[:2], (3, "n1", Applied(1, B))) == (
        "n1 at 3s applied bbbbbbbbbbbbbbbb at index 1, but n1 at 2s had committed aaaaaaaaaaaaaaaa at or before that"
    )
    assert status(AppliedCommitted(), *rows, (4, "n2", Snapshot(1, A)), (5, "n2", Applied(1, A))) == "pass"


def test_an_index_is_applied_as_one_entry_over_nodes_incarnations_and_snapshots() -> None:
    first: Row = (1, "n1", Applied(1, A))
    assert failure(StateMachineSafety(), first, (2, "n2", Applied(1, B))) == (
        "at index 1 n1 at 1s applied aaaaaaaaaaaaaaaa, n2 at 2s applied bbbbbbbbbbbbbbbb"
    )
    assert status(StateMachineSafety(), first, (2, "n1", Applied(1, B), 2)) == "fail"
    assert failure(StateMachineSafety(), first, (2, "n2", Snapshot(1, B))) == (
        "at index 1 n1 at 1s applied aaaaaaaaaaaaaaaa, n2 at 2s has a snapshot of bbbbbbbbbbbbbbbb"
    )
    assert status(StateMachineSafety(), first, (2, "n1", Applied(1, A), 2), (3, "n2", Snapshot(1, A))) == "pass"


def test_indices_are_applied_one_after_the_other() -> None:
    one, three = (1, "n1", Applied(1, A)), (3, "n1", Applied(3, C))
    assert failure(AppliedInOrder(), one, three) == "n1 at 3s applied index 3 directly after 1"
    assert status(AppliedInOrder(), one, (2, "n1", Applied(2, B)), three) == "pass"
    assert status(AppliedInOrder(), one, (2, "n1", Snapshot(2, B)), three) == "pass"
    assert status(AppliedInOrder(), one, (2, "n1", Applied(2, B), 2), (3, "n1", Applied(1, A), 3)) == "pass"
    assert failure(AppliedInOrder(), one, (2, "n1", Applied(3, C), 2)) == (
        "n1 at 2s began to apply with index 3; no incarnation of it had come further than 1"
    )


def test_a_snapshot_has_the_digest_of_the_prefix_that_it_replaces() -> None:
    applied: Row = (1, "n1", Applied(1, A))
    wrong: Row = (2, "n2", Snapshot(1, B))
    said = "n2 at 2s has a snapshot of bbbbbbbbbbbbbbbb"
    assert failure(SnapshotPrefix(), applied, wrong) == f"at index 1 n1 at 1s applied aaaaaaaaaaaaaaaa, {said}"
    assert failure(SnapshotPrefix(), wrong, applied) == f"at index 1 {said}, n1 at 1s applied aaaaaaaaaaaaaaaa"
    assert status(SnapshotPrefix(), applied, (2, "n2", Snapshot(1, A))) == "pass"
    assert status(SnapshotPrefix(), (1, "n1", Snapshot(1, A)), wrong) == "fail"
    assert verdict(SnapshotPrefix(), wrong).detail == f"{said} at index 1, which nobody applied or committed"


def test_nothing_observed_is_no_pass() -> None:
    checks = [
        ElectionSafety(), LogMatching(), LeaderCompleteness(), CommitStable(), AppliedCommitted(), StateMachineSafety(),
        AppliedInOrder(), SnapshotPrefix(),
    ]  # fmt: skip
    assert [verdict(check).status for check in checks] == ["unknown"] * 8


def test_the_tree_of_logs_finds_every_prefix() -> None:
    tree, stream = LogTree(), Stream(1, "tree")
    logs: list[tuple[int, ...]] = [(EMPTY,)]
    for step in range(2_000):
        path = logs[-1] if stream.below(8) else logs[stream.below(len(logs))]
        node = tree.append(path[-1], len(path), 1, step.to_bytes(8, "big"))
        logs.append((*path, node))
    for path in logs[::7]:
        assert [tree.prefix(path[-1], index) for index in range(len(path))] == list(path)
        assert tree.prefix(path[-1], len(path)) is None
