"""A fault: something that is injected into the world and healed again.

A fault class is its own schema, documentation and registration: its fields are what a scenario writes, its docstring
what `sim list --faults` shows, its `verb` the key in YAML. It pulls levers of the world only and knows its targets when
it fires.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

import pydantic

from sim.faults.atlas import Atlas
from sim.faults.selectors import Roster, Selector, resolve
from sim.world.streams import Stream
from sim.world.world import World

Heal = Callable[[], None]
"""Restores the levers that a fault pulled. What the fault destroyed stays destroyed."""


class Scene:
    """What a fault sees when it fires: its id, its own stream, the nodes, and where it writes down what it did.

    `acts` counts, for faults that go on acting while they last, how often each of their parts did anything.
    """

    def __init__(self, fault_id: str, stream: Stream, roster: Roster, atlas: Atlas | None = None) -> None:
        self.id = fault_id
        self.stream = stream
        self.roster = roster
        self.atlas = atlas or Atlas(roster.servers)
        self.targets: tuple[str, ...] = ()
        self.effect = ""
        self.reason = "no target"
        self.meant: list[tuple[str, ...]] = []
        """What was found or drawn, in order: enough to write the fault down with names."""
        self.acts: dict[str, int] = {}

    def resolve(
        self, selector: Selector, *, among: Sequence[str] | None = None, taken: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The nodes that `selector` means now, drawn from this fault's stream where it leaves a choice.

        Draws are from the servers in `among` (default: all), and nobody `taken` by the same fault already is meant.
        """
        found = resolve(selector, self.roster, self.stream, among=among, taken=taken)
        if not found:
            self.reason = f"no {' '.join(selector)}"
        self.meant.append(found)
        return found


class Fault(pydantic.BaseModel):
    """One fault of a scenario. Subclasses with a `verb` are registered by it."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    verb: ClassVar[str] = ""
    example: ClassVar[str] = ""
    """The mapping behind the verb, as YAML: it is loaded, injected and healed by the tests."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Register a subclass by its verb."""
        super().__pydantic_init_subclass__(**kwargs)
        if cls.verb:
            assert cls.verb not in FAULTS, f"two faults with the verb {cls.verb!r}"
            FAULTS[cls.verb] = cls

    @classmethod
    @abstractmethod
    def draw(cls, stream: Stream) -> "Fault":
        """A fault of this kind for a nemesis."""

    @abstractmethod
    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Pull the levers; returns how to restore them, None if there was no target (`scene.reason` says which)."""

    def written(self, scene: Scene) -> "Fault":  # noqa: ARG002 - a fault without selectors is written as it is
        """The fault as it fired in `scene`, with names in place of what had to be found or drawn.

        Injected at the same moment, under the same id, it does the same.
        """
        return self

    def as_body(self) -> dict[str, object]:
        """What a scenario writes behind the verb."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def down(self, servers: int) -> int:  # noqa: ARG002 - most faults take nobody away
        """How many of `servers` it takes away from the others while it lasts."""
        return 0

    def lasts(self) -> bool:
        """Whether whom it takes away is missing even after it healed: wiped, or never started again."""
        return False

    def selectors(self) -> list[tuple[str, Selector]]:
        """(field, selector) of each selector it holds, so that names can be checked before a run."""
        return []


FAULTS: dict[str, type[Fault]] = {}
"""Verb -> class, in the order of definition."""


def one_of(fault: pydantic.BaseModel, names: Sequence[str]) -> str:
    """The one field of `names` that is given; ValueError if it is none or several."""
    given = [name for name in names if getattr(fault, name) is not None and getattr(fault, name) is not False]
    shown = [(type(fault).model_fields[name].alias or name) for name in names]
    if len(given) != 1:
        said = "none" if not given else " and ".join(given)
        raise ValueError(f"expected one of {', '.join(shown)}; found {said}")
    return given[0]
