"""A fault of the user's own: a Python function."""

import importlib
from collections.abc import Callable
from typing import Annotated, ClassVar, cast

from pydantic import AfterValidator

from sim.faults.fault import Fault, Heal, Scene
from sim.world.streams import Stream
from sim.world.world import World

Function = Callable[[World, Scene], Heal | None]


def load_function(name: str) -> Function:
    """The function `pkg.mod:name`; ValueError if there is none."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute, None) if attribute else None
    except ModuleNotFoundError as error:
        raise ValueError(f"{name!r}: {error}") from error
    if not callable(found):
        raise ValueError(f"{name!r} is no function; expected 'package.module:function'")
    return cast("Function", found)


def _existing(name: str) -> str:
    load_function(name)
    return name


class Call(Fault):
    """Call ``function(world, scene)``, which pulls levers of the world.

    It returns how to restore them, or None if it found no target.
    """

    verb: ClassVar[str] = "call"
    example: ClassVar[str] = "{function: 'sim.faults.call:freeze_everybody'}"

    function: Annotated[str, AfterValidator(_existing)]

    @classmethod
    def draw(cls, stream: Stream) -> "Call":  # noqa: ARG003 - there is nothing to draw
        """A nemesis cannot know what to call."""
        raise ValueError("a nemesis cannot draw a call: name the function in `faults`")

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Call it."""
        return load_function(self.function)(world, scene)


def freeze_everybody(world: World, scene: Scene) -> Heal:
    """An example: every clock of the world stands still."""
    scene.targets = tuple(world.nodes)
    for node in world.nodes.values():
        node.clock.freeze()

    def heal() -> None:
        for node in world.nodes.values():
            node.clock.thaw()

    return heal
