"""Bad disks: syncs that fail or lie, rot, lost and misdirected writes, bad sectors, full, slow."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import pydantic

from sim.faults.fault import Fault, Heal, Scene, one_of
from sim.faults.selectors import Selector, count_at_most, named
from sim.world.disk import Disk as NodeDisk
from sim.world.quantities import Duration, Size
from sim.world.streams import Stream
from sim.world.world import World

Count = Annotated[int, pydantic.Field(strict=True, ge=1, le=1000)]
_KINDS = (
    "failing_fsync", "lying_fsync", "lost_write", "misdirected_write", "bit_rot", "unreadable", "full", "slow",
    "stall", "read_only",
)  # fmt: skip


class Disk(Fault):
    """Break the disks of nodes, in one of these ways.

    failing-fsync: so many syncs return an error, and `pages` says what is left of what they were to write (clean,
    revert, retain). lying-fsync: syncs return while the sectors lie in the device's cache. lost-write,
    misdirected-write: so many synced writes miss a sector. bit-rot: so many bits of a durable sector flip. unreadable:
    a sector cannot be read until it is rewritten. full: only so much more space. slow: syncs take so many times as
    long. stall: nothing completes for so long. read-only: every change is refused. `files` (a glob) and `where` pick
    the sector. Healing restores the levers; what is lost stays lost.
    """

    verb: ClassVar[str] = "disk"
    example: ClassVar[str] = "{nodes: random:1, slow: 20}"

    nodes: Selector = ("random:1",)
    files: str = "*"
    where: Literal["head", "middle", "tail", "any"] = "any"
    pages: Literal["clean", "revert", "retain"] = "clean"
    failing_fsync: Count | None = pydantic.Field(None, alias="failing-fsync")
    lying_fsync: pydantic.StrictBool = pydantic.Field(False, alias="lying-fsync")
    lost_write: Count | None = pydantic.Field(None, alias="lost-write")
    misdirected_write: Count | None = pydantic.Field(None, alias="misdirected-write")
    bit_rot: Count | None = pydantic.Field(None, alias="bit-rot")
    unreadable: pydantic.StrictBool = False
    full: Size | None = None
    slow: Count | None = None
    stall: Duration | None = None
    read_only: pydantic.StrictBool = pydantic.Field(False, alias="read-only")

    @pydantic.model_validator(mode="after")
    def _one_kind(self) -> "Disk":
        one_of(self, _KINDS)
        return self

    @classmethod
    def draw(cls, stream: Stream) -> "Disk":
        """What a protocol on honest disks must survive: slow, stalling, failing and full ones."""
        kind = stream.weighted({"slow": 3, "stall": 2, "failing-fsync": 2, "full": 1})
        forms: dict[str, object] = {
            "slow": stream.between(5, 200),
            "stall": f"{stream.between(50, 2000)}ms",
            "failing-fsync": stream.between(1, 2),
            "full": f"{stream.between(0, 2000)}B",
        }
        nodes = stream.weighted({"random:1": 2, "leader": 2})
        return cls.model_validate({"nodes": nodes, kind: forms[kind]})

    def down(self, servers: int) -> int:
        """A node whose disk refuses falls."""
        refuses = self.failing_fsync or self.full is not None or self.read_only
        return count_at_most(self.nodes, servers) if refuses else 0

    def damages(self) -> bool:
        """Whether what was said to be durable may be lost."""
        return bool(self.lying_fsync or self.lost_write or self.misdirected_write or self.bit_rot or self.unreadable)

    def selectors(self) -> list[tuple[str, Selector]]:
        """Whose disks."""
        return [("nodes", self.nodes)]

    def written(self, scene: Scene) -> "Disk":
        """With the nodes that it hit."""
        return self.model_copy(update={"nodes": named(self.nodes, scene.meant[0])})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Pull the lever on each disk."""
        heals: list[tuple[str, Heal]] = []
        for name in scene.resolve(self.nodes):
            heal = self._break(world.nodes[name].disk, scene, world)
            if heal is not None:
                heals.append((name, heal))
                if self.damages():
                    scene.atlas.note(name)
        if not heals:
            return None
        scene.targets = tuple(name for name, _ in heals)

        def heal_all() -> None:
            for _, heal in heals:
                heal()

        return heal_all

    def _break(self, disk: NodeDisk, scene: Scene, world: World) -> Heal | None:
        kind = one_of(self, _KINDS)
        ways: dict[str, Callable[[NodeDisk, Scene], Heal | None]] = {
            "failing_fsync": self._fail,
            "lying_fsync": self._lie,
            "lost_write": self._lose,
            "misdirected_write": self._misdirect,
            "bit_rot": self._rot,
            "unreadable": self._spoil,
            "full": self._fill,
            "slow": self._slow,
            "stall": lambda disk, _: self._stall(disk, world),
            "read_only": self._lock,
        }
        return ways[kind](disk, scene)

    def _fail(self, disk: NodeDisk, scene: Scene) -> Heal:
        stream = scene.stream.child(disk.name)
        return disk.levers.fail_syncs(stream, files=self.files, times=self.failing_fsync, pages=self.pages)

    def _lie(self, disk: NodeDisk, scene: Scene) -> Heal:  # noqa: ARG002
        return disk.levers.lie(files=self.files)

    def _lose(self, disk: NodeDisk, scene: Scene) -> Heal:
        stream = scene.stream.child(disk.name)
        return disk.levers.lose_writes(stream, files=self.files, times=self.lost_write or 0)

    def _misdirect(self, disk: NodeDisk, scene: Scene) -> Heal:
        stream = scene.stream.child(disk.name)
        return disk.levers.misdirect_writes(stream, files=self.files, times=self.misdirected_write or 0)

    def _rot(self, disk: NodeDisk, scene: Scene) -> Heal | None:
        stream = scene.stream.child(disk.name)
        spot = disk.levers.rot(stream, files=self.files, where=self.where, bits=self.bit_rot or 0)
        if spot is None:
            scene.reason = f"no durable file matches {self.files!r}"
            return None
        scene.effect = f"{spot.bits} bits in sector {spot.sector} of {spot.file}"
        return _nothing

    def _spoil(self, disk: NodeDisk, scene: Scene) -> Heal | None:
        spot = disk.levers.spoil(scene.stream.child(disk.name), files=self.files, where=self.where)
        if spot is None:
            scene.reason = f"no durable file matches {self.files!r}"
            return None
        scene.effect = f"sector {spot.sector} of {spot.file}"
        return lambda: disk.levers.mend(spot)

    def _fill(self, disk: NodeDisk, scene: Scene) -> Heal:  # noqa: ARG002
        return disk.levers.fill(self.full or 0)

    def _slow(self, disk: NodeDisk, scene: Scene) -> Heal:  # noqa: ARG002
        return disk.levers.slow(self.slow or 1)

    def _stall(self, disk: NodeDisk, world: World) -> Heal:
        unstall = disk.levers.stall()
        world.at(world.now + (self.stall or 0), unstall)
        return unstall

    def _lock(self, disk: NodeDisk, scene: Scene) -> Heal:  # noqa: ARG002
        return disk.levers.lock()


def _nothing() -> None:
    """There is no lever to restore."""
