"""The contract of faults, for every shape and kind that a family has: not only for its example."""

from itertools import permutations

import pytest
import yaml

from sim.faults.fault import FAULTS
from sim.world.units import MS, SECOND
from tests.faults.stage import levers, make_fault, make_scene, running_world

VARIANTS = {
    "partition": [
        "{groups: [[leader, random:1], others]}", "{groups: [n1, n2, [n3, c1]]}", "{isolate: random:2}",
        "{halves: true}", "{bridge: n3}", "{ring: true}", "{one-way: {from: leader, to: others}}",
        "{halves: true, flapping: 30ms}",
    ],
    "link": [
        "{latency: 20ms}", "{from: n1, to: n2, both: false, loss: 100%}", "{duplicate: 50%, reorder: 50%}",
        "{corrupt: 20%, checksum: false}", "{bandwidth: 10KiB/s}", "{replay: 10%, age: {uniform: [1s, 2s]}}",
    ],
    "crash": [f"{{nodes: random:2, disk: {mode}}}" for mode in ("keep", "lose-unsynced", "torn", "reordered", "wipe")],
    "pause": ["{nodes: leader}", "{nodes: all}"],
    "clock": ["{nodes: minority, jump: -3s}", "{nodes: leader, drift: -5%}", "{nodes: servers, freeze: true}"],
    "disk": [
        "{failing-fsync: 3}", "{failing-fsync: 1, pages: revert}", "{lying-fsync: true}", "{lost-write: 2}",
        "{misdirected-write: 2}", "{bit-rot: 5, files: words.*, where: tail}", "{unreadable: true}", "{full: 2KiB}",
        "{slow: 30}", "{stall: 100ms}", "{read-only: true}",
    ],
    "damage": [
        "{kinds: [rot]}", "{kinds: [unreadable], files: words.*}", "{kinds: [misdirected], sound: 1}", "{nodes: all}",
    ],
    "byzantine": [
        "{nodes: leader, silent: {to: others}}", "{withhold: {share: 30%, types: [Word]}}", "{delay: {by: 20ms}}",
        "{rush: {}}", "{equivocate: {split: parity}}", "{equivocate: {second: n3, field: number}}",
        "{nodes: random:2, mutate: {chance: 90%, limit: 7}, replay: {instance: other}}", "{twin: {with: [n4, n5]}}",
        "{flood: {field: number, copies: 3}}", "{duplicate-signers: {}, empty-certificate: {vary: false}, forged: {}}",
    ],
    "schedule": [
        "{random: {takes: 5ms}}", "{pareto: {most: 100ms}}", "{bounded: {bound: 9ms}}", "{fifo: {}}", "{priority: {}}",
        "{rushing: {}}", "{sees: all, quorum-blocking: {quorum: 2}}", "{isolating: {whom: n2}}", "{last-minute: {}}",
        "{slow-types: {types: [Word], from: n1, late: 70ms}}",
    ],
    "coin": ["{weak: 20%}", "{biased: 90%}", "{predictable: true}", "{scripted: [0, 1, 1]}"],
    "call": ["{function: 'sim.faults.call:freeze_everybody'}"],
}  # fmt: skip
CASES = [(verb, body) for verb, bodies in VARIANTS.items() for body in bodies]


def test_every_kind_of_fault_is_tried_here() -> None:
    assert sorted(VARIANTS) == sorted(FAULTS)


@pytest.mark.parametrize(("verb", "body"), CASES)
def test_a_fault_is_written_out_as_it_was_read(verb: str, body: str) -> None:
    fault = make_fault(verb, body)
    written = yaml.safe_dump(fault.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    assert make_fault(verb, written) == fault


@pytest.mark.parametrize(("verb", "body"), CASES)
def test_a_fault_heals_back_to_the_same_world(verb: str, body: str) -> None:
    world = running_world()
    before = levers(world)
    scene = make_scene(world)
    heal = make_fault(verb, body).inject(world, scene)
    assert heal is not None, scene.reason
    assert scene.targets
    world.run_until(world.now + 150 * MS)
    heal()
    assert levers(world) == before
    world.run_until(world.now + 2 * SECOND)
    assert all(node.up for node in world.nodes.values())


@pytest.mark.parametrize(("verb", "body"), CASES)
def test_the_same_seed_draws_the_same(verb: str, body: str) -> None:
    worlds = [running_world(), running_world()]
    scenes = [make_scene(world) for world in worlds]
    for world, scene in zip(worlds, scenes, strict=True):
        heal = make_fault(verb, body).inject(world, scene)
        assert heal is not None
        world.run_until(world.now + 100 * MS)
        heal()
        world.run_until(world.now + 100 * MS)
    assert scenes[0].targets == scenes[1].targets
    assert scenes[0].effect == scenes[1].effect
    assert worlds[0].trace.fingerprint() == worlds[1].trace.fingerprint()


@pytest.mark.parametrize(("verb", "body"), CASES)
def test_three_that_overlap_heal_in_any_order(verb: str, body: str) -> None:
    for order in permutations(range(3)):
        world = running_world(until=50 * MS)
        before = levers(world)
        fault = make_fault(verb, _on_one_node(verb, body))
        heals = [fault.inject(world, make_scene(world, f"f{i}")) for i in range(3)]
        for i in order:
            world.run_until(world.now + 10 * MS)
            heal = heals[i]
            assert heal is not None
            heal()
        assert levers(world) == before, f"healed in the order {order}"


def _on_one_node(verb: str, body: str) -> dict[str, object]:
    """The same fault, but on n2 where it takes nodes: so that three of them meet."""
    mapping: dict[str, object] = yaml.safe_load(body)
    return mapping | {"nodes": "n2"} if "nodes" in FAULTS[verb].model_fields else mapping
