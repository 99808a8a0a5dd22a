"""Faults of an engine's own, called by name: ``{at: 5s, for: 10s, call: models.llm_cache.faults:slow_engine}``."""

from models.llm_cache.engine import Engine
from sim.levers import Heal, Machines, Scene

SLOW = 5


def slow_engine(world: Machines, scene: Scene) -> Heal | None:
    """One GPU computes five times as slowly, as one that is hot or shared does."""
    found = [(name, one, one.actor) for name, one in world.nodes.items() if isinstance(one.actor, Engine)]
    if not found:
        scene.reason = "no engine is up"
        return None
    name, machine, engine = scene.stream.choice(found)
    scene.targets, scene.effect = (name,), f"{SLOW} times as slow"
    machine.enter(lambda _: engine.slow_down(SLOW), None)

    def heal() -> None:
        if machine.actor is engine:
            machine.enter(lambda _: engine.slow_down(1), None)

    return heal
