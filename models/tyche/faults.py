"""Faults of a cluster's own, for scenarios to call: ``{every: 5s, call: models.tyche.faults:crash_container}``.

Each finds its target when it fires, by its own stream, and pulls one lever of a worker through the door that all work
of a node comes through: a paused worker feels it when it goes on.
"""

from collections.abc import Callable

from models.tyche.container import Container
from models.tyche.events import LOADING
from models.tyche.worker import Worker
from sim.levers import Heal, Machine, Machines, Scene

SLOW = 10
CLAIM_PERCENT = 60


def crash_container(world: Machines, scene: Scene) -> Heal | None:
    """The process of one container dies, whatever it does."""
    return _crash(world, scene, lambda _: True, "no container")


def crash_loading_container(world: Machines, scene: Scene) -> Heal | None:
    """A container dies in the middle of a load."""
    return _crash(world, scene, _loads, "no container loads anything")


def slow_disk(world: Machines, scene: Scene) -> Heal | None:
    """The disk of one worker reads ten times as slowly: loads that begin meanwhile take ten times as long."""
    found = _pick(world, scene)
    if found is None:
        return None
    name, machine, worker = found
    scene.effect = f"{SLOW} times as slow"
    machine.enter(lambda _: worker.slow(SLOW), None)
    return _healing(world, name, worker, lambda: worker.recover(SLOW))


def claim_memory(world: Machines, scene: Scene) -> Heal | None:
    """Somebody takes most of one worker's main memory for himself: what is preloaded there goes."""
    return _claim(world, scene, 0)


def claim_gpu(world: Machines, scene: Scene) -> Heal | None:
    """The same with its first GPU."""
    return _claim(world, scene, 1)


def _crash(world: Machines, scene: Scene, fits: Callable[[Container], bool], reason: str) -> Heal | None:
    found = [
        (name, machine, worker, container)
        for name, machine, worker in _workers(world)
        for container in worker.containers.live.values()
        if fits(container)
    ]
    if not found:
        scene.reason = reason
        return None
    name, machine, worker, container = scene.stream.choice(found)
    scene.targets, scene.effect = (name,), f"container {container.name}"
    machine.enter(lambda _: worker.crash_container(container.name), None)
    return lambda: None


def _claim(world: Machines, scene: Scene, pool: int) -> Heal | None:
    found = _pick(world, scene)
    if found is None:
        return None
    name, machine, worker = found
    if pool >= len(worker.ledger.pools):
        scene.reason = f"{name} has no GPU"
        return None
    mb = worker.ledger.pools[pool].capacity * CLAIM_PERCENT // 100
    scene.effect = f"{mb} MB of memory {pool}"
    rows: list[str] = []
    machine.enter(lambda _: rows.append(worker.claim(pool, mb)), None)

    def undo() -> None:
        for row in rows:
            worker.release(row)

    return _healing(world, name, worker, undo)


def _loads(container: Container) -> bool:
    return any(entry.state == LOADING for entry in container.entries.values())


def _workers(world: Machines) -> list[tuple[str, Machine, Worker]]:
    found = ((name, machine, machine.actor) for name, machine in world.nodes.items())
    return [(name, machine, actor) for name, machine, actor in found if isinstance(actor, Worker)]


def _pick(world: Machines, scene: Scene) -> tuple[str, Machine, Worker] | None:
    workers = _workers(world)
    if not workers:
        scene.reason = "no worker is up"
        return None
    chosen = scene.stream.choice(workers)
    scene.targets = (chosen[0],)
    return chosen


def _healing(world: Machines, name: str, worker: Worker, undo: Heal) -> Heal:
    """A worker that has started anew since is another one: there is nothing to undo."""

    def heal() -> None:
        machine = world.nodes[name]
        if machine.actor is worker:
            machine.enter(lambda _: undo(), None)

    return heal
