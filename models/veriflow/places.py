"""Who is who among the servers, by their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.veriflow.objects import Node, Queue, TypeQuota
from models.veriflow.settings import Settings

ZONES = 3


@dataclass(frozen=True)
class Places:
    """Names of nodes. A GPU node is known by its agent's name; its runtime is the one behind it."""

    store: str
    apis: tuple[str, ...]
    schedulers: tuple[str, ...]
    controllers: tuple[str, ...]
    checkpoints: str
    agents: tuple[str, ...]
    runtimes: tuple[str, ...]

    def runtime_of(self, agent: str) -> str:
        """The machine whose processes an agent looks after."""
        return self.runtimes[self.agents.index(agent)]


def others(settings: Settings) -> int:
    """How many servers are no GPU nodes."""
    return 2 + settings.apis + settings.schedulers + settings.controllers


def places_of(servers: Sequence[str], settings: Settings) -> Places:
    """Store, fronts, schedulers, controllers, checkpoints, then pairs of agent and runtime."""
    rest = iter(servers)
    store = next(rest)
    apis = tuple(next(rest) for _ in range(settings.apis))
    schedulers = tuple(next(rest) for _ in range(settings.schedulers))
    controllers = tuple(next(rest) for _ in range(settings.controllers))
    checkpoints = next(rest)
    gpu = list(rest)
    return Places(store, apis, schedulers, controllers, checkpoints, tuple(gpu[::2]), tuple(gpu[1::2]))


def nodes_of(places: Places, settings: Settings) -> list[Node]:
    """The GPU nodes as the admin declares them."""
    return [
        Node(name, settings.types[i % len(settings.types)], settings.devices, settings.memory, f"z{i % ZONES}")
        for i, name in enumerate(places.agents)
    ]


def queues_of(settings: Settings) -> list[Queue]:
    """The queues as the admin declares them, with the same quota of each type."""
    return [
        Queue(
            one.name,
            one.cohort,
            tuple(TypeQuota(gpu_type, one.nominal, one.borrow, one.lend) for gpu_type in settings.types),
            one.weight,
        )
        for one in settings.queues
    ]
