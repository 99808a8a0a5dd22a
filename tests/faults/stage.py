"""A small world in which faults can be tried: five servers that talk and write, two clients, and a leader by decree."""

from collections.abc import Mapping

import yaml

import sim.faults  # noqa: F401 - registers the kinds
from sim.faults.fault import FAULTS, Fault, Heal, Scene
from sim.faults.selectors import Roster
from sim.world.actor import Actor, on
from sim.world.message import Event, Message
from sim.world.streams import Stream
from sim.world.units import MS
from sim.world.world import Setting, World

SERVERS = ("n1", "n2", "n3", "n4", "n5")
CLIENTS = ("c1", "c2")
GAP = 5 * MS


class Word(Message):
    """The `number`-th word of `source`."""

    source: str
    number: int


class Told(Event):
    """A word arrived."""

    source: str
    number: int


class Written(Event):
    """So many words are in the file, durable."""

    number: int


class Chatter(Actor):
    """Every 5 ms tells everybody its next word and appends a kilobyte to its durable file."""

    def on_start(self) -> None:
        self.number = 0
        self.next = self.timer(self.speak)
        self.next.reset(GAP)

    def speak(self) -> None:
        self.next.reset(GAP)
        self.number += 1
        self.broadcast((*SERVERS, *CLIENTS), Word(self.name, self.number))
        self.disk.append("words.log", self.number.to_bytes(4, "big") * 256)
        self.disk.fsync("words.log")
        self.disk.fsync_dir()
        self.emit(Written(self.number))

    @on(Word)
    def word(self, source: str, message: Word) -> None:
        self.emit(Told(source, message.number))


class Client(Actor):
    """Tells every server a word each 5 ms."""

    def on_start(self) -> None:
        self.number = 0
        self.next = self.timer(self.speak)
        self.next.reset(GAP)

    def speak(self) -> None:
        self.next.reset(GAP)
        self.number += 1
        self.broadcast(SERVERS, Word(self.name, self.number))

    @on(Word)
    def word(self, source: str, message: Word) -> None:
        self.emit(Told(source, message.number))


def make_world(seed: int = 1, *, keep_trace: bool = False) -> World:
    """A world of the five servers and two clients, booted but not yet run."""
    world = World(seed, Setting(keep_trace=keep_trace, restart_after=50 * MS))
    for name in SERVERS:
        world.add(name, Chatter, system="kv", zone="east" if name < "n4" else "west")
    for name in CLIENTS:
        world.add(name, Client, system="kv", is_client=True)
    return world


def make_roster(world: World, leaders: tuple[str, ...] = ("n1",)) -> Roster:
    """Everybody in it; the leaders are those of `leaders` that are up."""
    roles = {"leader": leaders, "scribe": ("n4", "n5")}
    zones = {name: node.zone for name, node in world.nodes.items()}

    def role(name: str) -> tuple[str, ...]:
        return tuple(one for one in roles.get(name, ()) if world.nodes[one].up)

    return Roster(SERVERS, CLIENTS, zones, role)


def running_world(seed: int = 1, until: int = 200 * MS) -> World:
    """A world in which everybody has been talking and writing for a while."""
    world = make_world(seed)
    world.boot()
    world.run_until(until)
    return world


def make_fault(verb: str, body: str | Mapping[str, object]) -> Fault:
    """A fault from the YAML behind its verb."""
    return FAULTS[verb].model_validate(yaml.safe_load(body) if isinstance(body, str) else body)


def make_scene(world: World, name: str = "f1", seed: int = 7, leaders: tuple[str, ...] = ("n1",)) -> Scene:
    """The scene of a fault with this id."""
    return Scene(name, Stream(seed, "fault", name), make_roster(world, leaders))


def inject(world: World, verb: str, body: str | Mapping[str, object], name: str = "f1") -> tuple[Heal, Scene]:
    """Inject a fault that finds a target; how to heal it, and the scene it wrote into."""
    scene = make_scene(world, name)
    heal = make_fault(verb, body).inject(world, scene)
    assert heal is not None, scene.reason
    return heal, scene


def levers(world: World) -> dict[str, object]:
    """What every lever of the world stands at."""
    found: dict[str, object] = {"network": world.network.state(), "coins": tuple(world.registry.coins.modes)}
    for name, node in world.nodes.items():
        clock = node.clock
        found[name] = (
            node.holds, node.paused, clock.offset, clock.drift_ppm, clock.frozen, node.outbox, node.disk.levers.state(),
        )  # fmt: skip
    return found


def heard(world: World, span: int) -> dict[tuple[str, str], int]:
    """Run on for `span` ns; (source, hearer) -> words that arrived, for pairs of which any did."""
    counts: dict[tuple[str, str], int] = {}
    watching = True

    def count(emitted: object) -> None:
        if watching:
            pair = (emitted.event.source, emitted.node)  # type: ignore[attr-defined]
            counts[pair] = counts.get(pair, 0) + 1

    world.subscribe([Told], count)
    world.run_until(world.now + span)
    watching = False
    return counts
