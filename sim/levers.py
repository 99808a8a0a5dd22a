"""What a fault of one's own is written against: ``call: pkg.mod:function`` in a plan, function(world, scene).

The function finds its target when it fires, by `scene.stream`, says in `scene` what it hit or why it hit nothing, pulls
a lever through the door that all work of a node comes through, and returns how to restore what it did.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from sim.faults.fault import Heal, Scene
from sim.world.actor import Actor

__all__ = ["Heal", "Machine", "Machines", "Scene"]


class Machine(Protocol):
    """A node of the world, as far as a fault of a model's own needs it."""

    up: bool
    actor: Actor | None

    def enter(self, act: Callable[[object], None], argument: object) -> None:
        """Let the node do something: at once, when its pause ends, or never if it is down."""


class Machines(Protocol):
    """The world."""

    @property
    def nodes(self) -> Mapping[str, Machine]:
        """By name."""
