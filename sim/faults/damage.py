"""Damage within bounds: disks lose what was durable, but enough of them stay whole."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import pydantic

from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Selector, named
from sim.world.disk import Disk as NodeDisk
from sim.world.streams import Stream
from sim.world.world import World

Kind = Literal["rot", "unreadable", "misdirected"]
_KINDS: Mapping[Kind, int] = {"rot": 3, "unreadable": 2, "misdirected": 1}
Count = Annotated[int, pydantic.Field(strict=True, ge=0, le=100_000)]


class Damage(Fault):
    """Damage what disks hold, in one of these ways, which is drawn.

    rot: bits flip. unreadable: a sector cannot be read. misdirected: a write lands elsewhere. The disks of `sound`
    servers of a system (default: a majority) are never touched, so a protocol that keeps copies must lose nothing; a
    draw that would go further is left out. Healing mends unreadable sectors and no more.
    """

    verb: ClassVar[str] = "damage"
    example: ClassVar[str] = "{nodes: random:1, kinds: [unreadable]}"

    nodes: Selector = ("random:1",)
    files: str = "*"
    kinds: Annotated[tuple[Kind, ...], pydantic.Field(min_length=1)] = tuple(_KINDS)
    sound: Count | None = None

    @classmethod
    def draw(cls, stream: Stream) -> "Damage":
        """One server's log."""
        return cls.model_validate({"nodes": stream.weighted({"random:1": 3, "leader": 1}), "files": "*log*"})

    def selectors(self) -> list[tuple[str, Selector]]:
        """Whose disks."""
        return [("nodes", self.nodes)]

    def written(self, scene: Scene) -> "Damage":
        """With the nodes that it hit."""
        return self.model_copy(update={"nodes": named(self.nodes, scene.meant[0])})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Damage each disk that may be."""
        hit: list[str] = []
        heals: list[Heal] = []
        for name in scene.resolve(self.nodes):
            if not scene.atlas.may_damage(name, self.sound):
                scene.reason = f"{name} is one of the disks that stay whole"
                continue
            heal = self._harm(world.nodes[name].disk, scene)
            if heal is not None:
                scene.atlas.note(name)
                hit.append(name)
                heals.append(heal)
        if not hit:
            return None
        scene.targets = tuple(hit)

        def heal_all() -> None:
            for heal in heals:
                heal()

        return heal_all

    def _harm(self, disk: NodeDisk, scene: Scene) -> Heal | None:
        stream, levers = scene.stream.child(disk.name), disk.levers
        kind = stream.weighted({kind: _KINDS[kind] for kind in self.kinds})
        if kind == "misdirected":
            scene.effect = "a write lands elsewhere"
            return levers.misdirect_writes(stream, files=self.files)
        spot = levers.rot(stream, files=self.files, bits=4) if kind == "rot" else levers.spoil(stream, files=self.files)
        if spot is None:
            scene.reason = f"no durable file matches {self.files!r}"
            return None
        scene.effect = f"{'bits flip in' if kind == 'rot' else 'nobody can read'} sector {spot.sector} of {spot.file}"
        return (lambda: None) if kind == "rot" else lambda: levers.mend(spot)
