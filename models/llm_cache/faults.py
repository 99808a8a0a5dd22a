"""Faults of an engine's own, called by name: ``{at: 5s, for: 10s, call: models.llm_cache.faults:slow_engine}``."""

from collections.abc import Callable, Mapping
from typing import Protocol

from models.llm_cache.engine import Engine
from sim import Actor, Stream

SLOW = 5


class Machine(Protocol):
    """A node of the world, as far as these faults need it."""

    up: bool
    actor: Actor | None

    def enter(self, act: Callable[[object], None], argument: object) -> None:
        """Let the node do something."""


class Machines(Protocol):
    """The world."""

    @property
    def nodes(self) -> Mapping[str, Machine]:
        """By name."""


class Scene(Protocol):
    """What a fault may draw from, and where it says what it hit."""

    stream: Stream
    targets: tuple[str, ...]
    reason: str
    effect: str


Heal = Callable[[], None]


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
