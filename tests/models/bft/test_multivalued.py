"""Multivalued agreement, step by step, and the parameters of the reconstruction."""

import pytest

from models.bft.events import Abandoned, Drawn, Fetched, ProofLearned, Recommended
from models.bft.messages import Done, Evidence, Halt, Propose, Recommend
from models.bft.pmvba import Pmvba
from models.bft.promotion import Promotion, signed_of
from models.bft.vaba import Vaba
from sim.agreement import Certificate, CoinReleased
from tests.models.bft.stage import Stage

MULTIVALUED = ("ckps", "vaba", "smvba", "pmvba")
OPEN_POINTS: list[dict[str, object]] = [
    {"recommend": "digest"},
    {"vote_phase": False},
    {"k1": "q"},
    {"k2": "f+1"},
    {"permute": "all"},
    {"own_proof": "on-receipt"},
]


@pytest.mark.parametrize("form", ["threshold", "multisig"])
@pytest.mark.parametrize("protocol", MULTIVALUED)
def test_one_of_the_inputs_is_decided_by_all(protocol: str, form: str) -> None:
    stage = Stage(4, protocol=protocol, certificates=form)
    stage.put_in_all()
    stage.settle()
    decisions = {value for name in stage.names for value in stage.decided(name) if isinstance(value, bytes)}
    assert len(decisions) == 1
    assert decisions <= {f"ok:{name}".encode() for name in stage.names}


@pytest.mark.parametrize("options", OPEN_POINTS, ids=str)
def test_every_open_point_of_the_reconstruction_can_be_decided_otherwise(options: dict[str, object]) -> None:
    stage = Stage(4, protocol="pmvba", **options)  # type: ignore[arg-type]
    stage.put_in_all()
    stage.settle()
    assert len({stage.decided(name)[-1] for name in stage.names}) == 1


@pytest.mark.parametrize("protocol", ["vaba", "smvba"])
def test_a_view_is_given_up_before_the_coin_share_goes_out(protocol: str) -> None:
    stage = Stage(4, protocol=protocol)
    stage.put_in_all()
    stage.settle()
    order = [
        type(one.event) for one in stage.events if one.node == "n1" and isinstance(one.event, (Abandoned, CoinReleased))
    ]
    assert order[:2] == [Abandoned, CoinReleased]


def test_who_gave_up_a_view_signs_no_promotion_of_it() -> None:
    stage = Stage(4, protocol="vaba")
    stage.put_in_all()
    stage.settle()
    root = stage.party("n1").find("1")
    assert isinstance(root, Vaba)
    late = root.child("p1-n2")
    assert isinstance(late, Promotion)
    assert late.stopped


def test_a_locked_party_signs_no_value_without_a_key_as_new_as_its_lock() -> None:
    stage = Stage(4, protocol="vaba")
    root = stage.party("n1").find("1")
    assert isinstance(root, Vaba)
    root.propose(b"ok:n1")
    assert root.unlocks(b"ok:v", None)
    root.lock = 1
    assert not root.unlocks(b"ok:v", None)


def test_promotions_of_later_views_wait_until_the_view_is_entered() -> None:
    stage = Stage(4, protocol="vaba")
    root = stage.party("n1").find("1")
    assert isinstance(root, Vaba)
    root.propose(b"ok:n1")
    assert root.child("p2-n2") is None
    assert root.is_early("p2-n2")
    assert not root.is_early("p2-n9")
    assert not root.is_early("p02-n2")
    assert not root.is_early("p500-n2")


@pytest.mark.parametrize("protocol", ["vaba", "smvba"])
def test_a_decision_out_of_nothing_is_dropped(protocol: str) -> None:
    stage = Stage(4, corrupt=("n4",), protocol=protocol)
    stage.put_in_all()
    stage.say("n4", "n1", Halt(1, b"ok:v", Certificate(7), 2, ()))
    if protocol == "vaba":
        stage.say("n4", "n1", Done(1, b"ok:v", Certificate(7)))
    assert stage.decided("n1") == []
    stage.settle()
    assert b"ok:v" not in stage.decided("n1")


def committee_of(stage: Stage) -> tuple[str, ...]:
    stage.deliver("Toss")
    return stage.said(Drawn, "n1")[0].names[:2]


def test_the_first_recommendation_is_enough() -> None:
    stage = Stage(4, protocol="pmvba")
    stage.put_in_all()
    member, other = committee_of(stage)
    stage.deliver("PbSend", source=member)
    stage.deliver("PbShare", to=member)
    reader = next(name for name in stage.names if name not in (member, other))
    assert stage.deliver("Propose", source=member, to=reader) == 1
    assert [event.candidate for event in stage.said(Recommended, reader)] == [member]
    helped = next(name for name in stage.names if name not in (member, other, reader))
    stage.deliver("Recommend", source=reader, to=helped)
    assert [event.candidate for event in stage.said(Recommended, helped)] == [member]


def test_a_proof_is_bound_to_its_member_and_instance() -> None:
    stage = Stage(4, protocol="pmvba", instances=2)
    stage.put_in_all()
    member, _ = committee_of(stage)
    stage.deliver("PbSend", source=member)
    stage.deliver("PbShare", to=member)
    evidence = stage.waiting("Propose", member)[0].message.body.evidence  # type: ignore[attr-defined]
    first, second = stage.party("n1").find("1"), stage.party("n1").find("2")
    assert isinstance(first, Pmvba)
    assert isinstance(second, Pmvba)
    assert first.is_proof(member, evidence)
    assert not any(first.is_proof(name, evidence) for name in stage.names if name != member)
    second.committee = first.committee
    assert not second.is_proof(member, evidence)
    assert not first.is_proof(member, Evidence(signed_of(b"ok:w"), b"ok:w", evidence.certificate))


def test_proposals_before_the_committee_is_known_wait() -> None:
    stage = Stage(4, corrupt=("n4",), protocol="pmvba")
    evidence = Evidence(signed_of(b"ok:v"), b"ok:v", Certificate(3))
    for body in (Propose(evidence), Recommend("n4", evidence)):
        stage.say("n4", "n1", body)
    root = stage.party("n1").find("1")
    assert isinstance(root, Pmvba)
    assert len(root._kept) == 2
    assert not stage.said(ProofLearned)


def test_a_value_that_is_missing_is_fetched_from_those_who_have_decided() -> None:
    stage = Stage(4, protocol="pmvba", recommend="digest")
    stage.put_in_all()
    held = []
    for _ in range(60):
        held += [one for one in stage.held if one.kind == "Propose" and one.target == "n1"]
        stage.held = [one for one in stage.held if one not in held]
        if not stage.deliver():
            break
    if "n1" not in committee_of_events(stage):
        assert stage.said(Fetched, "n1")
    assert all(stage.decided(name) for name in stage.names)


def committee_of_events(stage: Stage) -> tuple[str, ...]:
    return next(event.names[:2] for event in stage.said(Drawn) if event.what == "committee")
