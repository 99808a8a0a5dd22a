"""Bad links: what is done to messages between two ends, and to no others."""

import pytest

from sim.world.units import MS
from tests.faults.stage import heard, inject, make_fault, make_scene, running_world


def counts_under(body: str, span: int = 1000 * MS) -> dict[tuple[str, str], int]:
    world = running_world()
    inject(world, "link", body)
    return heard(world, span)


def test_loss_is_on_the_links_between_the_two_ends_only() -> None:
    counts = counts_under("{from: n1, to: n2, loss: 100%}")
    assert not {("n1", "n2"), ("n2", "n1")} & {pair for pair in counts if counts[pair] > 1}
    assert counts["n1", "n3"] == 200


def test_one_direction_can_be_bad_alone() -> None:
    counts = counts_under("{from: n1, to: n2, both: false, loss: 100%}")
    assert counts.get(("n1", "n2"), 0) <= 1, "what was on its way arrives"
    assert counts["n2", "n1"] == 200


def test_others_are_the_servers_at_neither_named_end() -> None:
    world = running_world()
    _, scene = inject(world, "link", "{from: [n1, n2], to: [others, c1], loss: 100%}")
    assert scene.effect == "n1 n2 <-> n3 n4 n5 c1"
    counts = heard(world, 100 * MS)
    assert counts["n1", "n2"] == counts["n3", "n4"] == 20
    assert counts.get(("n1", "c1"), 0) <= 1


def test_duplicates_arrive_as_well() -> None:
    assert counts_under("{from: n1, to: n2, both: false, duplicate: 100%}")["n1", "n2"] > 390


def test_replayed_messages_come_again_much_later() -> None:
    world = running_world()
    heal, _ = inject(world, "link", "{from: n1, to: n2, both: false, replay: 100%, age: 300ms}")
    assert heard(world, 100 * MS)["n1", "n2"] == 20
    heal()
    world.run_until(world.now + 200 * MS)
    assert heard(world, 100 * MS)["n1", "n2"] > 35, "after healing the old ones are still to come"


def test_latency_is_added() -> None:
    world = running_world()
    inject(world, "link", "{from: n1, to: n2, both: false, latency: 50ms}")
    assert heard(world, 40 * MS).get(("n1", "n2"), 0) <= 1
    assert heard(world, 60 * MS)["n1", "n2"] >= 8


def test_a_corrupted_message_is_dropped_by_its_checksum() -> None:
    assert counts_under("{from: n1, to: n2, corrupt: 100%}", 100 * MS).get(("n1", "n2"), 0) <= 1


def test_without_a_checksum_a_corrupted_message_may_arrive_changed() -> None:
    world = running_world()
    inject(world, "link", "{from: n1, to: n2, both: false, corrupt: 100%, checksum: false}")
    counts = heard(world, 1000 * MS)
    assert world.network.traffic.corrupted == 200
    assert 0 < counts["n1", "n2"] < 200, "only what still is a message of its type arrives"


def test_rules_of_two_faults_work_together_and_heal_apart() -> None:
    world = running_world()
    first, _ = inject(world, "link", "{from: n1, to: n2, both: false, loss: 100%}", "f1")
    second, _ = inject(world, "link", "{from: n1, to: [n2, n3], both: false, loss: 100%}", "f2")
    first()
    world.run_until(world.now + 5 * MS)
    assert ("n1", "n2") not in heard(world, 50 * MS)
    second()
    assert heard(world, 50 * MS)["n1", "n2"] > 8


def test_what_a_rule_draws_hangs_on_the_id_of_its_fault() -> None:
    def lost(name: str) -> int:
        world = running_world()
        inject(world, "link", "{from: n1, to: n2, both: false, loss: 50%}", name)
        return heard(world, 1000 * MS)["n1", "n2"]

    assert lost("f1") == lost("f1")
    assert len({lost(f"f{i}") for i in range(5)}) > 1


def test_a_link_to_nobody_is_no_fault() -> None:
    world = running_world()
    scene = make_scene(world)
    assert make_fault("link", "{from: n1, to: n1, loss: 10%}").inject(world, scene) is None


@pytest.mark.parametrize("body", ["{}", "{from: n1, to: n2}", "{loss: 0%}", "{loss: 0.1}", "{bandwidth: 10}"])
def test_a_link_fault_does_something_and_says_units(body: str) -> None:
    with pytest.raises(ValueError, match=r"expected|unit"):
        make_fault("link", body)
