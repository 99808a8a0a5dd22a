"""Byzantine nodes lie in their own name only, their honest code is untouched, and the checks know who they are."""

from collections import Counter
from collections.abc import Callable

import pytest

from sim.faults.byzantine.behaviour import Acted
from sim.faults.byzantine.fields import innermost, leaves, parts, replace
from sim.faults.byzantine.variants import Vocabulary, resign, variants
from sim.running import run
from sim.scenario.loader import load_text
from sim.world.actor import Actor, on
from sim.world.message import Event, Message
from sim.world.node import Node
from sim.world.signatures import Certificate, Registry, Share, Signatures, Signer, Tag
from sim.world.streams import Stream
from sim.world.units import MS
from sim.world.world import World
from tests.faults.stage import inject, running_world

TAG = Tag("p", "1", "vote", 3, "")


class Ballot(Message):
    """A signed vote."""

    round: int
    value: int
    share: Share


class Parcel(Message):
    """An envelope."""

    instance: str
    body: Ballot


class Heard(Event):
    """What arrived from whom."""

    source: str
    round: int
    value: int


class Voter(Actor):
    """Votes once, and tells what it hears."""

    def on_start(self) -> None:
        ballot = Ballot(3, 1, self.signer.share(TAG, 1))
        self.timer(lambda: self.broadcast(("n1", "n2", "n3", "n4", "n5"), Parcel("1", ballot))).reset(5 * MS)

    @on(Parcel)
    def parcel(self, source: str, message: Parcel) -> None:
        body = message.body
        if self.signatures.valid(body.share, source, TAG, body.value):
            self.emit(Heard(source, body.round, body.value))


def voters(body: str, until: int = 20 * MS) -> tuple[World, list[tuple[str, Event]], Callable[[], None]]:
    """Five voters of whom n1 becomes Byzantine before it votes."""
    world, heard = World(3), []
    for name in ("n1", "n2", "n3", "n4", "n5"):
        world.add(name, Voter)
    world.subscribe([Heard, Acted], lambda one: heard.append((one.node, one.event)))
    world.boot()
    world.run_until(1 * MS)
    heal, _ = inject(world, "byzantine", f"{{nodes: n1, {body}}}")
    world.run_until(until)
    return world, heard, heal


