"""A node is a machine: what a crash takes, what a restart finds, what a pause keeps waiting."""

import pytest
import simpy

from sim.world.actor import Actor, on
from sim.world.disk import SyncFailed
from sim.world.distributions import Constant
from sim.world.message import Message, check_fields
from sim.world.units import MS, SECOND
from sim.world.world import Setting, World
from tests.world.actors import Heard, Listener, Said, Speaker


class Vow(Message):
    """A durable number."""

    number: int


class Saver(Actor):
    """Saves each number it hears, then tells the ear."""

    def on_start(self) -> None:
        vow = self.disk.load(Vow)
        self.send("ear", Said(-1 if vow is None else vow.number))

    @on(Said)
    def said(self, source: str, message: Said) -> None:
        self.disk.save(Vow(message.number))
        self.send("ear", message)


class Asker(Actor):
    """Says the numbers it is told to, at 1 ms each."""

    numbers: tuple[int, ...] = (1, 2, 3)

    def on_start(self) -> None:
        for number in self.numbers:
            self.send("saver", Said(number))


def saving_world(latency: int = 1 * MS) -> tuple[World, list[int]]:
    world = World(1, Setting(latency=Constant(latency), fifo=True))
    told: list[int] = []
    world.subscribe([Heard], lambda e: told.append(e.event.number))  # type: ignore[attr-defined]
    for name, factory in (("ear", Listener), ("saver", Saver), ("asker", Asker)):
        world.add(name, factory)
    world.boot()
    return world, told


def test_what_was_saved_is_there_after_a_crash() -> None:
    world, told = saving_world()
    world.run_until(SECOND)
    world.crash("saver")
    world.run_until(2 * SECOND)
    world.start("saver")
    world.run_until(3 * SECOND)
    assert told == [-1, 1, 2, 3, 3]


def test_what_is_sent_after_a_save_leaves_when_the_save_is_done() -> None:
    world, told = saving_world()
    world.run_until(1 * MS + 1_000)  # the three are there, none is saved yet
    world.crash("saver")
    world.start("saver")
    world.run_until(SECOND)
    assert told == [-1, -1]


def test_a_crash_discards_the_actor_and_a_restart_makes_a_new_one() -> None:
    world = World(1)
    world.add("ear", Listener)
    world.add("a", Speaker)
    world.boot()
    world.run_until(5 * MS)
    first = world.nodes["a"].actor
    world.crash("a")
    assert world.nodes["a"].actor is None
    world.run_until(6 * MS)
    world.start("a")
    assert world.nodes["a"].actor is not first
    assert world.nodes["a"].incarnation == 2


def test_a_node_crashed_by_two_faults_starts_when_both_let_go() -> None:
    world = World(1)
    world.add("ear", Listener)
    world.boot()
    world.crash("ear")
    world.crash("ear")
    world.start("ear")
    assert not world.nodes["ear"].up
    world.start("ear")
    assert world.nodes["ear"].up


def test_messages_to_a_node_that_is_down_are_lost_and_to_a_paused_one_wait() -> None:
    def heard(stop: str, go: str) -> list[int]:
        world = World(1, Setting(latency=Constant(MS)))
        numbers: list[int] = []
        world.subscribe([Heard], lambda e: numbers.append(e.event.number))  # type: ignore[attr-defined]
        world.add("ear", Listener)
        world.add("a", Speaker)
        world.boot()
        world.run_until(10 * MS)
        getattr(world, stop)("ear")
        world.run_until(20 * MS)
        getattr(world, go)("ear")
        world.run_until(SECOND)
        return numbers

    assert heard("pause", "resume") == list(range(100))
    assert heard("crash", "start") == [*range(9), *range(19, 100)]


def test_outgoing_messages_pass_one_place() -> None:
    world = World(1, Setting(latency=Constant(MS)))
    numbers: list[int] = []
    world.subscribe([Heard], lambda e: numbers.append(e.event.number))  # type: ignore[attr-defined]
    world.add("ear", Listener)
    node = world.add("a", Speaker)
    node.outbox = lambda to, message: [(to, Said(-message.number))] * 2  # type: ignore[attr-defined]
    world.boot()
    world.run_until(4 * MS)
    assert numbers == [0, 0, -1, -1, -2, -2]


class Shouter(Actor):
    """Overrides nothing and hears nothing."""


def test_a_message_that_nobody_handles_is_an_error_with_the_fix() -> None:
    world = World(1)
    world.add("ear", Shouter)
    world.add("a", Speaker)
    world.boot()
    with pytest.raises(
        TypeError, match=r"Shouter has no handler for Said, which a sent it; declare one with @on\(Said\)"
    ):
        world.run_until(SECOND)


