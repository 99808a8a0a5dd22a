"""Crashes: nodes that stop at once, and what their disks keep of what was not synced."""

from typing import ClassVar, Literal

from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Selector, count_at_most, named
from sim.world.streams import Stream
from sim.world.world import World

Mode = Literal["keep", "lose-unsynced", "torn", "reordered", "wipe"]


class Crash(Fault):
    """Crash nodes; they start again when the fault heals, or with `restart: never` not in this run.

    disk says what is left of writes that were not synced: keep (the process was killed), lose-unsynced (none of them),
    torn (some, the last cut at a sector), reordered (any of them), wipe (the disk is empty).
    A draw takes nodes that are up. A node that is named and down already is held down: it starts when every fault that
    crashed it has healed.
    """

    verb: ClassVar[str] = "crash"
    example: ClassVar[str] = "{nodes: random:1, disk: torn}"

    nodes: Selector = ("random:1",)
    disk: Mode = "lose-unsynced"
    restart: Literal["heal", "never"] = "heal"

    @classmethod
    def draw(cls, stream: Stream) -> "Crash":
        """One server, mostly; any mode but wipe, which no protocol survives without being told."""
        nodes = stream.weighted({"random:1": 5, "leader": 3, "random:2": 2})
        disk = stream.weighted({"lose-unsynced": 3, "torn": 2, "reordered": 2, "keep": 2})
        return cls.model_validate({"nodes": nodes, "disk": disk})

    def down(self, servers: int) -> int:
        """As many as the selector names."""
        return count_at_most(self.nodes, servers)

    def lasts(self) -> bool:
        """A wiped node has to catch up, and one that never starts stays away."""
        return self.disk == "wipe" or self.restart == "never"

    def selectors(self) -> list[tuple[str, Selector]]:
        """Who crashes."""
        return [("nodes", self.nodes)]

    def written(self, scene: Scene) -> "Crash":
        """With the nodes that it hit."""
        return self.model_copy(update={"nodes": named(self.nodes, scene.meant[0])})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Crash them, or hold them down."""
        up = [name for name, node in world.nodes.items() if node.up]
        targets = scene.targets = scene.resolve(self.nodes, among=up)
        if not targets:
            return None
        for name in targets:
            world.crash(name, self.disk, scene.stream.child(name))
            if self.disk == "wipe":
                scene.atlas.note(name)
        scene.effect = f"disk {self.disk}" + (", for good" if self.restart == "never" else "")

        def heal() -> None:
            if self.restart == "heal":
                for name in targets:
                    world.start(name)

        return heal
