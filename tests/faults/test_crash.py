"""Crashes and pauses: who goes down, who comes back, and how those that overlap count."""

import pytest

from sim.world.units import MS, SECOND
from tests.faults.stage import SERVERS, heard, inject, levers, make_fault, make_scene, running_world


def test_a_crashed_node_says_nothing_and_starts_again_as_a_new_incarnation() -> None:
    world = running_world()
    heal, scene = inject(world, "crash", "{nodes: leader}")
    assert scene.targets == ("n1",)
    world.run_until(world.now + 5 * MS)
    assert not any(source == "n1" for source, _ in heard(world, 100 * MS))
    heal()
    assert world.nodes["n1"].up
    assert world.nodes["n1"].incarnation == 2


def test_a_node_crashed_twice_starts_when_both_faults_have_healed() -> None:
    world = running_world()
    first, _ = inject(world, "crash", "{nodes: n2}", "f1")
    second, scene = inject(world, "crash", "{nodes: [n2, n3]}", "f2")
    assert scene.targets == ("n2", "n3")
    first()
    assert not world.nodes["n2"].up
    second()
    assert world.nodes["n2"].up
    assert world.nodes["n2"].incarnation == world.nodes["n3"].incarnation == 2


def test_a_draw_takes_nodes_that_are_up() -> None:
    world = running_world()
    inject(world, "crash", "{nodes: [n1, n2, n3, n4]}", "f1")
    for i in range(10):
        heal, scene = inject(world, "crash", "{nodes: random:2}", f"g{i}")
        assert scene.targets == ("n5",)
        heal()
    inject(world, "crash", "{nodes: n5}", "f2")
    scene = make_scene(world)
    assert make_fault("crash", "{nodes: random:1}").inject(world, scene) is None
    assert scene.reason == "no random:1"


def test_a_crash_without_a_leader_is_skipped() -> None:
    world = running_world()
    inject(world, "crash", "{nodes: leader}", "f1")
    scene = make_scene(world)
    assert make_fault("crash", "{nodes: leader}").inject(world, scene) is None
    assert scene.reason == "no leader"


def test_a_node_that_never_restarts_stays_down() -> None:
    world = running_world()
    heal, scene = inject(world, "crash", "{nodes: n2, restart: never}")
    assert scene.effect == "disk lose-unsynced, for good"
    heal()
    world.run_until(world.now + SECOND)
    assert not world.nodes["n2"].up


@pytest.mark.parametrize(
    ("mode", "left"), [("keep", True), ("lose-unsynced", True), ("torn", True), ("reordered", True), ("wipe", False)]
)
def test_what_was_synced_survives_every_mode_but_wipe(mode: str, left: bool) -> None:
    world = running_world(until=204 * MS)
    synced = world.nodes["n2"].disk.size("words.log")
    heal, _ = inject(world, "crash", f"{{nodes: n2, disk: {mode}}}")
    heal()
    disk = world.nodes["n2"].disk
    assert disk.exists("words.log") == left
    if left:
        assert disk.size("words.log") == synced


def test_torn_crashes_of_two_faults_tear_differently() -> None:
    def size(name: str) -> int:
        world = running_world(until=200 * MS)
        disk = world.nodes["n2"].disk
        for i in range(40):
            disk.append("words.log", bytes([i]) * 5000)
        world.run_until(world.now + 4 * MS)
        inject(world, "crash", "{nodes: n2, disk: torn}", name)
        return disk.size("words.log")

    assert size("f1") == size("f1")
    assert len({size(f"f{i}") for i in range(6)}) > 2


def test_a_paused_node_handles_what_has_waited_when_it_resumes() -> None:
    world = running_world()
    heal, _ = inject(world, "pause", "{nodes: n2}")
    counts = heard(world, 100 * MS)
    assert not any(hearer == "n2" for _, hearer in counts)
    assert not any(source == "n2" and hearer == "n3" and count > 1 for (source, hearer), count in counts.items())
    heal()
    assert heard(world, 5 * MS)["n1", "n2"] >= 20
    assert world.nodes["n2"].incarnation == 1


def test_a_node_paused_twice_resumes_when_both_faults_have_healed() -> None:
    world = running_world()
    first, _ = inject(world, "pause", "{nodes: n2}", "f1")
    second, _ = inject(world, "pause", "{nodes: n*}", "f2")
    second()
    assert world.nodes["n2"].paused
    assert not world.nodes["n3"].paused
    first()
    assert not world.nodes["n2"].paused


def test_a_paused_node_can_crash_and_starts_only_when_it_may_go_on() -> None:
    world = running_world()
    before = levers(world)
    resume, _ = inject(world, "pause", "{nodes: n2}", "f1")
    start, _ = inject(world, "crash", "{nodes: n2}", "f2")
    start()
    world.run_until(world.now + 5 * MS)
    assert not any(source == "n2" for source, _ in heard(world, 50 * MS))
    assert not world.nodes["n2"].begun, "its first code has not run"
    resume()
    assert world.nodes["n2"].begun
    assert levers(world) == before
    world.run_until(world.now + 5 * MS)
    assert heard(world, 50 * MS)["n2", "n1"] > 8


@pytest.mark.parametrize(("verb", "field"), [("crash", "nodes"), ("pause", "nodes")])
def test_how_many_a_crash_or_pause_takes_away_is_known_before_it_fires(verb: str, field: str) -> None:
    counts = {"random:2": 2, "leader": 1, "minority": 2, "servers": 5}
    for selector, count in counts.items():
        assert make_fault(verb, {field: selector}).down(len(SERVERS)) == count


def test_wiped_nodes_and_those_that_never_start_are_missing_after_healing() -> None:
    assert make_fault("crash", "{disk: wipe}").lasts()
    assert make_fault("crash", "{restart: never}").lasts()
    assert not make_fault("crash", "{disk: torn}").lasts()


def test_a_crash_names_a_mode_that_there_is() -> None:
    with pytest.raises(ValueError, match="lose-unsynced"):
        make_fault("crash", "{disk: lose}")
