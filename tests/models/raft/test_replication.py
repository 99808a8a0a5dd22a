"""Sections 5.3, 5.4.2 and 5.5 of the paper: logs that match, hints, pipelining, the commit rule."""

from models.raft.events import Committed, Progressed, Truncated
from models.raft.messages import AppendEntries, AppendReply, Entry
from models.raft.progress import PROBE, REPLICATE
from tests.models.raft.stage import Stage


def entries(first: int, *terms: int) -> tuple[Entry, ...]:
    return tuple(Entry(index, term, "no-op") for index, term in enumerate(terms, first))


def test_5_3_follower_keeps_tail_that_matches() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n2", 1, 1, 1, 1)
    stage.hand("n1", "n2", AppendEntries(1, 1, 1, entries(2, 1), 0, 0))
    assert stage.log("n2") == [(1, 1), (2, 1), (3, 1), (4, 1)]
    [(_, _, reply)] = stage.take("n2")
    assert isinstance(reply, AppendReply)
    assert reply.match == 2, "only what this message has proven"


def test_5_3_follower_replaces_tail_that_contradicts() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n2", 1, 1, 2, 2, 2)
    stage.hand("n1", "n2", AppendEntries(3, 1, 1, entries(2, 1, 3), 0, 0))
    assert stage.log("n2") == [(1, 1), (2, 1), (3, 3)]
    assert [event.first for event in stage["n2"].said(Truncated)] == [3]


def test_5_3_follower_commits_no_more_than_was_proven_equal() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n2", 1, 1, 1, 1)
    stage.hand("n1", "n2", AppendEntries(2, 1, 1, entries(2, 1), 4, 0))
    assert stage["n2"].commitment.commit == 2


def test_5_3_hint_skips_a_term_per_round_trip() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n1", *[1] * 4, *[4] * 30, *[5] * 30)
    stage.plant("n2", *[1] * 4, *[2] * 40, *[3] * 40)
    stage.plant("n3", 1)
    stage.stand("n1")
    stage.settle("n1", "n3")
    stage["n1"].ring(stage["n1"].replication.beat)
    refusals = 0
    while stage.log("n2") != stage.log("n1"):
        stage.deliver("n1", "n2")
        refusals += sum(isinstance(reply, AppendReply) and not reply.ok for _, _, reply in stage.wire)
        stage.deliver("n2", "n1")
    assert refusals <= 3


def test_5_3_heartbeat_that_is_refused_finds_entries_that_were_lost() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    for value in "abc":
        stage.put("n1", "x", value)
    stage.take("n1", "n2")
    stage.settle()
    assert len(stage.log("n2")) == 1
    stage.beat("n1")
    assert stage.log("n2") == stage.log("n1")


def test_5_3_leader_sends_ahead_and_waits_when_the_window_is_full() -> None:
    stage = Stage("n1", "n2", "n3", in_flight=2)
    stage.elect("n1")
    progress = stage["n1"].replication.progress["n2"]
    assert progress.mode == REPLICATE
    for value in "abcd":
        stage.put("n1", "x", value)
    assert len(stage.take("n1", "n2", AppendEntries)) == 2
    stage["n1"].ring(stage["n1"].replication.beat)
    stage.take()
    stage["n1"].ring(stage["n1"].replication.beat)
    assert progress.mode == PROBE, "silent for a whole heartbeat with messages on the way"
    stage.settle()
    assert stage.log("n2") == stage.log("n1")


def test_5_3_old_refusals_and_old_replies_change_nothing() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    for value in "abc":
        stage.put("n1", "x", value)
    stage.settle()
    progress = stage["n1"].replication.progress["n2"]
    stage.hand("n2", "n1", AppendReply(1, True, 2, 1, 0, 0, 0))
    stage.hand("n2", "n1", AppendReply(1, False, 0, 2, 0, 0, 0))
    stage.hand("n2", "n1", AppendReply(0, True, 99, 98, 0, 0, 0))
    assert (progress.match, progress.next, progress.mode) == (4, 5, REPLICATE)
    assert [event.match for event in stage["n1"].said(Progressed) if event.peer == "n2"] == [1, 2, 3, 4]


def test_5_3_leader_counts_its_own_copy_only_when_it_is_durable() -> None:
    stage = Stage("n1", "n2", "n3", "n4", "n5")
    stage.elect("n1")
    stage.slow_disks = True
    stage.put("n1", "x", "1")
    stage.settle("n1", "n2")
    stage.deliver("n1", "n3")
    assert stage["n1"].commitment.commit == 1
    for callback in stage.held:
        callback()
    assert stage["n1"].commitment.commit == 1, "two of five hold it"
    stage.put("n1", "x", "2")
    stage.settle("n1", "n2", "n3")
    assert stage["n1"].commitment.commit == 2, "three hold the first, two others the second"


def test_5_4_2_old_term_commits_with_new() -> None:
    """Figure 8: an entry of term 2 on three of five servers is not committed until one of term 4 is."""
    stage = Stage("n1", "n2", "n3", "n4", "n5")
    for name in stage.names:
        stage.plant(name, 1)
    stage.plant("n1", 2)
    stage.plant("n2", 2)  # (a) the leader of term 2 has reached only n2
    stage.plant("n5", 3)  # (b) n5 led term 3 and reached nobody
    stage["n1"].ballot.reach(3)
    stage.stand("n1")
    stage.settle("n1", "n2", "n3")  # (c) n1 leads term 4 and brings the entry of term 2 to n3 ...
    assert stage["n1"].ballot.term == 4
    assert stage.log("n3") == [(1, 1), (2, 2), (3, 4)]
    assert [event.index for event in stage["n1"].said(Committed)] == [3], "... which commits only below its own"


def test_5_4_2_copies_of_an_old_entry_alone_commit_nothing() -> None:
    stage = Stage("n1", "n2", "n3", append_max=1)
    stage.plant("n1", 1, 1)
    stage.stand("n1")
    stage.deliver(kind=type(stage.wire[0][2]))
    stage.settle("n1", "n2")
    commits = [event.index for event in stage["n1"].said(Committed)]
    assert commits == [3], "never 1 or 2 alone, though the copies came one by one"


def test_5_5_repeated_append_changes_nothing() -> None:
    stage = Stage("n1", "n2", "n3")
    request = AppendEntries(1, 0, 0, entries(1, 1, 1), 1, 0)
    stage.hand("n1", "n2", request)
    before = stage.disks["n2"].files["log"], stage.disks["n2"].syncs
    stage.hand("n1", "n2", request)
    assert (stage.disks["n2"].files["log"], stage.disks["n2"].syncs) == before
    one, other = [reply for *_, reply in stage.take("n2")]
    assert one == other


def test_5_5_message_from_before_the_commit_index_is_taken() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.hand("n1", "n2", AppendEntries(1, 0, 0, entries(1, 1, 1, 1), 3, 0))
    stage.hand("n1", "n2", AppendEntries(1, 1, 1, entries(2, 1, 1, 1), 3, 0))
    assert stage.log("n2") == [(1, 1), (2, 1), (3, 1), (4, 1)]
