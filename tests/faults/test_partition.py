"""Partitions cut exactly the pairs of their shape, count, and come and go when they flap."""

from itertools import permutations

import pytest

from sim.world.units import MS
from tests.faults.stage import CLIENTS, SERVERS, heard, inject, levers, make_fault, make_scene, running_world

EVERYBODY = (*SERVERS, *CLIENTS)
Pairs = set[tuple[str, str]]


def cut_pairs(body: str) -> tuple[Pairs, tuple[str, ...], str]:
    """The pairs that a partition cuts, its targets and its effect."""
    world = running_world()
    _, scene = inject(world, "partition", body)
    pairs = {pair for pair in permutations(EVERYBODY, 2) if world.network.is_cut(*pair)}
    return pairs, scene.targets, scene.effect


def across(*sides: str) -> Pairs:
    groups = [side.split() for side in sides]
    return {(a, b) for one in groups for other in groups if one is not other for a in one for b in other}


def test_groups_cannot_reach_each_other_but_clients_reach_all() -> None:
    assert cut_pairs("{groups: [[n1, n2], others]}")[0] == across("n1 n2", "n3 n4 n5")


def test_a_client_in_a_group_is_cut_off_with_it() -> None:
    assert cut_pairs("{groups: [[n1, c1], others]}")[0] == across("n1 c1", "n2 n3 n4 n5")


def test_groups_may_be_more_than_two() -> None:
    assert cut_pairs("{groups: [n1, [n2, n3], others]}")[0] == across("n1", "n2 n3", "n4 n5")


def test_nobody_stands_in_two_groups() -> None:
    pairs, targets, effect = cut_pairs("{groups: [[leader, random:1], servers]}")
    left, right = (side.split() for side in effect.split(" | "))
    assert len(left) == 2
    assert sorted([*left, *right]) == sorted(targets) == sorted(SERVERS)
    assert pairs == across(" ".join(left), " ".join(right))


def test_the_isolated_are_alone_each() -> None:
    assert cut_pairs("{isolate: [n1, n2]}")[0] == across("n1", "n2", "n3 n4 n5")


def test_halves_are_two_and_three_of_five() -> None:
    pairs, _, effect = cut_pairs("{halves: true}")
    left, right = effect.split(" | ")
    assert (len(left.split()), len(right.split())) == (2, 3)
    assert pairs == across(left, right)


def test_a_bridge_reaches_both_halves() -> None:
    pairs, targets, effect = cut_pairs("{bridge: n3}")
    halves, _, bridge = effect.partition(", joined by ")
    assert bridge == "n3"
    assert targets[0] == "n3"
    assert sorted(targets) == sorted(SERVERS)
    assert pairs == across(*halves.split(" | "))


def test_in_a_ring_each_reaches_two() -> None:
    pairs, _, effect = cut_pairs("{ring: true}")
    circle = effect.split(" - ")
    for place, name in enumerate(circle):
        reached = {other for other in SERVERS if (name, other) not in pairs} - {name}
        assert reached == {circle[place - 1], circle[(place + 1) % 5]}


def test_a_one_way_cut_leaves_the_way_back_open() -> None:
    assert cut_pairs("{one-way: {from: leader, to: others}}")[0] == {("n1", n) for n in ("n2", "n3", "n4", "n5")}


def test_nothing_arrives_over_a_cut_not_even_what_is_on_its_way() -> None:
    world = running_world()
    heal, _ = inject(world, "partition", "{groups: [n1, others]}")
    counts = heard(world, 50 * MS)
    assert not {("n1", "n2"), ("n2", "n1")} & counts.keys()
    assert counts["n2", "n3"] == counts["c1", "n1"] == 10
    heal()
    assert heard(world, 50 * MS)["n1", "n2"] > 8


def test_two_cuts_of_one_pair_are_mended_when_both_have_healed() -> None:
    world = running_world()
    first, _ = inject(world, "partition", "{isolate: n1}", "f1")
    second, _ = inject(world, "partition", "{groups: [[n1, n2], others]}", "f2")
    first()
    assert world.network.is_cut("n1", "n3")
    assert not world.network.is_cut("n1", "n2")
    second()
    assert not world.network.is_cut("n1", "n3")


def test_a_flapping_cut_is_closed_for_half_of_each_period_and_open_for_the_other() -> None:
    world = running_world()
    before = levers(world)
    heal, _ = inject(world, "partition", "{isolate: n1, flapping: 20ms}")
    states = []
    for _ in range(8):
        world.run_until(world.now + 5 * MS)
        states.append(world.network.is_cut("n1", "n2"))
        world.run_until(world.now + 5 * MS)
    assert states == [True, False] * 4
    world.run_until(world.now + 5 * MS)
    heal()
    assert levers(world) == before
    world.run_until(world.now + 50 * MS)
    assert levers(world) == before, "it does not come back"


def test_flapping_cuts_that_overlap_do_not_open_each_other() -> None:
    world = running_world()
    flapping, _ = inject(world, "partition", "{isolate: n1, flapping: 20ms}", "f1")
    inject(world, "partition", "{isolate: n1}", "f2")
    for _ in range(10):
        world.run_until(world.now + 7 * MS)
        assert world.network.is_cut("n1", "n2")
    flapping()
    assert world.network.is_cut("n1", "n2")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{isolate: 'role:nobody'}", "no role:nobody"),
        ("{groups: ['role:nobody', others]}", "no role:nobody"),
        ("{groups: [servers, others]}", "no others"),
        ("{bridge: 'role:nobody'}", "no role:nobody"),
        ("{one-way: {from: servers, to: others}}", "no others"),
    ],
)
def test_a_partition_without_two_sides_is_no_partition(body: str, reason: str) -> None:
    world = running_world()
    before = levers(world)
    scene = make_scene(world)
    assert make_fault("partition", body).inject(world, scene) is None
    assert scene.reason == reason
    assert levers(world) == before


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "{halves: true, ring: true}",
        "{halves: false}",
        "{groups: [n1]}",
        "{isolate: n1, flapping: 0s}",
        "{rings: true}",
    ],
)
def test_a_partition_has_one_shape(body: str) -> None:
    with pytest.raises(ValueError, match=r"expected|period|rings"):
        make_fault("partition", body)


@pytest.mark.parametrize(
    ("body", "servers", "down"),
    [
        ("{isolate: random:2}", 5, 2),
        ("{groups: [[leader, random:1], others]}", 5, 2),
        ("{groups: [[leader, random:1], others]}", 3, 1),
        ("{groups: [n1, n2, others]}", 7, 2),
        ("{groups: [majority, others]}", 5, 2),
        ("{halves: true}", 4, 2),
        ("{bridge: n1}", 5, 0),
        ("{one-way: {from: random:1, to: others}}", 5, 1),
        ("{one-way: {from: others, to: leader}}", 5, 1),
    ],
)
def test_how_many_a_partition_takes_away_is_known_before_it_fires(body: str, servers: int, down: int) -> None:
    assert make_fault("partition", body).down(servers) == down
