"""How an engine is put on nodes: the store first, then deciders, then workers; what follows is the application's."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from models.agentflow.decider import Decider
from models.agentflow.parts import EngineParts
from models.agentflow.program import Program
from models.agentflow.settings import EngineSettings
from models.agentflow.store import Store
from models.agentflow.worker import Worker
from sim import Actor, System

Role = Callable[[Mapping[str, Actor]], Iterable[str]]


def deploy(
    system: System, settings: EngineSettings, parts: EngineParts, program: Program, others: int
) -> tuple[str, tuple[str, ...]]:
    """Put an engine on the nodes of a system, but for the last `others`.

    Returns the name of the store, and of the nodes that are left.
    """
    store, *rest = system.servers
    system.server(store, partial(parts.store or Store, settings, parts))
    cut = len(rest) - others
    for name in rest[: settings.deciders]:
        system.server(name, partial(Decider, store, settings, parts, program))
    for name in rest[settings.deciders : cut]:
        system.server(name, partial(parts.worker or Worker, store, settings, program))
    return store, tuple(rest[cut:])


def workers_of(settings: EngineSettings, servers: int, others: int) -> int:
    """How many workers so many servers make."""
    return servers - 1 - settings.deciders - others


def roles_of(**others: type[Actor]) -> dict[str, Role]:
    """Who is what, for selectors; the store is the `leader`. `others` are the application's own nodes by role."""
    kinds: dict[str, type[Actor]] = {"leader": Store, "store": Store, "decider": Decider, "worker": Worker, **others}
    return {role: _in_role(kind) for role, kind in kinds.items()}


def _in_role(kind: type[Actor]) -> Role:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, kind)]

    return find
