"""Section 6 and the dissertation, 3.10 and 4: one voter at a time, learners, transfer, disks that were replaced."""

import pytest

from models.raft.election import LEADER
from models.raft.messages import ChangeMembers, Members, NotLeader, NotNow, TimeoutNow, TransferLeadership
from sim import MS, Message
from tests.models.raft.stage import CLIENT, Stage


def change(stage: Stage, leader: str, verb: str, server: str, generation: int = 0) -> Message | None:
    """The leader's answer to an operator, after everybody has heard of it."""
    node = stage[leader]
    said = node.change_members(CLIENT, ChangeMembers(verb, server, generation))
    if said is not None:
        return said
    stage.settle()
    return node.answers[-1][1]


def test_4_1_own_term_before_change() -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3)
    stage.stand("n1")
    stage.deliver("n1", kind=Message)
    stage.deliver("n2", "n1")
    stage.deliver("n1")
    stage.deliver("n2", "n1")
    assert stage["n1"].role == LEADER
    said = stage["n1"].change_members(CLIENT, ChangeMembers("learn", "n4"))
    assert said == NotNow("another change is not committed yet, or nothing of this term is")
    stage.settle()
    assert isinstance(change(stage, "n1", "learn", "n4"), Members)


def test_4_1_one_change_at_a_time() -> None:
    stage = Stage("n1", "n2", "n3", "n4", "n5", voters=3)
    stage.elect("n1")
    assert stage["n1"].change_members(CLIENT, ChangeMembers("learn", "n4")) is None
    assert isinstance(stage["n1"].change_members(CLIENT, ChangeMembers("learn", "n5")), NotNow)


def test_4_2_1_learner_is_replicated_to_and_not_counted() -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3, learners=1)
    stage.elect("n1")
    before = stage["n1"].commitment.commit
    stage.put("n1", "x", "1")
    stage.settle("n1", "n4")
    assert stage.log("n4") == stage.log("n1")
    assert stage["n1"].commitment.commit == before


def test_4_2_1_learner_is_promoted_once_it_has_caught_up() -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3)
    stage.elect("n1")
    for value in "abc":
        stage.put("n1", "x", value)
    stage.settle("n1", "n2", "n3")
    assert isinstance(change(stage, "n1", "learn", "n4"), Members)
    stage["n1"].replication.progress["n4"].match = 0
    stage.wait(200 * MS)
    stage["n1"].ring(stage["n1"].replication.beat)
    stage.take("n1", "n4")
    assert change(stage, "n1", "promote", "n4") == NotNow("n4 lags behind")
    stage.beat("n1")
    stage.beat("n1")
    promoted = change(stage, "n1", "promote", "n4")
    assert promoted == Members(("n1", "n2", "n3", "n4"), ())


def test_4_2_2_leader_that_is_removed_leads_until_that_is_committed() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    assert stage["n1"].change_members(CLIENT, ChangeMembers("remove", "n1")) is None
    assert stage["n1"].role == LEADER
    stage.settle()
    assert stage["n1"].role != LEADER
    stage.elect("n2", "n2", "n3")


def test_4_1_change_that_is_cut_never_was() -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3)
    stage.elect("n1")
    stage["n1"].change_members(CLIENT, ChangeMembers("learn", "n4"))
    stage.take()
    assert len(stage["n1"].membership.learners) == 1
    stage.elect("n2", "n2", "n3")
    stage.beat("n2")
    assert len(stage["n1"].membership.learners) == 0


@pytest.mark.parametrize(
    ("verb", "server", "why"),
    [
        ("promote", "n4", "n4 is no learner"),
        ("learn", "n2", "n2 is a member with another disk"),
    ],
)
def test_order_that_makes_no_sense_is_refused_with_the_reason(verb: str, server: str, why: str) -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3)
    stage.elect("n1")
    assert change(stage, "n1", verb, server, generation=1) == NotNow(why)


def test_order_that_is_fulfilled_already_is_answered() -> None:
    stage = Stage("n1", "n2", "n3", "n4", voters=3)
    stage.elect("n1")
    assert change(stage, "n1", "remove", "n4") == Members(("n1", "n2", "n3"), ())


def test_server_with_a_new_disk_has_no_vote_until_it_is_taken_in_again() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage.disks["n3"].files.clear()
    stage.disks["n3"].records.clear()
    stage.disks["n3"].replacements = 1
    stage.restart("n3")
    stage.stand("n2")
    stage.settle("n2", "n3")
    assert stage["n2"].role != LEADER, "n3 must not vote"
    stage.beat("n1")
    assert isinstance(change(stage, "n1", "remove", "n3"), Members)
    assert isinstance(change(stage, "n1", "learn", "n3", generation=1), Members)
    stage.beat("n1")
    stage.wait(200 * MS)
    stage.beat("n1")
    assert isinstance(change(stage, "n1", "promote", "n3"), Members)
    stage.stand("n2")
    stage.settle("n2", "n3")
    assert stage["n2"].role == LEADER


def test_thesis_3_10_transfer_brings_the_target_up_to_date_first() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage.put("n1", "x", "1")
    stage.settle("n1", "n3")
    stage["n1"].transfer_leadership(CLIENT, TransferLeadership("n2"))
    assert stage.take(kind=TimeoutNow) == []
    stage.beat("n1")
    assert stage["n2"].role == LEADER
    assert stage.log("n2")[-1] == (3, 2)


def test_thesis_3_10_no_proposals_are_taken_during_a_transfer() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage["n1"].transfer_leadership(CLIENT, TransferLeadership("n2"))
    assert stage["n1"].change_members(CLIENT, ChangeMembers("remove", "n3")) == NotLeader("n2")
    stage["n1"].ring(stage["n1"].handover.give_up)
    assert stage["n1"].change_members(CLIENT, ChangeMembers("remove", "n3")) is None


def test_thesis_3_10_timeout_now_of_an_old_term_means_nothing() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage.hand("n1", "n2", TimeoutNow(0))
    assert stage["n2"].ballot.term == 1


def test_thesis_6_4_1_lease_counts_from_the_sending_and_allows_for_drift() -> None:
    stage = Stage("n1", "n2", "n3", reads="lease", clock_drift_max="10%")
    stage.elect("n1")
    lease = stage["n1"].reads.lease
    sent = stage.now
    stage["n1"].ring(stage["n1"].replication.beat)
    stage.wait(60 * MS)
    stage.settle()
    assert lease.holds()
    stage.now = sent + 150 * MS * 900_000 // 1_100_000 - 1
    assert lease.holds()
    stage.now += 1
    assert not lease.holds()


def test_thesis_6_4_1_transfer_ends_the_lease_for_the_term() -> None:
    stage = Stage("n1", "n2", "n3", reads="lease")
    stage.elect("n1")
    stage.beat("n1")
    assert stage["n1"].reads.lease.holds()
    stage["n1"].transfer_leadership(CLIENT, TransferLeadership("n2"))
    stage.take()
    stage["n1"].ring(stage["n1"].handover.give_up)
    stage.beat("n1")
    assert not stage["n1"].reads.lease.holds()


def test_thesis_6_4_1_server_that_restarts_keeps_a_promise_it_may_have_given() -> None:
    stage = Stage("n1", "n2", "n3", reads="lease")
    stage.elect("n1")
    stage.restart("n3")
    stage.nodes["n2"].ring(stage["n2"].election.stand)
    stage.settle("n2", "n3")
    assert stage["n2"].role != LEADER
    stage.stand("n2")
    stage.settle("n2", "n3")
    assert stage["n2"].role == LEADER
