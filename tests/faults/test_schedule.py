"""An adversarial scheduler may choose any finite time: nothing is lost, and nothing is held for ever."""

from types import SimpleNamespace

import pytest

from sim.faults.schedule.conductor import Conductor, Order
from sim.faults.schedule.orders import SlowTypes
from sim.world.flight import Flight
from sim.world.units import MS
from sim.world.world import World
from tests.faults.stage import Told, Word, heard, inject, make_scene, running_world

ALL = (
    "random",
    "pareto",
    "bounded",
    "fifo",
    "priority",
    "rushing",
    "quorum-blocking",
    "isolating",
    "slow-types",
    "uneven",
    "last-minute",
)


class Holding(Order):
    """Holds everything from n1, and lets one message go in each tick."""

    verb = "holding"

    def begin(self, conductor: Conductor) -> None:
        conductor.step()

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        return None if flight.source == "n1" else flight.delay

    def tick(self, conductor: Conductor) -> None:
        first = conductor.held[:1]
        conductor.let_go(lambda flight: flight in first)


def conducted(world: World, order: Order, sees: str = "headers") -> Conductor:
    conductor = Conductor(world, order, make_scene(world), sees)  # type: ignore[arg-type]
    order.begin(conductor)
    world.network.obey(conductor)
    return conductor


@pytest.mark.parametrize("verb", ALL)
def test_nothing_is_lost(verb: str) -> None:
    world = running_world()
    heal, _ = inject(world, "schedule", f"{{{verb}: {{}}}}")
    world.run_until(world.now + 100 * MS)
    heal()
    world.run_until(world.now + 1500 * MS)
    traffic = world.network.traffic
    assert traffic.lost == 0
    assert traffic.sent - traffic.delivered < 200  # what is on its way


def test_what_is_held_arrives_when_it_heals() -> None:
    world = running_world()
    conductor = conducted(world, Holding())
    heard(world, 20 * MS)
    waiting, delivered = len(conductor.held), world.network.traffic.delivered
    assert waiting > 5
    world.network.ignore(conductor)
    conductor.end()
    assert not conductor.held
    world.run_until(world.now + MS)
    assert world.network.traffic.delivered >= delivered + waiting


def test_held_messages_keep_the_time_at_which_they_were_sent() -> None:
    world = running_world()
    conductor = conducted(world, Holding())
    world.run_until(world.now + 6 * MS)
    sent = [flight.sent_ns for flight in conductor.held]
    assert sent
    assert all(time < world.now for time in sent)


def test_what_a_node_tells_itself_passes_no_scheduler() -> None:
    world = running_world()
    asked: list[Flight] = []

    class Watching(Holding):
        verb = "watching"

        def delay(self, conductor: Conductor, flight: Flight) -> int | None:
            asked.append(flight)
            return flight.delay

    conducted(world, Watching())
    world.nodes["n1"].transmit("n1", Word("n1", 1))
    world.run_until(world.now + 6 * MS)
    assert asked
    assert not any(flight.source == flight.target for flight in asked)


def test_headers_are_for_all_and_contents_are_not() -> None:
    world = running_world()
    conductor = conducted(world, Holding())
    world.run_until(world.now + 6 * MS)
    flight = conductor.held[0]
    assert (flight.kind, flight.source, flight.instance) == ("Word", "n1", "")
    with pytest.raises(AssertionError, match="sees: all"):
        conductor.read(flight)


def test_fifo_keeps_the_order_of_a_link() -> None:
    world = running_world()
    inject(world, "schedule", "{random: {takes: {uniform: [1ms, 30ms]}}}", "f1")
    inject(world, "schedule", "{fifo: {}}", "f2")
    numbers: list[int] = []

    def note(emitted: object) -> None:
        event = emitted.event  # type: ignore[attr-defined]
        if event.source == "n1" and emitted.node == "n2":  # type: ignore[attr-defined]
            numbers.append(event.number)

    world.run_until(world.now + 50 * MS)
    world.subscribe([Told], note)
    world.run_until(world.now + 200 * MS)
    assert len(numbers) > 20
    assert numbers == sorted(numbers)


def test_the_adversary_speaks_for_the_corrupt_only() -> None:
    world = running_world()
    conductor = conducted(world, Holding())
    with pytest.raises(AssertionError, match="honest"):
        conductor.speak("n2", "n3", Word("n1", 1))
    with pytest.raises(AssertionError, match="honest"):
        conductor.signer("n2")


def test_same_seed_same_schedule() -> None:
    def fingerprint() -> str:
        world = running_world()
        inject(world, "schedule", "{priority: {}}")
        world.run_until(world.now + 300 * MS)
        return world.trace.fingerprint()

    assert fingerprint() == fingerprint()


def test_groups_that_change_by_step_hold_what_crosses_them() -> None:
    world = running_world()
    world.run_until(world.now + 5 * MS)
    heal, _ = inject(world, "schedule", "{by-round: {rounds: [[[n1, n2], [n3, n4, n5]]], walls: [{n3: [n4]}]}}")
    world.run_until(world.now + 10 * MS)  # what was under way has arrived
    pairs = {pair for pair in heard(world, 20 * MS) if pair[0] != pair[1] and {*pair} <= {"n1", "n2", "n3", "n4", "n5"}}
    assert {("n1", "n2"), ("n2", "n1"), ("n3", "n5"), ("n4", "n3")} <= pairs
    assert not pairs & {("n1", "n3"), ("n5", "n2"), ("n3", "n4")}
    heal()
    assert ("n1", "n3") in heard(world, 20 * MS)


def test_slow_types_may_be_limited_to_instances() -> None:
    world = running_world()
    order = SlowTypes.model_validate({"instances": "*/v-*", "late": "50ms"})
    conductor = conducted(world, order)
    flights = [
        SimpleNamespace(kind="Final", instance=name, source="n1", target="n2", delay=1) for name in ("1/v-n1", "1/c-n1")
    ]
    assert [order.delay(conductor, flight) for flight in flights] == [1 + 50 * MS, 1]  # type: ignore[arg-type]