def votes_of_n1(heard: list[tuple[str, Event]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node, event in heard:
        if isinstance(event, Heard) and event.source == "n1":
            found.setdefault(node, []).append(event.value)
    return found


def test_an_equivocator_signs_both_stories_and_its_peers_verify_them() -> None:
    _, heard, _ = voters("equivocate: {field: value, second: [n4, n5]}")
    assert votes_of_n1(heard) == {"n2": [1], "n3": [1], "n4": [0], "n5": [0]}


def test_a_silent_node_still_hears() -> None:
    world, heard, heal = voters("silent: {to: [n2, n3]}")
    assert sorted(votes_of_n1(heard)) == ["n4", "n5"]
    assert {event.source for node, event in heard if node == "n1" and isinstance(event, Heard)} == {
        "n2",
        "n3",
        "n4",
        "n5",
    }
    heal()
    assert world.nodes["n1"].outbox is None


def test_types_limit_what_a_behaviour_touches_inside_envelopes() -> None:
    _, heard, _ = voters("silent: {types: [Ballot]}")
    assert votes_of_n1(heard) == {}
    _, heard, _ = voters("silent: {types: [Parcel]}")
    assert len(votes_of_n1(heard)) == 4


def test_a_replay_comes_under_the_true_name_and_is_the_same_vote() -> None:
    _, heard, _ = voters("replay: {chance: 100%}")
    assert all(set(votes) == {1} for votes in votes_of_n1(heard).values())
    assert any(len(votes) > 1 for votes in votes_of_n1(heard).values())


def test_a_flood_is_ahead_and_signed() -> None:
    _, heard, _ = voters("flood: {ahead: 1000, copies: 3}")
    rounds = Counter(event.round for _, event in heard if isinstance(event, Heard) and event.source == "n1")
    assert rounds[3] == 4


def test_a_delayed_message_comes_later_and_a_rushed_one_at_once() -> None:
    _, heard, _ = voters("delay: {by: 5ms}", until=9 * MS)
    assert votes_of_n1(heard) == {}
    _, heard, _ = voters("rush: {}", until=5 * MS)
    assert len(votes_of_n1(heard)) == 4


def test_twins_are_two_incarnations_of_one_identity() -> None:
    _, heard, _ = voters("twin: {with: [n4, n5]}", until=30 * MS)
    assert sorted(votes_of_n1(heard)) == ["n2", "n3", "n4", "n5"]
    said = [node for node, event in heard if isinstance(event, Heard) and node == "n1"]
    assert len(said) == 4  # each copy hears its own part only


def test_twins_may_change_sides_from_step_to_step() -> None:
    _, heard, _ = voters("twin: {rounds: [{first: [n2], second: [n5]}]}", until=30 * MS)
    assert sorted(votes_of_n1(heard)) == ["n2", "n5"]
    _, heard, _ = voters("twin: {rounds: [{first: [n2], second: [n2]}]}", until=30 * MS)
    assert len(votes_of_n1(heard)["n2"]) == 2


def test_corrupt_names_stay_on_the_list_after_healing() -> None:
    world, _, heal = voters("silent: {}")
    heal()
    assert tuple(world.byzantine) == ("n1",)
    assert tuple(world.registry.coins.corrupt) == ("n1",)


def test_a_restart_of_a_corrupt_node_does_not_free_it() -> None:
    world = running_world()
    inject(world, "byzantine", "{nodes: n2, silent: {}}")
    world.crash("n2")
    world.start("n2")
    before = world.network.traffic.sent
    world.run_until(world.now + 20 * MS)
    assert world.nodes["n2"].outbox is not None
    assert world.network.traffic.sent > before


def test_a_changed_message_is_signed_anew_as_far_as_the_liar_can() -> None:
    registry = Registry(1)
    own, other = Signer(registry, "n1"), Signer(registry, "n2")
    signatures = Signatures(registry, "n3")
    ballot = Ballot(3, 1, own.share(TAG, 1))
    lie = resign(ballot, replace(ballot, ("value",), 0), own)
    assert isinstance(lie, Ballot)
    assert signatures.valid(lie.share, "n1", TAG, 0)
    foreign = Ballot(3, 1, other.share(TAG, 1))
    assert resign(foreign, replace(foreign, ("value",), 0), own) == replace(foreign, ("value",), 0)


def test_variants_differ_in_one_field_and_never_touch_seals() -> None:
    ballot = Parcel("1", Ballot(3, 1, Share("n1", 99)))
    found = variants(ballot, Vocabulary(("n1", "n2")), Stream(1))
    assert {(one.body.round, one.body.value, one.instance) for one in found} == {  # type: ignore[attr-defined]
        (2, 1, "1"), (4, 1, "1"), (3, 0, "1"), (3, 1, "1'")
    }  # fmt: skip
    assert all(one.body.share == ballot.body.share for one in found)  # type: ignore[attr-defined]


def test_fields_are_read_and_replaced_by_path() -> None:
    parcel = Parcel("1", Ballot(3, 1, Share("n1", 99)))
    assert dict(leaves(parcel)) == {
        ("instance",): "1", ("body", "round"): 3, ("body", "value"): 1, ("body", "share", "signer"): "n1",
        ("body", "share", "seal"): 99,
    }  # fmt: skip
    assert replace(parcel, ("body", "share", "seal"), 5).body.share.seal == 5  # type: ignore[attr-defined]
    assert [path for path, _ in parts(parcel, Share)] == [("body", "share")]
    assert not list(parts(parcel, Certificate))
    assert innermost(parcel) == parcel.body


SCENARIO = """
version: 1
name: lies
seed: 1
duration: 6s
settle: 3s
systems: {kv: {model: raft, nodes: 5}}
workload: {clients: 2, rate: 20/s, mix: {get: 1, put: 1}}
faults: [{at: 1s, for: 1s, byzantine: {nodes: n2, %s}}]
expect: pass
"""


@pytest.mark.parametrize("body", ["silent: {}", "delay: {by: 50ms}", "withhold: {}", "replay: {chance: 20%}"])
def test_a_model_that_knows_nothing_of_lies_can_be_lied_to(body: str) -> None:
    result = run(load_text(SCENARIO % body), 1)
    assert result.fired[0].targets == ("n2",)
    assert result.counts.ok > 0


def test_a_behaviour_that_never_acted_is_reported() -> None:
    result = run(load_text(SCENARIO % "silent: {types: [Nothing]}"), 1)
    assert any("silent never acted" in note for note in result.notes)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("types: [x]", "unknown key"),
        ("silent: {too: n1}", "unknown key"),
        ("own: {name: bft/nothing}", "has the behaviours"),
        ("own: {name: nobody/x}", "no behaviours of its own"),
        ("silent: {to: n9}", "no node named 'n9'"),
        ("mutate: {chance: 2}", "no unit"),
    ],
)
def test_a_wrong_behaviour_is_one_clear_message(body: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        load_text(SCENARIO % body)


def test_same_seed_same_lies() -> None:
    def lied(seed: int) -> str:
        return run(load_text(SCENARIO % "mutate: {types: [AppendReply], field: round}"), seed).fingerprint

    assert lied(1) == lied(1)
    assert isinstance(running_world().nodes["n1"], Node)
