"""A fault of the user's own is a function, found by its name and healed by what it returns."""

import pytest

from sim.faults.fault import Heal, Scene
from sim.world.world import World
from tests.faults.stage import inject, make_fault, make_scene, running_world


def slow_motion(world: World, scene: Scene) -> Heal:
    """Halves the pace of one drawn clock."""
    scene.targets = scene.resolve(("random:1",))
    clock = world.nodes[scene.targets[0]].clock
    clock.set_drift(-500_000)
    return lambda: clock.set_drift(0)


def finds_nobody(world: World, scene: Scene) -> None:
    """Finds no target."""
    scene.reason = "nobody is here"


def test_a_function_injects_and_returns_its_heal() -> None:
    world = running_world()
    heal, scene = inject(world, "call", "{function: 'tests.faults.test_call:slow_motion'}")
    clock = world.nodes[scene.targets[0]].clock
    assert clock.drift_ppm == -500_000
    heal()
    assert clock.drift_ppm == 0


def test_a_function_may_find_no_target() -> None:
    world = running_world()
    scene = make_scene(world)
    assert make_fault("call", "{function: 'tests.faults.test_call:finds_nobody'}").inject(world, scene) is None
    assert scene.reason == "nobody is here"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tests.faults.test_call:slow_motoin", "is no function"),
        ("tests.faults.test_cal:slow_motion", "No module named"),
        ("tests.faults.test_call", "expected 'package.module:function'"),
        ("tests.faults.stage:SERVERS", "is no function"),
    ],
)
def test_a_function_that_is_not_there_is_refused_before_the_run(name: str, said: str) -> None:
    with pytest.raises(ValueError, match="function") as error:
        make_fault("call", {"function": name})
    assert said in str(error.value)
