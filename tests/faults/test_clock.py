"""Bad clocks: jumps, drifts and freezes touch the clock of their nodes, add up, and are undone one by one."""

import pytest

from sim.world.units import MS, SECOND
from tests.faults.stage import inject, levers, make_fault, make_scene, running_world


def test_a_jump_moves_the_wall_clock_and_no_timer() -> None:
    world = running_world()
    clock = world.nodes["n2"].clock
    heal, _ = inject(world, "clock", "{nodes: n2, jump: -3s}")
    assert clock.time() == world.now - 3 * SECOND
    assert clock.elapsed() == world.now
    heal()
    assert clock.time() == world.now


def test_a_drift_moves_the_whole_clock_and_what_was_gained_stays() -> None:
    world = running_world()
    clock = world.nodes["n2"].clock
    heal, _ = inject(world, "clock", "{nodes: n2, drift: 10%}")
    world.run_until(world.now + 100 * MS)
    assert clock.elapsed() == world.now + 10 * MS
    heal()
    world.run_until(world.now + 100 * MS)
    assert clock.elapsed() == world.now + 10 * MS


def test_drifts_add_up_and_heal_one_by_one() -> None:
    world = running_world()
    clock = world.nodes["n2"].clock
    fast, _ = inject(world, "clock", "{nodes: n2, drift: 300ppm}", "f1")
    slow, _ = inject(world, "clock", "{nodes: n2, drift: -1000ppm}", "f2")
    assert clock.drift_ppm == -700
    fast()
    assert clock.drift_ppm == -1000
    slow()
    assert clock.drift_ppm == 0


def test_drift_is_added_to_what_the_machine_has_anyway() -> None:
    world = running_world()
    clock = world.nodes["n2"].clock
    clock.set_drift(40)
    heal, _ = inject(world, "clock", "{nodes: n2, drift: 300ppm}")
    assert clock.drift_ppm == 340
    heal()
    assert clock.drift_ppm == 40


def test_a_drift_that_would_let_a_clock_run_backwards_is_skipped() -> None:
    world = running_world()
    inject(world, "clock", "{nodes: n2, drift: -60%}", "f1")
    before = levers(world)
    scene = make_scene(world)
    assert make_fault("clock", "{nodes: servers, drift: -60%}").inject(world, scene) is None
    assert "backwards" in scene.reason
    assert levers(world) == before


def test_a_frozen_clock_stands_until_every_fault_has_healed() -> None:
    world = running_world()
    clock = world.nodes["n2"].clock
    first, _ = inject(world, "clock", "{nodes: n2, freeze: true}", "f1")
    second, _ = inject(world, "clock", "{nodes: n2, freeze: true}", "f2")
    stood = clock.elapsed()
    world.run_until(world.now + 50 * MS)
    first()
    world.run_until(world.now + 50 * MS)
    assert clock.elapsed() == stood
    second()
    world.run_until(world.now + 50 * MS)
    assert clock.elapsed() == stood + 50 * MS


@pytest.mark.parametrize("body", ["{}", "{jump: 1s, drift: 5ppm}", "{freeze: false}", "{drift: 5}"])
def test_a_clock_fault_is_of_one_kind(body: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of|unit"):
        make_fault("clock", body)
