"""Broadcasts, step by step: what is given, what is delivered, what is expected."""

from models.bft.events import Dropped
from models.bft.messages import PbSend, RbcEcho, RbcReady, RbcSend, VcbcRequest
from models.bft.promotion import Promotion, signed_of
from models.bft.vcbc import ConsistentBroadcast
from sim.agreement import Signed
from tests.models.bft.stage import Stage

V, W = b"ok:v", b"ok:w"


def test_ready_amplifies_before_any_send_or_echo() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="rbc")
    stage.say("n1", "n2", RbcReady(V))
    assert not stage.waiting("RbcReady", "n2")
    stage.say("n3", "n2", RbcReady(V))
    assert len(stage.waiting("RbcReady", "n2")) == 4


def test_a_party_echoes_the_first_send_of_the_leader_only() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="rbc")
    stage.say("n3", "n2", RbcSend(V))
    assert not stage.waiting("RbcEcho")
    stage.say("n1", "n2", RbcSend(V))
    stage.say("n1", "n2", RbcSend(W))
    assert len(stage.waiting("RbcEcho", "n2")) == 4
    assert [event.reason for event in stage.said(Dropped)] == ["not the leader"]


def test_echoes_of_one_party_count_once_in_all() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="rbc")
    for value in (V, V, W, V):
        stage.say("n1", "n2", RbcEcho(value))
    stage.say("n3", "n2", RbcEcho(V))
    assert not stage.waiting("RbcReady", "n2")
    stage.say("n4", "n2", RbcEcho(V))
    assert stage.waiting("RbcReady", "n2")


def test_the_echo_threshold_makes_two_values_impossible_where_n_exceeds_3f_plus_1() -> None:
    assert Stage(5, protocol="rbc", f=1).party("n1").quorums.echo == 4
    assert Stage(4, protocol="rbc").party("n1").quorums.echo == 3
    assert Stage(7, protocol="rbc").party("n1").quorums.echo == 5


def test_two_f_plus_one_ready_deliver_once() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="rbc")
    for source in ("n1", "n3", "n4"):
        assert stage.decided("n2") == []
        stage.say(source, "n2", RbcReady(V))
    stage.settle()
    assert stage.decided("n2") == [V]


def test_what_is_not_externally_valid_is_not_echoed() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="rbc")
    stage.say("n1", "n2", RbcSend(b"bad"))
    assert not stage.waiting("RbcEcho")


def test_a_second_value_of_one_sender_gets_no_share() -> None:
    stage = Stage(4, corrupt=("n1",), protocol="consistent")
    stage.say("n1", "n2", PbSend(1, V), "1/n1")
    stage.say("n1", "n2", PbSend(1, W), "1/n1")
    assert len(stage.waiting("PbShare", "n2")) == 1
    assert [event.digest for event in stage.said(Signed, "n2")] == [stage.said(Signed, "n2")[0].digest]


def test_two_certificates_need_f_plus_one_double_signers() -> None:
    stage = Stage(4, corrupt=("n1", "n4"), protocol="consistent", unsafe=True)
    promotion = stage.party("n2").find("1/n1")
    assert isinstance(promotion, ConsistentBroadcast)
    tag = promotion.promotion.stage_tag(1)
    crypto = stage.party("n2").crypto
    for value, honest in ((V, "n2"), (W, "n3")):
        stage.say("n1", honest, PbSend(1, value), "1/n1")
        listed = [stage.share(name, tag, signed_of(value)) for name in ("n1", "n4")]
        assert crypto.combine(tag, signed_of(value), listed, 3) is None
        share = stage.party(honest).crypto._signer.share(tag, signed_of(value))
        assert crypto.combine(tag, signed_of(value), [*listed, share], 3) is not None


def test_later_stages_need_the_certificate_of_the_stage_before() -> None:
    stage = Stage(4, protocol="provable", stages=2)
    stage.put_in("n1", V)
    stage.say("n1", "n2", PbSend(2, V), "1/n1")
    assert not stage.waiting("PbShare", "n2")
    stage.deliver("PbSend")
    stage.deliver("PbShare")
    assert {flight.target for flight in stage.waiting("PbSend", "n1")} == set(stage.names)
    stage.settle()
    assert stage.decided("n1") == [V]


def test_nobody_but_the_sender_promotes() -> None:
    stage = Stage(4, corrupt=("n3",), protocol="provable")
    stage.say("n3", "n2", PbSend(1, V), "1/n1")
    assert not stage.waiting("PbShare")


def test_whoever_delivered_can_complete_anybody_else() -> None:
    stage = Stage(4, protocol="consistent")
    stage.put_in("n1", V)
    stage.deliver("PbSend")
    stage.deliver("PbShare")
    stage.deliver("VcbcFinal", to="n2")
    assert stage.decided("n2") == [V]
    stage.say("n3", "n2", VcbcRequest(), "1/n1")
    assert stage.deliver("VcbcAnswer", to="n3") == 1
    assert stage.decided("n3") == [V]


def test_a_stopped_promotion_gives_no_share() -> None:
    stage = Stage(4, protocol="provable")
    promotion = stage.party("n2").find("1/n1")
    assert isinstance(promotion, Promotion)
    promotion.stop()
    stage.put_in("n1", V)
    stage.deliver("PbSend")
    assert not stage.waiting("PbShare", "n2")
    assert stage.waiting("PbShare", "n3")
