"""One contract over all faults: the example loads, it heals to the same levers, the same seed draws the same."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.faults import FAULTS, Fault, Scene
from sim.faults.selectors import Roster
from sim.world.distributions import LogNormal
from sim.world.units import MS, SECOND
from sim.world.world import Setting, World
from tests.world.actors import Listener, Speaker

SERVERS = ("n1", "n2", "n3", "n4", "n5")
VERBS = sorted(FAULTS)
DRAWN = [verb for verb in VERBS if verb != "call"]
storms = st.lists(st.tuples(st.sampled_from(DRAWN), st.integers(0, 99)), min_size=2, max_size=4)


def small_world(seed: int) -> World:
    """Five listeners that one client speaks to, with something on each disk."""
    world = World(seed, Setting(latency=LogNormal(1 * MS, 5 * MS)))
    for name in SERVERS:
        world.add(name, Listener, zone="eu" if name < "n3" else "us")
        world.nodes[name].disk.append("log", b"x" * 3000)
        world.nodes[name].disk.fsync("log")
        world.nodes[name].disk.fsync_dir()

    class Client(Speaker):
        to = "n1"
        count = 10**9

    world.add("c1", Client, is_client=True)
    world.boot()
    world.run_until(100 * MS)
    return world


def roster() -> Roster:
    zones = {name: "eu" if name < "n3" else "us" for name in SERVERS}
    return Roster(SERVERS, ("c1",), zones, lambda role: ("n2",) if role == "leader" else ())


def levers(world: World) -> tuple[object, ...]:
    """Where all levers of the world stand."""
    nodes = tuple(
        (name, node.up, node.paused, node.outbox, node.holds, node.clock.offset, node.clock.drift_ppm,
         node.clock.frozen, node.disk.levers.state(), tuple(sorted(inode.unreadable) for inode in node.disk.inodes()))
        for name, node in world.nodes.items()
    )  # fmt: skip
    return (world.network.state(), tuple(world.registry.coins.modes), nodes)


def example_of(verb: str) -> Fault:
    return FAULTS[verb].model_validate(yaml.safe_load(FAULTS[verb].example))


def inject(world: World, fault: Fault, fault_id: str = "f") -> tuple[Any, Scene]:
    scene = Scene(fault_id, world.stream("fault", fault_id), roster())
    return fault.inject(world, scene), scene


@pytest.mark.parametrize("verb", VERBS)
def test_its_example_injects_and_heals_back_to_the_same_levers(verb: str) -> None:
    world = small_world(1)
    before = levers(world)
    heal, scene = inject(world, example_of(verb))
    assert heal is not None
    assert scene.targets
    world.run_until(world.now + SECOND)
    heal()
    world.run_until(world.now + SECOND)
    assert levers(world) == before


@pytest.mark.parametrize("verb", VERBS)
def test_it_does_something_while_it_lasts(verb: str) -> None:
    world = small_world(1)
    before = levers(world)
    inject(world, example_of(verb))
    assert levers(world) != before


@pytest.mark.parametrize("verb", VERBS)
def test_same_seed_same_targets_and_effect(verb: str) -> None:
    def drawn(seed: int) -> tuple[object, ...]:
        world = small_world(seed)
        _, scene = inject(world, example_of(verb))
        world.run_until(world.now + SECOND)
        return scene.targets, scene.effect, world.trace.fingerprint()

    assert drawn(7) == drawn(7)


@pytest.mark.parametrize("verb", VERBS)
def test_it_writes_itself_out_as_what_it_was_read_from(verb: str) -> None:
    fault = example_of(verb)
    written = yaml.safe_load(yaml.safe_dump(fault.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    assert type(fault).model_validate(written) == fault


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DRAWN), st.integers(0, 10**6))
def test_whatever_a_nemesis_draws_heals_back_and_writes_out(verb: str, seed: int) -> None:
    world = small_world(1)
    fault = FAULTS[verb].draw(world.stream("draw", seed))
    written = fault.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert type(fault).model_validate(written) == fault
    before = levers(world)
    heal, _ = inject(world, fault, f"f{seed}")
    assert heal is not None
    world.run_until(world.now + 3 * SECOND)
    heal()
    world.run_until(world.now + 5 * SECOND)  # whoever fell by its own doing is up again
    assert levers(world) == before


@settings(max_examples=40, deadline=None)
@given(storms, st.randoms())
def test_faults_that_overlap_heal_in_any_order(kinds: list[tuple[str, int]], chance: Any) -> None:
    world = small_world(1)
    before = levers(world)
    heals = []
    for number, (verb, seed) in enumerate(kinds):
        heal, _ = inject(world, FAULTS[verb].draw(world.stream("draw", seed)), f"f{number}")
        if heal is not None:
            heals.append(heal)
        world.run_until(world.now + 200 * MS)
    chance.shuffle(heals)
    for heal in heals:
        heal()
        world.run_until(world.now + 200 * MS)
    world.run_until(world.now + 5 * SECOND)
    assert levers(world) == before
