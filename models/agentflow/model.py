"""The model that scenarios name: `systems: {flow: {model: agentflow, nodes: 9}}`."""

from collections.abc import Iterable
from functools import partial
from typing import cast

from models.agentflow.client import VERBS, FlowClient
from models.agentflow.engine import deploy, roles_of, workers_of
from models.agentflow.flows import program
from models.agentflow.invariants import CHECKS
from models.agentflow.landmarks import LANDMARKS
from models.agentflow.mutants import MUTANTS
from models.agentflow.own_parts import Parts
from models.agentflow.service import Service
from models.agentflow.settings import Settings
from sim import Model, Parameters, System


def build(system: System) -> None:
    """A store, deciders, workers, services, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    services = system.servers[-settings.services :]
    store, left = deploy(system, settings, parts.engine, program(settings, services), settings.services)
    for name in left:
        system.server(name, partial(Service, settings, parts.ledger))
    for script in system.scripts:
        system.client(script.client, partial(FlowClient, store, script, settings))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Engines that so many servers cannot make."""
    settings = cast("Settings", parameters)
    workers = workers_of(settings, servers, settings.services)
    if workers < 1:
        needed = 2 + settings.deciders + settings.services
        yield "nodes", f"a store, {settings.deciders} deciders, {settings.services} services and a worker are {needed}"


MODEL = Model(
    name="agentflow",
    about="AgentFlow: event-sourced workflows; replay, retries, four timeouts, leases with fencing, signals, sagas",
    build=build,
    parameters=Settings,
    verbs=VERBS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles=roles_of(service=Service),
    mutants=MUTANTS,
)
