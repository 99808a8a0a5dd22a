"""The model that scenarios name: `systems: {llm: {model: llm_cache, nodes: 6}}`: two routers and four engines."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.llm_cache.client import ORDERS, Client, ScriptedClient
from models.llm_cache.engine import Engine
from models.llm_cache.invariants import CHECKS
from models.llm_cache.landmarks import LANDMARKS
from models.llm_cache.mutants import MUTANTS
from models.llm_cache.parts import Parts
from models.llm_cache.router import Router
from models.llm_cache.settings import Settings
from models.llm_cache.traces import BadTrace, Row, read_trace
from sim import Actor, Model, Parameters, System


def build(system: System) -> None:
    """Routers first, then engines, which take the models in turn; clients beside them."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    routers, engines = system.servers[: settings.routers], system.servers[settings.routers :]
    for name in routers:
        system.server(name, partial(Router, engines, settings, parts))
    for number, name in enumerate(engines):
        model = f"m{number % settings.traffic.models}"
        system.server(name, partial(parts.engine or Engine, routers, model, settings, parts))
    traffic, prefix = settings.traffic, routers[0].rpartition("/")[0]
    rows = _rows(settings)
    for number in range(traffic.clients if traffic.arrivals != "none" else 0):
        own = rows[number :: traffic.clients]
        name = f"users-{number + 1}"
        system.client(f"{prefix}/{name}" if prefix else name, partial(Client, routers, number, settings, own))
    for script in system.scripts:
        system.client(script.client, partial(ScriptedClient, routers, script, settings))


def _rows(settings: Settings) -> list[Row]:
    traffic = settings.traffic
    return read_trace(traffic.trace, traffic.most) if traffic.arrivals == "trace" else []


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """What the class cannot see: how many engines there are, and whether there is a trace."""
    settings = cast("Settings", parameters)
    engines = servers - settings.routers
    if engines < settings.traffic.models:
        said = f"{servers} nodes leave {max(0, engines)} engines beside {settings.routers} routers"
        yield "nodes", f"{said}; expected at least one for each of {settings.traffic.models} models"
    try:
        _rows(settings)
    except BadTrace as error:
        yield "traffic", str(error)


def _of(kind: type[Actor]) -> Callable[[Mapping[str, Actor]], Iterable[str]]:
    return lambda actors: [name for name, one in actors.items() if isinstance(one, kind)]


def _engines(actors: Mapping[str, Actor]) -> list[tuple[str, Engine]]:
    return [(name, one) for name, one in actors.items() if isinstance(one, Engine)]


def _hot(actors: Mapping[str, Actor]) -> list[str]:
    """The engine with most to do."""
    loads = [(len(one.scheduler.running) + len(one.scheduler.queue), name) for name, one in _engines(actors)]
    return [max(loads)[1]] if loads else []


def _warm(actors: Mapping[str, Actor]) -> list[str]:
    """The engine with the longest text in memory that somebody needs right now."""
    lengths = [
        (max([len(life.blocks) for life in one.scheduler.running.values()], default=0), name)
        for name, one in _engines(actors)
    ]
    return [max(lengths)[1]] if lengths else []


MODEL = Model(
    name="llm_cache",
    about="LLM serving: KV caches with shared prefixes, routers that know them by hints, streams, rollouts",
    build=build,
    parameters=Settings,
    verbs={"generate": 0},
    orders=ORDERS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={"router": _of(Router), "engine": _of(Engine), "hot": _hot, "warm": _warm},
    mutants=MUTANTS,
)
