"""The storm on a bare world: overlaps, the first instant, settle, events, and what the trace says of it."""

from collections.abc import Mapping

import yaml

from sim.faults.fault import FAULTS
from sim.scenario.plan import Plan, PlannedFault
from sim.scenario.storm import Storm
from sim.world.quantities import Range
from sim.world.units import MS, SECOND
from sim.world.world import World
from tests.faults.stage import Written, levers, make_roster, make_world

SETTLE = 1 * SECOND


def planned(
    name: str,
    entry: str,
    at: int | None = 100 * MS,
    *,
    lasting: int | None = None,
    after: str | None = None,
    if_none: str = "skip",
    times: int = 1,
) -> PlannedFault:
    """`crash: {nodes: n1}` at a time, as part of a plan."""
    ((verb, body),) = yaml.safe_load(entry).items()
    fault = FAULTS[verb].model_validate(body)
    span = None if lasting is None else Range(lasting, lasting)
    return PlannedFault(name, fault, None if after else at, after, span, if_none, times)


def storm_of(*faults: PlannedFault, world: World | None = None, until: int = 2 * SECOND) -> tuple[Storm, World]:
    """A storm of these faults that has run, and the world it ran in."""
    world = world or make_world()
    storm = Storm(world, Plan(faults), make_roster(world), SETTLE)
    storm.start()
    world.boot()
    world.run_until(until)
    return storm, world


def at_rest(world: World) -> Mapping[str, object]:
    """What the levers of a world stand at that nobody has touched."""
    return levers(make_world(world.seed))


def test_a_fault_fires_at_its_time_and_heals_after_its_span() -> None:
    storm, _ = storm_of(planned("f1", "crash: {nodes: n2}", lasting=200 * MS))
    (fired,) = storm.fired
    assert (fired.id, fired.kind, fired.targets) == ("f1", "crash", ("n2",))
    assert (fired.inject_ns, fired.heal_ns) == (100 * MS, 300 * MS)
    assert fired.effect == "disk lose-unsynced"


def test_a_selector_is_resolved_when_the_fault_fires() -> None:
    world = make_world()
    roster = make_roster(world, leaders=("n1", "n2"))
    storm = Storm(world, Plan((planned("f1", "crash: {nodes: leader}"),)), roster, SETTLE)
    storm.start()
    world.boot()
    world.at(50 * MS, lambda: world.crash("n1"))
    world.run_until(150 * MS)
    assert storm.fired[0].targets == ("n2",)


def test_at_settle_everything_heals_and_everybody_is_up() -> None:
    storm, world = storm_of(
        planned("f1", "crash: {nodes: n1}"),
        planned("f2", "pause: {nodes: n2}"),
        planned("f3", "partition: {halves: true, flapping: 70ms}", lasting=5 * SECOND),
        planned("f4", "clock: {nodes: servers, drift: 10%}"),
        planned("f5", "link: {loss: 20%}"),
        planned("f6", "disk: {nodes: n3, read-only: true}"),
        planned("f7", "call: {function: 'sim.faults.call:freeze_everybody'}", 700 * MS),
    )
    assert [fired.heal_ns for fired in storm.fired] == [SETTLE] * 7
    assert levers(world) == at_rest(world)
    assert all(node.up for node in world.nodes.values())


def test_nothing_fires_from_settle_on() -> None:
    storm, _ = storm_of(
        planned("f1", "pause: {nodes: n1}", SETTLE),
        planned("f2", "pause: {nodes: n1}", SETTLE + MS),
        planned("f3", "pause: {nodes: n1}", SETTLE - MS),
    )
    assert [fired.id for fired in storm.fired] == ["f3"]


def test_a_node_that_fell_by_itself_is_up_at_settle_however_late_its_supervisor_is() -> None:
    world = make_world()
    world.at(SETTLE - MS, lambda: world.nodes["n2"].fall())
    storm_of(world=world, until=SETTLE + MS)
    assert world.nodes["n2"].up


def test_a_node_that_never_restarts_is_down_to_the_end() -> None:
    _, world = storm_of(planned("f1", "crash: {nodes: n2, restart: never}", lasting=10 * MS))
    assert [node.name for node in world.nodes.values() if not node.up] == ["n2"]


def test_a_crash_at_the_first_instant_finds_nodes_that_are_up_and_holds_them_down() -> None:
    storm, world = storm_of(
        planned("f1", "crash: {nodes: n2}", 0), planned("f2", "crash: {nodes: random:1}", 0), until=500 * MS
    )
    assert len(storm.fired) == 2
    assert sum(not node.up for node in world.nodes.values()) == 2


