"""The model that scenarios name: `systems: {store: {model: veristore, nodes: 1}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.veristore.client_landmarks import OBJECT_LANDMARKS
from models.veristore.clients.client import VERBS, StoreClient
from models.veristore.engine.recovery import FAULTY, READY
from models.veristore.invariants.engine import ENGINE_CHECKS
from models.veristore.invariants.of_clients import KV_CHECKS, OBJECT_CHECKS
from models.veristore.landmarks import ENGINE_LANDMARKS
from models.veristore.mutants.engine import ENGINE_MUTANTS
from models.veristore.mutants.kv import KV_MUTANTS
from models.veristore.mutants.objects import OBJECT_MUTANTS
from models.veristore.node import StoreNode
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from sim import Actor, Model, System


def build(system: System) -> None:
    """Put a store on every node of the system, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    first, *others = system.servers
    standby = others.pop() if settings.standby and others else ""
    system.server(first, partial(StoreNode, settings, parts, standby=standby))
    for name in others:
        system.server(name, partial(StoreNode, settings, parts))
    if standby:
        system.server(standby, partial(StoreNode, settings, parts, is_standby=True))
    for number, script in enumerate(system.scripts):
        client = partial(StoreClient, (first, *others), script, settings, parts.client, caretaker=number == 0)
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
    checks={**ENGINE_CHECKS, **KV_CHECKS, **OBJECT_CHECKS},
    landmarks={**ENGINE_LANDMARKS, **OBJECT_LANDMARKS},
    mutants={**ENGINE_MUTANTS, **KV_MUTANTS, **OBJECT_MUTANTS},
    roles={"ready": _in_state(READY), "faulty": _in_state(FAULTY)},
)
