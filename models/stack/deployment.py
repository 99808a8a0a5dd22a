"""Who is where: how many servers each layer has at each size, and the names that they get, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models import llm_cache, smartsearch, veriflow
from models.stack.anchors import Organisation
from models.stack.stack_settings import StackSettings

ORG_REPLICAS = 3
"""Servers of an organisation's group, beside its anchor."""


@dataclass(frozen=True)
class Deployment:
    """Names of servers by layer and role."""

    objects: tuple[str, ...]
    metadata: tuple[str, ...]
    search: tuple[str, ...]
    deciders: tuple[str, ...]
    flow_workers: tuple[str, ...]
    notifier: str
    caretaker: str
    engines: tuple[str, ...]
    routers: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()


def search_settings(settings: StackSettings) -> smartsearch.Settings:
    """SmartSearch's parameters, with the counts of the size."""
    size = settings.counted
    counts = {"brokers": size.brokers, "partitions": size.partitions, "replication": 3}
    return settings.search.model_copy(update=counts)


def serving_settings(settings: StackSettings) -> llm_cache.Settings:
    """The parameters of the layer of engines, with the counts of the size. All its askers are in the stack."""
    none = settings.serving.traffic.model_copy(update={"arrivals": "none"})
    return settings.serving.model_copy(update={"routers": settings.counted.routers, "traffic": none})


def cluster_settings(settings: StackSettings) -> veriflow.Settings:
    """The parameters of the orchestrator, with the counts of the size."""
    size = settings.counted
    counts = {"apis": size.fronts, "schedulers": size.loops, "controllers": size.loops}
    return settings.cluster.model_copy(update=counts)


def servers_needed(settings: StackSettings) -> int:
    """How many servers a size has."""
    size = settings.counted
    search = smartsearch.servers_needed(search_settings(settings)) + size.workers
    rest = size.deciders + size.flow_workers + size.engines + 2 + routers_of(settings) + cluster_of(settings)
    options = experts_of(settings) + preload_of(settings)
    return size.groups * size.replicas + search + rest + options + settings.organisations * (ORG_REPLICAS + 1)


def routers_of(settings: StackSettings) -> int:
    """How many routers there are before the engines: stand-ins have none."""
    return settings.counted.routers if settings.inference == "cache" else 0


def cluster_of(settings: StackSettings) -> int:
    """How many servers the orchestrator has: each GPU node is a pair of agent and runtime."""
    nodes = settings.counted.gpu_nodes
    return veriflow.others(cluster_settings(settings)) + 2 * nodes if settings.gpus == "veriflow" else 0


def experts_of(settings: StackSettings) -> int:
    """How many servers the mixture of experts has."""
    if not settings.experts:
        return 0
    return 1 + settings.mixture.controllers + settings.mixture.dispatchers + settings.counted.expert_nodes


def preload_of(settings: StackSettings) -> int:
    """How many servers the serverless layer has: a controller, and workers."""
    return 1 + settings.counted.preload_workers if settings.functions else 0


def deploy(settings: StackSettings, servers: Sequence[str]) -> Deployment:
    """Give every server its part, in order."""
    size, names = settings.counted, iter(servers)
    objects = _take(names, size.replicas)
    metadata = objects if size.groups == 1 else _take(names, size.replicas)
    search = _take(names, smartsearch.servers_needed(search_settings(settings)) + size.workers)
    deciders, workers = _take(names, size.deciders), _take(names, size.flow_workers)
    notifier, caretaker = _take(names, 2)
    engines, routers = _take(names, size.engines), _take(names, routers_of(settings))
    cluster = _take(names, cluster_of(settings))
    experts = _take(names, experts_of(settings))
    preload = _take(names, preload_of(settings))
    organisations = tuple(_organisation(n, names) for n in range(1, settings.organisations + 1))
    return Deployment(
        objects, metadata, search, deciders, workers, notifier, caretaker, engines, routers, cluster, experts,
        preload, organisations,
    )  # fmt: skip


def _organisation(n: int, names: Iterator[str]) -> Organisation:
    servers = _take(names, ORG_REPLICAS)
    return Organisation(f"org-{n}", servers, next(names))


def _take(names: Iterator[str], count: int) -> tuple[str, ...]:
    return tuple(name for _, name in zip(range(count), names, strict=False))