def test_overlapping_crashes_of_a_node_end_with_the_last() -> None:
    _, world = storm_of(
        planned("f1", "crash: {nodes: n2}", 100 * MS, lasting=300 * MS),
        planned("f2", "crash: {nodes: n2}", 200 * MS, lasting=400 * MS),
        until=599 * MS,
    )
    assert not world.nodes["n2"].up
    world.run_until(600 * MS)
    assert world.nodes["n2"].incarnation == 2


def test_a_fault_without_a_target_is_skipped_and_says_why() -> None:
    storm, world = storm_of(planned("f1", "pause: {nodes: 'role:nobody'}"))
    (skipped,) = storm.skipped
    assert (skipped.id, skipped.kind, skipped.at_ns, skipped.reason) == ("f1", "pause", 100 * MS, "no role:nobody")
    assert not storm.fired
    assert levers(world) == at_rest(world)


def test_a_fault_that_waits_fires_when_there_is_a_target() -> None:
    storm, _ = storm_of(
        planned("f1", "crash: {nodes: n1}", 100 * MS, lasting=350 * MS),
        planned("f2", "pause: {nodes: leader}", 200 * MS, lasting=50 * MS, if_none="wait"),
    )
    second = storm.fired[1]
    assert (second.id, second.targets) == ("f2", ("n1",))
    assert 450 * MS <= second.inject_ns <= 550 * MS
    assert second.heal_ns == second.inject_ns + 50 * MS


def test_a_fault_that_waited_in_vain_is_skipped_at_last() -> None:
    storm, _ = storm_of(planned("f1", "pause: {nodes: 'role:nobody'}", if_none="wait"))
    assert [skipped.id for skipped in storm.skipped] == ["f1"]
    assert storm.skipped[0].at_ns < SETTLE


def test_a_fault_fires_after_an_event_as_often_as_it_may() -> None:
    times: list[int] = []
    world = make_world()
    world.subscribe([Written], lambda emitted: times.append(emitted.t_ns))
    storm, _ = storm_of(
        planned("f1", "pause: {nodes: random:1}", after="Written", times=3, lasting=200 * MS), world=world
    )
    assert [fired.inject_ns for fired in storm.fired] == times[:3]
    assert len({fired.targets for fired in storm.fired}) > 1, "each time it draws anew"


def test_an_event_that_never_came_is_reported() -> None:
    storm, _ = storm_of(planned("f1", "pause: {nodes: n1}", after="Elected"))
    assert [(skipped.id, skipped.reason) for skipped in storm.skipped] == [("f1", "no Elected was emitted")]


def test_a_link_fault_that_fires_twice_draws_from_two_streams() -> None:
    entry = "link: {from: n1, to: n2, both: false, loss: 50%}"
    _, world = storm_of(planned("f1", entry, after="Written", times=2), until=500 * MS)
    _, rules, _ = world.network.state()
    assert rules == ((("n1", "n2"), "f1"), (("n1", "n2"), "f1.2"))


def test_taking_a_fault_away_leaves_the_draws_of_the_others_as_they_were() -> None:
    faults = [
        planned(f"f{i}", "clock: {nodes: random:2, drift: 1%}", i * 50 * MS, lasting=20 * MS) for i in range(1, 9)
    ]
    everything = {fired.id: fired.targets for fired in storm_of(*faults)[0].fired}
    for gone in range(8):
        left, _ = storm_of(*faults[:gone], *faults[gone + 1 :])
        assert {fired.id: fired.targets for fired in left.fired}.items() <= everything.items()


def test_the_same_plan_gives_the_same_trace() -> None:
    faults = [
        planned("f1", "partition: {groups: [random:2, others]}", lasting=200 * MS),
        planned("f2", "crash: {nodes: random:1, disk: torn}", 250 * MS, lasting=100 * MS),
        planned("f3", "link: {duplicate: 20%, replay: 5%, age: 100ms}", 400 * MS, lasting=100 * MS),
    ]
    prints = {storm_of(*faults)[1].trace.fingerprint() for _ in range(2)}
    assert len(prints) == 1


def test_the_trace_names_whom_a_fault_hit_and_not_how_they_were_found() -> None:
    def fingerprint(nodes: str) -> str:
        return storm_of(planned("f1", f"pause: {{nodes: {nodes}}}", lasting=10 * MS))[1].trace.fingerprint()

    assert fingerprint("leader") == fingerprint("n1") != fingerprint("n2")
