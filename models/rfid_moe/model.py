"""The model that scenarios name: `systems: {moe: {model: rfid_moe, nodes: 11}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, cast

from models.rfid_moe.client import Client
from models.rfid_moe.compression import Allocation, Infeasible, release_of
from models.rfid_moe.controller import Controller
from models.rfid_moe.dispatcher import Dispatcher
from models.rfid_moe.images import Images
from models.rfid_moe.invariants import CHECKS
from models.rfid_moe.landmarks import LANDMARKS
from models.rfid_moe.ledger import Ledger
from models.rfid_moe.mutants import MUTANTS
from models.rfid_moe.node import ExpertNode
from models.rfid_moe.parts import Parts
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import LOADING
from sim import Actor, Model, Parameters, System

NODES_MIN = 2
LAYERS_MAX, EXPERTS_MAX = 8, 64


class Places(NamedTuple):
    """Who is where."""

    ledger: str
    controllers: tuple[str, ...]
    dispatchers: tuple[str, ...]
    nodes: tuple[str, ...]


def places_of(servers: tuple[str, ...], settings: Settings) -> Places:
    """The ledger first, then controllers, dispatchers and expert nodes."""
    ledger, *rest = servers
    controllers = tuple(rest[: settings.controllers])
    rest = rest[settings.controllers :]
    return Places(ledger, controllers, tuple(rest[: settings.dispatchers]), tuple(rest[settings.dispatchers :]))


def images_of(nodes: tuple[str, ...], settings: Settings, parts: Parts) -> Images:
    """Images of all releases that can be made."""
    releases = {}
    if settings.shadows:
        for number in range(1, len(settings.rollouts) + 2):
            recipe = settings.recipe(settings.keep_of(number))
            try:
                allocation = None if parts.allocation is Allocation else parts.allocation()
                releases[number] = release_of(settings.shape, number, recipe, allocation)
            except Infeasible:
                continue
    return Images(nodes, settings, releases)


def build(system: System) -> None:
    """Put ledger, controllers, dispatchers and expert nodes on servers, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    places = places_of(system.servers, settings)
    images = images_of(places.nodes, settings, parts)
    system.server(places.ledger, partial(Ledger, places.nodes, settings))
    for name in places.controllers:
        factory = partial(Controller, places.ledger, places.nodes, places.dispatchers, images, settings, parts)
        system.server(name, factory)
    for name in places.dispatchers:
        system.server(name, partial(Dispatcher, places.controllers, images, settings, parts))
    for name in places.nodes:
        system.server(name, partial(ExpertNode, places.controllers, images, settings, parts))
    for script in system.scripts:
        system.client(script.client, partial(Client, places.dispatchers, script, settings))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """What so many servers cannot be."""
    settings = cast("Settings", parameters)
    nodes = servers - 1 - settings.controllers - settings.dispatchers
    if nodes < NODES_MIN:
        others = f"a ledger, {settings.controllers} controllers and {settings.dispatchers} dispatchers"
        yield "nodes", f"{others} leave {max(0, nodes)} of {servers} servers for experts; expected {NODES_MIN} or more"
        return
    needed = settings.layers * settings.experts * settings.full_bytes + nodes * settings.full_bytes
    if needed > nodes * settings.vram:
        have = f"{nodes} nodes of {settings.vram:,} bytes"
        yield "vram", f"{have} cannot hold every expert once and a stage each: {needed:,} bytes"


Finder = Callable[[Mapping[str, Actor]], Iterable[str]]


def _of_kind(kind: type[Actor]) -> Finder:
    return lambda actors: [name for name, one in actors.items() if isinstance(one, kind)]


def _leaders(actors: Mapping[str, Actor]) -> list[str]:
    return [name for name, one in actors.items() if isinstance(one, Controller) and one.leads]


def _loading(actors: Mapping[str, Actor]) -> list[str]:
    nodes = [(name, one) for name, one in actors.items() if isinstance(one, ExpertNode)]
    return [name for name, one in nodes if any(slot.state == LOADING for slot in one.shelf.slots.values())]


def _hottest(actors: Mapping[str, Actor]) -> list[str]:
    found = [one.hottest() for one in actors.values() if isinstance(one, Controller) and one.leads]
    return [name for name in found if name in actors]


def _only(layer: int, expert: int) -> Finder:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        leading = [one for one in actors.values() if isinstance(one, Controller) and one.leads]
        return [name for one in leading if (name := one.last_holder(layer, expert)) in actors]

    return find


ROLES: Mapping[str, Finder] = {
    "leader": _leaders,
    "placement": _leaders,
    "controller": _of_kind(Controller),
    "ledger": _of_kind(Ledger),
    "dispatcher": _of_kind(Dispatcher),
    "expert": _of_kind(ExpertNode),
    "loading": _loading,
    "hottest": _hottest,
    **{f"only:{layer}/{expert}": _only(layer, expert) for layer in range(LAYERS_MAX) for expert in range(EXPERTS_MAX)},
}

MODEL = Model(
    name="rfid_moe",
    about="RFID-MoE: shards of experts on nodes with little memory, and what an answer is worth when one is lost",
    build=build,
    parameters=Settings,
    verbs={"ask": 0},
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles=ROLES,
    mutants=MUTANTS,
)
