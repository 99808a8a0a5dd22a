"""The model that scenarios name: `systems: {cluster: {model: veriflow, nodes: 20}}`."""

from collections.abc import Iterable
from functools import partial
from typing import cast

from models.veriflow.agent import Agent
from models.veriflow.api import Api
from models.veriflow.checkpoint import Checkpoints
from models.veriflow.client import ORDERS, VERBS, Tenant
from models.veriflow.controller import Controller
from models.veriflow.invariants import CHECKS
from models.veriflow.landmarks import LANDMARKS
from models.veriflow.mutants import MUTANTS
from models.veriflow.parts import Parts
from models.veriflow.places import others, places_of
from models.veriflow.roles import ROLES
from models.veriflow.runtime import Runtime
from models.veriflow.scheduler import Scheduler
from models.veriflow.settings import Settings
from models.veriflow.store import Store
from sim import Model, Parameters, System


def build(system: System) -> None:
    """Store, fronts, loops, checkpoints, a pair for each GPU node, and a tenant on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    places = places_of(system.servers, settings)
    system.server(places.store, partial(Store, settings, places, parts))
    for name in places.apis:
        system.server(name, partial(Api, settings, places, parts))
    for number, name in enumerate(places.schedulers):
        system.server(name, partial(Scheduler, settings, places, parts, number))
    for number, name in enumerate(places.controllers):
        system.server(name, partial(Controller, settings, places, parts, number))
    system.server(places.checkpoints, partial(Checkpoints, settings, parts))
    for number, (agent, runtime) in enumerate(zip(places.agents, places.runtimes, strict=True)):
        system.server(agent, partial(Agent, settings, places, parts, number))
        system.server(runtime, partial(Runtime, settings, places, parts, agent))
    for number, script in enumerate(system.scripts):
        system.client(script.client, partial(Tenant, places, script, settings, number))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Clusters that so many servers cannot be."""
    settings = cast("Settings", parameters)
    left = servers - others(settings)
    if left < 2 or left % 2:
        loops = f"{settings.apis} apis, {settings.schedulers} schedulers, {settings.controllers} controllers"
        said = f"store, checkpoints, {loops} leave {max(0, left)} of {servers} servers"
        yield "nodes", f"{said}; GPU nodes are pairs of agent and runtime"


MODEL = Model(
    name="veriflow",
    about="Veriflow: GPU jobs; quotas with borrowing, gangs, preemption, one ledger, leases with fencing, watches",
    build=build,
    parameters=Settings,
    verbs=VERBS,
    orders=ORDERS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles=ROLES,
    mutants=MUTANTS,
)
