"""The model that scenarios name: `systems: {store: {model: veristore, nodes: 1}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.veristore.clients.client import VERBS, StoreClient
from models.veristore.engine.recovery import FAULTY, READY
from models.veristore.invariants.engine import ENGINE_CHECKS
from models.veristore.landmarks import ENGINE_LANDMARKS
from models.veristore.node import StoreNode
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from sim import Actor, Model, System


def build(system: System) -> None:
    """Put a store on every node of the system, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    for name in system.servers:
        system.server(name, partial(StoreNode, settings, parts))
    for number, script in enumerate(system.scripts):
        client = partial(StoreClient, system.servers, script, settings, parts.client, caretaker=number == 0)
        system.client(script.client, client)


def _in_state(state: str) -> Callable[[Mapping[str, Actor]], Iterable[str]]:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, StoreNode) and one.state == state]

    return find


MODEL = Model(
    name="veristore",
    about="VeriStore: a crash-consistent key-value engine, and an object store on it, on one node or several",
    build=build,
    parameters=Settings,
    spec="object-store",
    verbs=VERBS,
    checks=ENGINE_CHECKS,
    landmarks=ENGINE_LANDMARKS,
    roles={"ready": _in_state(READY), "faulty": _in_state(FAULTY)},
)
