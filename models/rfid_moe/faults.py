"""Faults of served experts, for scenarios to call: ``{at: 5s, for: 3s, call: models.rfid_moe.faults:slow_node}``.

Each finds its target when it fires, by its own stream, and pulls one lever through the door that all work of a node
comes through: a paused node feels it when it goes on.
"""

from collections.abc import Callable

from models.rfid_moe.client import Client
from models.rfid_moe.ledger import Ledger
from models.rfid_moe.node import COMPUTE, PCIE, ExpertNode
from sim.levers import Heal, Machines, Scene

STRAGGLER = 400
SLOW_BUS = 10
CLAIM_PERCENT = 70


def slow_node(world: Machines, scene: Scene) -> Heal | None:
    """One expert node computes so slowly that nobody waits for it: a straggler."""
    return _slow(world, scene, COMPUTE, STRAGGLER)


def slow_bus(world: Machines, scene: Scene) -> Heal | None:
    """The bus from images to VRAM of one expert node is ten times as slow."""
    return _slow(world, scene, PCIE, SLOW_BUS)


def claim_vram(world: Machines, scene: Scene) -> Heal | None:
    """Somebody else claims most of one node's VRAM in the ledger: shards give way."""
    ledgers = [(name, one) for name, one in world.nodes.items() if isinstance(one.actor, Ledger)]
    if not ledgers:
        scene.reason = "no ledger is up"
        return None
    (name, machine), ledger = ledgers[0], ledgers[0][1].actor
    assert isinstance(ledger, Ledger), "these were chosen"
    node = scene.stream.choice(ledger.nodes)
    size = ledger.vram * CLAIM_PERCENT // 100
    scene.targets, scene.effect = (name, node), f"{size} bytes of {node}"
    claims: list[int] = []
    machine.enter(lambda _: claims.append(ledger.reserve(node, size)), None)

    def heal() -> None:
        """The claim is durable: a ledger that has started anew knows it too."""
        now = world.nodes[name]
        actor = now.actor
        if isinstance(actor, Ledger):
            now.enter(lambda _: actor.give_back(tuple(claims)), None)

    return heal


def shift_traffic(world: Machines, scene: Scene) -> Heal | None:
    """From now on other experts are popular, for all clients."""
    clients = [(name, one) for name, one in world.nodes.items() if isinstance(one.actor, Client)]
    if not clients:
        scene.reason = "no client is up"
        return None
    scene.targets = tuple(name for name, _ in clients)
    for _, machine in clients:
        client = machine.actor
        assert isinstance(client, Client), "these were chosen"
        machine.enter(_shifting(client), None)
    return lambda: None


def _shifting(client: Client) -> Callable[[object], None]:
    return lambda _: client.shift()


def _slow(world: Machines, scene: Scene, what: str, factor: int) -> Heal | None:
    nodes = [(name, one, one.actor) for name, one in world.nodes.items() if isinstance(one.actor, ExpertNode)]
    if not nodes:
        scene.reason = "no expert node is up"
        return None
    name, machine, node = scene.stream.choice(nodes)
    assert isinstance(node, ExpertNode), "these were chosen"
    scene.targets, scene.effect = (name,), f"{factor} times as slow"
    machine.enter(lambda _: node.slow(what, factor), None)

    def heal() -> None:
        """A node that has started anew since is another one: there is nothing to undo."""
        now = world.nodes[name]
        if now.actor is node:
            now.enter(lambda _: node.recover(what, factor), None)

    return heal
