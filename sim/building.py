"""From a scenario to a world that is ready to boot: setting, systems, nodes and clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sim.faults.selectors import Roster, resolve
from sim.model import Model, System, find_model
from sim.scenario.deployment import scripts, server_names
from sim.scenario.schema import NetworkEntry, Scenario
from sim.world.actor import Actor
from sim.world.disk_profile import PROFILES
from sim.world.distributions import Distribution
from sim.world.link_rule import LinkRule
from sim.world.streams import Stream
from sim.world.topology import Topology
from sim.world.world import Setting, World


@dataclass(frozen=True)
class Deployment:
    """A system of the scenario with its model."""

    model: Model
    system: System


def deploy(scenario: Scenario) -> list[Deployment]:
    """Build every system of the scenario: its model has put factories on its nodes."""
    work, servers = scripts(scenario), server_names(scenario)
    deployments = []
    for name, entry in scenario.systems.items():
        model = find_model(entry.model)
        parameters = model.parameters.model_validate(dict(entry.parameters))
        mutant = None if entry.mutant is None else model.mutants[entry.mutant]
        system = System(name, servers[name], parameters, mutant, work[name])
        model.build(system)
        deployments.append(Deployment(model, system))
    return deployments


def raise_world(scenario: Scenario, seed: int, deployments: Sequence[Deployment], *, keep_trace: bool | range) -> World:
    """A world with every node of the deployments in it, not booted yet."""
    world = World(seed, _setting(scenario, keep_trace))
    zones = _zones(scenario, deployments)
    for deployment in deployments:
        for name, (factory, is_client) in deployment.system.factories.items():
            system, zone = deployment.system.name, zones.get(name, "")
            world.add(name, factory, system=system, zone=zone, is_client=is_client)
    _set_clocks(scenario, world)
    for one, other in scenario.network.missing:
        world.network.cut(one, other)
        world.network.cut(other, one)
    return world


def roster(scenario: Scenario, deployments: Sequence[Deployment], world: World) -> Roster:
    """Who is there, for selectors; roles are asked of the models at the moment they are needed."""

    def role(name: str) -> tuple[str, ...]:
        return _in_role(deployments, world, name)

    return _roster(scenario, deployments, role)


def _roster(
    scenario: Scenario, deployments: Sequence[Deployment], role: Callable[[str], tuple[str, ...]] | None = None
) -> Roster:
    names = [(name, is_client) for one in deployments for name, (_, is_client) in one.system.factories.items()]
    servers = tuple(name for name, is_client in names if not is_client)
    clients = tuple(name for name, is_client in names if is_client)
    only = deployments[0].system.name if len(deployments) == 1 else ""
    if role is None:
        return Roster(servers, clients, system=only)
    return Roster(servers, clients, _zones(scenario, deployments), role, only)


def _in_role(deployments: Sequence[Deployment], world: World, role: str) -> tuple[str, ...]:
    found: list[str] = []
    for deployment in deployments:
        who = deployment.model.roles.get(role)
        if who is not None:
            found += who(_live(world, deployment.system.servers))
    return tuple(found)


def _live(world: World, names: Sequence[str]) -> Mapping[str, Actor]:
    nodes = ((name, world.nodes[name]) for name in names)
    return {name: node.actor for name, node in nodes if node.actor is not None and node.begun}


def _setting(scenario: Scenario, keep_trace: bool | range) -> Setting:
    network = scenario.network
    return Setting(
        latency=network.latency,
        topology=_topology(network),
        rule=_everyday(network),
        fifo=network.fifo,
        loopback=network.loopback,
        disk=PROFILES[scenario.machines.disk],
        restart_after=scenario.machines.restart,
        keep_trace=keep_trace,
    )


def _everyday(network: NetworkEntry) -> LinkRule | None:
    """What happens on the network on an ordinary day; None if nothing does."""
    rule = LinkRule(
        "network", loss=network.loss, duplicate=network.duplicate, reorder=network.reorder, window=network.window,
        corrupt=network.corrupt, bandwidth=network.bandwidth,
    )  # fmt: skip
    quiet = not (rule.loss or rule.duplicate or rule.reorder or rule.corrupt or rule.bandwidth)
    return None if quiet else rule


def _topology(network: NetworkEntry) -> Topology | None:
    if network.zones is None:
        return None
    between: dict[tuple[str, str], Distribution] = {link.zones: link.latency for link in network.zones.links}
    return Topology(network.latency, between)


def _zones(scenario: Scenario, deployments: Sequence[Deployment]) -> dict[str, str]:
    """Node -> zone. Selectors of zones name nodes: they are resolved once, before the world is there."""
    zones = scenario.network.zones
    if zones is None:
        return {}
    everybody, unused = _roster(scenario, deployments), Stream(0, "zones")
    return {name: zone for zone, members in zones.members.items() for name in resolve(members, everybody, unused)}


def _set_clocks(scenario: Scenario, world: World) -> None:
    """Give each server's clock its offset and drift, drawn up to those of the scenario, either way."""
    entry = scenario.machines.clock
    for name, node in world.nodes.items():
        if node.is_client or not (entry.offset or entry.drift):
            continue
        own = world.stream("node", name, "clock")
        node.clock.jump(own.between(-abs(entry.offset), abs(entry.offset)))
        node.clock.set_drift(own.between(-abs(entry.drift), abs(entry.drift)))
