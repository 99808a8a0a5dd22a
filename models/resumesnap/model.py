"""The model that scenarios name: `systems: {snap: {model: resumesnap, nodes: 14}}`."""

from collections.abc import Iterable
from functools import partial
from typing import cast

from models.agentflow import EngineParts, deploy, roles_of, workers_of
from models.resumesnap.cache import Cache
from models.resumesnap.client import VERBS, ResumeClient
from models.resumesnap.extension import Extension
from models.resumesnap.gateway import Gateway
from models.resumesnap.invariants import CHECKS
from models.resumesnap.landmarks import LANDMARKS
from models.resumesnap.mutants import MUTANTS
from models.resumesnap.program import Parts, program
from models.resumesnap.provider import Provider
from models.resumesnap.settings import Settings
from models.resumesnap.steps import Nodes
from models.resumesnap.words import ANALYZER, FALLBACK, OUTLINER, SPEECH
from sim import Model, Parameters, System

SERVICES = (ANALYZER, OUTLINER, SPEECH, FALLBACK)
WORLD = 3 + len(SERVICES)
"""Gateway, cache, extension, and the services."""


def build(system: System) -> None:
    """An engine, the gateway and the services, and a client for every user."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    gateway, cache, extension, *services = system.servers[-WORLD:]
    nodes = Nodes(gateway, cache, dict(zip(SERVICES, services, strict=True)))
    store, _ = deploy(system, settings, EngineParts(), program(settings, parts, nodes), WORLD)
    system.server(gateway, partial(parts.gateway, settings, store))
    system.server(cache, partial(Cache, settings))
    system.server(extension, partial(Extension, gateway))
    for name, node in nodes.services.items():
        system.server(node, partial(Provider, settings, name))
    for script in system.scripts:
        system.client(script.client, partial(ResumeClient, gateway, script, extension))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Systems that so many servers cannot make."""
    settings = cast("Settings", parameters)
    if workers_of(settings, servers, WORLD) < 1:
        needed = 2 + settings.deciders + WORLD
        yield (
            "nodes",
            f"a store, {settings.deciders} deciders, a worker and the {WORLD} nodes of the world are {needed}",
        )


MODEL = Model(
    name="resumesnap",
    about="ResumeSnap: a pipeline on AgentFlow over flaky services; quota, cache, hedging, breakers, one deadline",
    build=build,
    parameters=Settings,
    verbs=VERBS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles=roles_of(gateway=Gateway, service=Provider),
    mutants=MUTANTS,
)
