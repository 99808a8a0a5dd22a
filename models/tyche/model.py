"""The model that scenarios name: `systems: {serverless: {model: tyche, nodes: 5}}`: a controller and four workers."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.tyche.caller import Caller, ScriptedCaller
from models.tyche.controller import Controller
from models.tyche.invariants import CHECKS
from models.tyche.landmarks import LANDMARKS
from models.tyche.mutants import MUTANTS
from models.tyche.parts import Parts
from models.tyche.settings import Settings
from models.tyche.worker import Worker
from sim import Actor, Model, Parameters, System


def build(system: System) -> None:
    """The first node is the controller, the others are workers; a client for each function that is called."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    functions = {entry.name: entry.as_function() for entry in settings.functions}
    controller, *workers = system.servers
    system.server(controller, partial(Controller, tuple(workers), settings, parts))
    for name in workers:
        system.server(name, partial(Worker, controller, settings, functions, parts))
    prefix = controller.rpartition("/")[0]
    for entry in settings.functions:
        if entry.arrivals.process != "silent" or entry.arrivals.burst_count:
            name = f"{prefix}/calls-{entry.name}" if prefix else f"calls-{entry.name}"
            system.client(name, partial(Caller, controller, entry.name, entry.arrivals, settings))
    for script in system.scripts:
        system.client(script.client, partial(ScriptedCaller, controller, tuple(functions), script, settings))


def _controllers(actors: Mapping[str, Actor]) -> Iterable[str]:
    return [name for name, one in actors.items() if isinstance(one, Controller)]


def _workers(actors: Mapping[str, Actor]) -> Iterable[str]:
    return [name for name, one in actors.items() if isinstance(one, Worker)]


def _with(state: str) -> Callable[[Mapping[str, Actor]], Iterable[str]]:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        found = [(name, one) for name, one in actors.items() if isinstance(one, Worker)]
        return [name for name, one in found if any(entry.state == state for entry in one.loads.entries())]

    return find


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """A controller alone runs nothing."""
    if servers < 2:
        yield "nodes", f"{servers} node is the controller alone; expected at least one worker beside it"
    settings = cast("Settings", parameters)
    if settings.oracle and (servers > 2 or any(one.execution or one.gpu for one in settings.functions)):
        yield "oracle", "the closed form is for one worker and executions of 0s in containers"


MODEL = Model(
    name="tyche",
    about="Tyche: predictive preloading of models into idle memory of a serverless cluster, with a closed-form oracle",
    build=build,
    parameters=Settings,
    verbs={"invoke": 0},
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={"controller": _controllers, "worker": _workers, "loading": _with("LOADING"), "resident": _with("RESIDENT")},
    mutants=MUTANTS,
)