class Deaf(Listener):
    """Overrides a handler by its name."""

    def said(self, source: str, message: Said) -> None:
        """Hear nothing."""


def test_a_subclass_overrides_a_handler_by_its_name() -> None:
    world = World(1)
    numbers: list[int] = []
    world.subscribe([Heard], lambda e: numbers.append(e.event.number))  # type: ignore[attr-defined]
    world.add("ear", Deaf)
    world.add("a", Speaker)
    world.boot()
    world.run_until(SECOND)
    assert numbers == []


class Loose(Message):
    """A message that could change after it was sent."""

    items: list[int]


class Float(Message):
    """A message that may differ between machines."""

    weight: float


class Nested(Message):
    """A message of messages."""

    parts: tuple[Said, ...]
    maybe: Said | None
    pair: tuple[int, str]


def test_only_frozen_and_exact_fields_can_be_said() -> None:
    check_fields(Nested)
    with pytest.raises(TypeError, match=r"Loose\.items: list\[int\] cannot be said; use int, str"):
        check_fields(Loose)
    with pytest.raises(TypeError, match=r"Float\.weight: float cannot be said"):
        on(Float)


def run_of_all(seed: int, keep: bool = False) -> World:
    world = World(seed, Setting(keep_trace=keep))
    for name, factory in (("ear", Listener), ("saver", Saver), ("asker", Asker), ("a", Speaker)):
        world.add(name, factory)
    world.boot()
    world.run_until(SECOND)
    return world


def test_same_seed_same_fingerprint_and_keeping_the_trace_changes_nothing() -> None:
    fingerprints = {run_of_all(3).trace.fingerprint(), run_of_all(3, keep=True).trace.fingerprint()}
    assert len(fingerprints) == 1
    assert run_of_all(4).trace.fingerprint() not in fingerprints


def test_the_kept_trace_reads_back() -> None:
    world = run_of_all(3, keep=True)
    records = list(world.trace.records())
    assert len(records) == world.trace.at
    assert [record[0] for record in records] == sorted(record[0] for record in records)
    assert isinstance(world.kernel, simpy.Environment)


class Chatty(Actor):
    """Says 1 behind a sync, and when that is done 3; between the two it has said 2, which waits for the same sync."""

    def on_start(self) -> None:
        self.disk.save(Vow(0))
        self.send("ear", Said(1))
        self.when_durable(lambda: self.send("ear", Said(3)))
        self.send("ear", Said(2))


def test_the_gate_of_the_disk_keeps_the_order_in_which_things_were_said() -> None:
    world = World(1, Setting(latency=Constant(MS), fifo=True))
    numbers: list[int] = []
    world.subscribe([Heard], lambda e: numbers.append(e.event.number))  # type: ignore[attr-defined]
    world.add("ear", Listener)
    world.add("a", Chatty)
    world.boot()
    world.run_until(SECOND)
    assert numbers == [1, 2, 3]


class Careful(Actor):
    """Syncs two files, says something behind each, and bears it if the first sync fails."""

    def on_start(self) -> None:
        self.spawn(self.story())

    async def story(self) -> None:
        self.disk.append("a", b"x")
        first = self.disk.fsync("a")
        self.send("ear", Said(1))
        self.disk.append("b", b"y")
        self.disk.fsync("b")
        self.send("ear", Said(2))
        try:
            await first
        except SyncFailed:
            self.send("ear", Said(3))


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("paused", [False, True])
def test_a_pause_while_syncs_end_changes_when_they_are_told_and_not_what_is_said(paused: bool, fails: bool) -> None:
    world = World(1, Setting(latency=Constant(1 * MS), fifo=True))
    told: list[int] = []
    world.subscribe([Heard], lambda e: told.append(e.event.number))  # type: ignore[attr-defined]
    world.add("ear", Listener)
    world.add("careful", Careful)
    world.boot()
    node = world.nodes["careful"]
    if fails:
        node.disk.levers.fail_syncs(world.stream("fault"), files="a")
    world.run_until(1)
    assert node.disk.pending_syncs == 2
    if paused:
        node.pause()
        world.run_until(SECOND)
        assert told == []
        assert node.disk.pending_syncs == 2, "for all it knows"
        node.resume()
    world.run_until(2 * SECOND)
    assert told == ([1, 2, 3] if fails else [1, 2])
    assert node.disk.pending_syncs == 0
