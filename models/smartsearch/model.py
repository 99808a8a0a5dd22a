"""The model that scenarios name: `systems: {search: {model: smartsearch, nodes: 14}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.smartsearch.api import Api
from models.smartsearch.client import ORDERS, VERBS, SearchClient
from models.smartsearch.ingestion.caretaker import Caretaker
from models.smartsearch.ingestion.database import Database
from models.smartsearch.ingestion.embedder import Embedder
from models.smartsearch.ingestion.relay import Relay
from models.smartsearch.ingestion.worker import Worker
from models.smartsearch.invariants import CHECKS
from models.smartsearch.landmarks import LANDMARKS
from models.smartsearch.layout import Layout, lay_out, servers_needed
from models.smartsearch.log.broker import Broker
from models.smartsearch.log.controller import Controller
from models.smartsearch.log_node import LogClient, PlainConsumer
from models.smartsearch.mutants import MUTANTS
from models.smartsearch.parts import Parts
from models.smartsearch.settings import Settings
from sim import Actor, Model, Parameters, System


def build(system: System) -> None:
    """Put every server in its place, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    layout = lay_out(system.servers, settings)
    for name in layout.brokers:
        system.server(name, partial(Broker, settings, layout, parts))
    system.server(layout.controller, partial(parts.controller, settings, layout, parts))
    for name in layout.workers:
        system.server(name, partial(PlainConsumer if settings.only_log else Worker, settings, layout, parts))
    if not settings.only_log:
        _add_pipeline(system, layout, settings, parts)
    client = LogClient if settings.only_log else SearchClient
    for script in system.scripts:
        system.client(script.client, partial(client, settings, layout, script))


def _add_pipeline(system: System, layout: Layout, settings: Settings, parts: Parts) -> None:
    system.server(layout.database, partial(Database, settings, layout, parts))
    system.server(layout.embedder, partial(Embedder, settings, layout, parts))
    system.server(layout.api, partial(parts.api, settings, layout, parts))
    for name in layout.relays:
        system.server(name, partial(Relay, settings, layout, parts))
    system.server(layout.caretaker, partial(Caretaker, settings, layout, parts))


def leaders(actors: Mapping[str, Actor]) -> Iterable[str]:
    """Who leads partition 0 in the highest epoch."""
    brokers = {name: one for name, one in actors.items() if isinstance(one, Broker) and hasattr(one, "replicas")}
    epochs = {name: one.replicas[0].epoch for name, one in brokers.items() if one.replicas[0].leads}
    return [name for name, epoch in epochs.items() if epoch == max(epochs.values())]


def _of_kind(*kinds: type[Actor]) -> Callable[[Mapping[str, Actor]], list[str]]:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, kinds)]

    return find


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Systems that so many servers cannot form."""
    settings = cast("Settings", parameters)
    needed = servers_needed(settings)
    if servers <= needed:
        yield "brokers", f"with {settings.brokers} brokers {needed} servers have their parts: {servers} leave no worker"


MODEL = Model(
    name="smartsearch",
    about="SmartSearch: a replicated log, exactly-once ingestion on it, and retrieval by meaning",
    build=build,
    parameters=Settings,
    spec="append-log",
    verbs={**VERBS, "append": 1, "read": 1},
    orders=ORDERS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={
        "leader": leaders,
        "broker": _of_kind(Broker),
        "controller": _of_kind(Controller),
        "worker": _of_kind(PlainConsumer, Worker),
        "database": _of_kind(Database),
        "embedder": _of_kind(Embedder),
        "api": _of_kind(Api),
        "relay": _of_kind(Relay),
        "caretaker": _of_kind(Caretaker),
    },
    mutants=MUTANTS,
)
