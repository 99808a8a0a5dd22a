"""Binary agreement, step by step."""

import pytest

from models.bft.abba import Abba
from models.bft.events import AbbaDecided, RoundEntered, VoteSent
from models.bft.messages import Aux, Bval, Decide, Echo1, Echo2, Echo3, Justification, PreProcess, PreVote
from sim.agreement import CoinReleased, CrusaderOutput, Decided
from tests.models.bft.stage import Stage

ROUNDS = ("bca", "mmr14", "mmr14conf")


@pytest.mark.parametrize("protocol", ROUNDS)
@pytest.mark.parametrize("value", [0, 1])
def test_equal_inputs_are_decided_whatever_the_coin_says(protocol: str, value: int) -> None:
    stage = Stage(4, protocol=protocol)
    stage.put_in_all(value)
    stage.settle()
    assert all(stage.decided(name) == [value] for name in stage.names)


def test_two_echo1_of_others_are_amplified_before_the_own_value_is_approved() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    stage.say("n4", "n1", Echo1(1, 1))
    stage.say("n3", "n1", Echo1(1, 1))
    assert len(stage.waiting("Echo1", "n1")) == 8


def test_a_party_says_echo2_once_for_the_first_approved_value() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    for value in (1, 0):
        for source in ("n2", "n3", "n4"):
            stage.say(source, "n1", Echo1(1, value))
    assert len(stage.waiting("Echo2", "n1")) == 4


def test_one_party_cannot_vote_twice_in_a_phase() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    for source in ("n2", "n3", "n4"):
        stage.say(source, "n1", Echo1(1, 0))
    for value in (0, 1, 0):
        stage.say("n4", "n1", Echo2(1, value))
    stage.say("n2", "n1", Echo2(1, 0))
    assert not stage.waiting("Echo3", "n1")
    stage.say("n3", "n1", Echo2(1, 0))
    assert stage.waiting("Echo3", "n1")


def test_the_coin_goes_out_only_with_the_output_of_the_round() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    for source in ("n2", "n3", "n4"):
        stage.say(source, "n1", Echo1(1, 0))
        stage.say(source, "n1", Echo2(1, 0))
    for source in ("n2", "n3"):
        stage.say(source, "n1", Echo3(1, 0))
    assert not stage.said(CoinReleased)
    stage.say("n4", "n1", Echo3(1, 0))
    assert stage.said(CrusaderOutput)[0].value == 0
    assert len(stage.said(CoinReleased)) == 1


def test_mmr_waits_for_aux_values_that_are_supported() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="mmr14")
    stage.put_in("n1", 0)
    for source in ("n2", "n3", "n4"):
        stage.say(source, "n1", Bval(1, 0))
    for source, value in (("n2", 0), ("n3", 0), ("n4", 1)):
        stage.say(source, "n1", Aux(1, value))
    assert not stage.said(CrusaderOutput)
    stage.deliver("Aux", source="n1", to="n1")
    assert stage.said(CrusaderOutput)[0].value == 0


def test_early_rounds_wait_and_count_when_they_are_entered() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    for source in ("n2", "n3", "n4"):
        stage.say(source, "n1", Echo1(1, 1))
    assert not stage.held
    stage.put_in("n1", 0)
    assert stage.waiting("Echo2", "n1")


def test_rounds_beyond_the_window_are_dropped() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    for ahead in range(200):
        stage.say("n4", "n1", Echo1(ahead + 1, 1))
    root = stage.party("n1").find("1")
    assert len(root.rounds) == 65  # type: ignore[union-attr]


def test_f_plus_one_decides_decide_and_a_quorum_halts() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="bca")
    stage.put_in("n1", 0)
    stage.say("n4", "n1", Decide(1))
    stage.say("n4", "n1", Decide(1))
    assert stage.decided("n1") == []
    stage.say("n2", "n1", Decide(1))
    assert stage.decided("n1") == [1]
    stage.say("n3", "n1", Decide(1))
    before = len(stage.held)
    stage.say("n2", "n1", Echo1(2, 0))
    assert len(stage.held) == before


def test_a_decided_party_enters_the_next_round_only_if_somebody_else_is_there() -> None:
    stage = Stage(4, protocol="bca")
    stage.put_in_all(1)
    stage.settle()
    last = max(event.round for event in stage.said(RoundEntered))
    assert last == max(event.view for event in stage.said(Decided) if isinstance(event.view, int))


# Validated binary agreement


def abba(stage: Stage, name: str) -> Abba:
    found = stage.party(name).find("1/abba0")
    assert isinstance(found, Abba)
    return found


def test_all_honest_zero_and_no_proof_is_zero() -> None:
    stage = Stage(4, protocol="abba")
    stage.put_in_all(0)
    stage.settle()
    assert {event.value for event in stage.said(AbbaDecided)} == {0}


def test_one_proven_input_that_is_seen_wins() -> None:
    stage = Stage(4, protocol="abba")
    stage.put_in_all(1)
    stage.settle()
    assert {(event.value, event.round) for event in stage.said(AbbaDecided)} == {(1, 1)}


def test_a_one_without_proof_does_not_count() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="abba")
    stage.put_in("n1", 0)
    one = abba(stage, "n1")
    share = stage.share("n4", one.tag("pp"), 1)
    stage.say("n4", "n1", PreProcess(1, share, None), "1/abba0")
    assert len(one._pps) == 0


def test_a_prevote_needs_a_reason_of_its_own_round() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="abba")
    stage.put_in_all(0)
    stage.settle()
    votes = [event for event in stage.said(VoteSent) if event.phase == "pv"]
    assert {event.why for event in votes} == {"zero"}
    fresh = Stage(4, corrupt=("n4",), protocol="abba")
    one = abba(fresh, "n1")
    for value, kind in ((1, "external"), (0, "zero"), (0, "hard"), (1, "soft")):
        vote = PreVote(1, value, fresh.share("n4", one.tag("pv", 1), value), Justification(kind))
        assert not one.judge.prevote("n4", vote)


def test_mixed_prevotes_abstain_and_give_both_reasons() -> None:
    stage = Stage(4, protocol="abba")
    stage.put_in("n1", 1)
    stage.deliver("PbSend")
    stage.deliver("PbShare")  # now n1 has its proof
    for name in ("n2", "n3", "n4"):
        stage.put_in(name, 0)
    stage.deliver("PreProcess", source="n1", to="n1")
    for name in ("n2", "n3", "n4"):
        stage.deliver("PreProcess", source=name)
    votes = {flight.source: flight.message.body.value for flight in stage.waiting("PreVote")}  # type: ignore[attr-defined]
    assert votes == {"n1": 1, "n2": 0, "n3": 0, "n4": 0}
    for source in ("n1", "n2", "n3"):
        stage.deliver("PreVote", source=source)
    assert [event.value for event in stage.said(VoteSent) if event.phase == "mv"] == [None] * 4
    stage.settle()
    assert len({event.value for event in stage.said(AbbaDecided)}) == 1
