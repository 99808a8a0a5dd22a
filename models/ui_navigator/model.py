"""The model that scenarios name: `systems: {agent: {model: ui_navigator, nodes: 9}}`."""

from collections.abc import Iterable
from functools import partial
from typing import cast

from models.agentflow import EngineParts, deploy, roles_of, workers_of
from models.ui_navigator.client import VERBS, User
from models.ui_navigator.invariants import CHECKS
from models.ui_navigator.landmarks import LANDMARKS
from models.ui_navigator.mutants import MUTANTS
from models.ui_navigator.planner import Planner
from models.ui_navigator.platform import Platform
from models.ui_navigator.program import Parts, program
from models.ui_navigator.settings import Settings
from sim import Model, Parameters, System

WORLD = 3
"""Browser, planner and platform."""


def build(system: System) -> None:
    """An engine, the world that the agent acts in, and a user on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    browser, planner, platform = system.servers[-WORLD:]
    store, _ = deploy(system, settings, EngineParts(), program(settings, parts, browser, planner), WORLD)
    system.server(browser, partial(parts.browser, settings, platform, parts.page))
    system.server(planner, partial(Planner, settings))
    system.server(platform, partial(Platform, settings))
    for script in system.scripts:
        system.client(script.client, partial(User, store, script))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Systems that so many servers cannot make."""
    settings = cast("Settings", parameters)
    if workers_of(settings, servers, WORLD) < 1:
        needed = 2 + settings.deciders + WORLD
        yield "nodes", f"a store, {settings.deciders} deciders, a worker, browser, planner and platform are {needed}"


MODEL = Model(
    name="ui_navigator",
    about="UI-Navigator: a browser agent on AgentFlow; irreversible acts once, verified on the server",
    build=build,
    parameters=Settings,
    verbs=VERBS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles=roles_of(),
    mutants=MUTANTS,
)
