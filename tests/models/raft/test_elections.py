"""Sections 5.1, 5.2 and 5.4.1 of the paper, 9.6 of the dissertation: terms, votes, pre-votes."""

from models.raft.election import CANDIDATE, FOLLOWER, LEADER
from models.raft.events import BecameLeader, SteppedDown
from models.raft.messages import AppendEntries, AppendReply, RequestVote, Vote
from sim import MS
from tests.models.raft.stage import Stage


def test_5_1_old_term_is_answered_with_the_new() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n2", 3)
    stage.hand("n1", "n2", AppendEntries(1, 0, 0, (), 0, 0))
    [(_, target, reply)] = stage.take("n2")
    assert isinstance(reply, AppendReply)
    assert (target, reply.term, reply.ok) == ("n1", 3, False)
    stage.hand("n2", "n1", reply)
    assert stage["n1"].ballot.term == 3


def test_5_2_one_vote_per_term() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.hand("n1", "n3", RequestVote(1, 0, 0, False))
    stage.hand("n2", "n3", RequestVote(1, 0, 0, False))
    votes = {target: vote.granted for _, target, vote in stage.take("n3") if isinstance(vote, Vote)}
    assert votes == {"n1": True, "n2": False}


def test_5_2_vote_survives_restart() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.hand("n1", "n3", RequestVote(1, 0, 0, False))
    stage.restart("n3")
    stage.take()
    stage.hand("n2", "n3", RequestVote(1, 0, 0, False))
    stage.hand("n1", "n3", RequestVote(1, 0, 0, False))
    assert [(target, vote) for _, target, vote in stage.take("n3")] == [
        ("n2", Vote(1, False, False)),
        ("n1", Vote(1, True, False)),
    ]


def test_5_2_split_vote_ends() -> None:
    stage = Stage("n1", "n2", "n3", "n4", pre_vote=False)
    stage.stand("n1")
    stage.stand("n2")
    stage.deliver("n1", "n3")
    stage.deliver("n2", "n4")
    stage.settle()
    assert {stage[name].election.role for name in ("n1", "n2")} == {CANDIDATE}
    stage.elect("n2")
    assert [event.term for event in stage["n2"].said(BecameLeader)] == [2]


def test_5_2_vote_of_an_earlier_term_does_not_count() -> None:
    stage = Stage("n1", "n2", "n3", pre_vote=False)
    stage.stand("n1")
    stage.take()
    stage.stand("n1")
    stage.hand("n2", "n1", Vote(1, True, False))
    assert stage["n1"].election.role == CANDIDATE
    stage.hand("n2", "n1", Vote(2, True, False))
    assert stage["n1"].election.role == LEADER


def test_5_2_vote_that_comes_twice_counts_once() -> None:
    stage = Stage("n1", "n2", "n3", "n4", "n5", pre_vote=False)
    stage.stand("n1")
    for _ in range(3):
        stage.hand("n2", "n1", Vote(1, True, False))
    assert stage["n1"].election.role == CANDIDATE
    stage.hand("n3", "n1", Vote(1, True, False))
    assert stage["n1"].election.role == LEADER


def test_5_2_group_of_one_leads_and_commits_alone() -> None:
    stage = Stage("n1")
    stage.stand("n1")
    stage.put("n1", "x", "1")
    assert (stage["n1"].election.role, stage["n1"].commitment.commit) == (LEADER, 2)


def test_5_4_1_vote_needs_current_log() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.plant("n3", 1, 2)
    for last_term, last_index, granted in [(1, 9, False), (2, 1, False), (2, 2, True), (3, 1, True)]:
        stage.hand("n1", "n3", RequestVote(9, last_index, last_term, True))
        [(_, _, vote)] = stage.take("n3")
        assert isinstance(vote, Vote)
        assert vote.granted is granted, (last_term, last_index)


def test_5_6_timing_inequality() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    for _ in range(50):
        stage.beat("n1")
        due = stage["n2"].due(stage["n2"].election.stand)
        assert due is not None
        assert 3 * 50 * MS <= due <= 300 * MS, "three heartbeats may be lost before anyone stands"


def test_thesis_9_6_prevote_keeps_term() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    for _ in range(5):
        stage.stand("n3")  # cut off: nothing that it says arrives
        stage.take()
    assert stage["n3"].ballot.term == 1
    stage.beat("n1")
    assert stage["n1"].election.role == LEADER
    assert stage["n3"].election.role == FOLLOWER


def test_thesis_9_6_prevote_is_refused_while_a_leader_is_heard() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage.wait(100 * MS)
    stage.hand("n3", "n2", RequestVote(2, 1, 1, True))
    stage.hand("n3", "n1", RequestVote(2, 1, 1, True))
    assert [vote for *_, vote in stage.take()] == [Vote(1, False, True), Vote(1, False, True)]
    stage.wait(100 * MS)
    stage.hand("n3", "n2", RequestVote(2, 1, 1, True))
    assert [vote for *_, vote in stage.take()] == [Vote(2, True, True)]


def test_thesis_9_6_promise_of_a_higher_term_is_no_reason_to_enter_it() -> None:
    stage = Stage("n1", "n2", "n3", "n4", "n5")
    stage.stand("n1")
    stage.hand("n2", "n1", Vote(1, True, True))
    assert stage["n1"].ballot.term == 0
    stage.hand("n3", "n1", Vote(4, False, True))
    assert (stage["n1"].ballot.term, stage["n1"].election.role) == (4, FOLLOWER)


def test_thesis_6_2_leader_that_hears_no_quorum_steps_down() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    election = stage["n1"].election
    stage["n1"].ring(election.check_quorum)
    assert election.role == LEADER, "it heard both in the window that ends"
    stage["n1"].ring(election.check_quorum)
    assert election.role == FOLLOWER
    assert (stage["n1"].ballot.term, stage["n1"].ballot.voted) == (1, "n1")
    assert [event.why for event in stage["n1"].said(SteppedDown)] == ["no quorum was heard"]


def test_heartbeats_do_not_touch_the_disk() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    before = [disk.syncs for disk in stage.disks.values()]
    for _ in range(10):
        stage.beat("n1")
    assert [disk.syncs for disk in stage.disks.values()] == before
