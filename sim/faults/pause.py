"""Pauses: processes that stand still while the world goes on, as in a long garbage collection or a stopped VM."""

from typing import ClassVar

from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Selector, count_at_most, named
from sim.world.streams import Stream
from sim.world.world import World


class Pause(Fault):
    """Pause nodes. What reaches them waits and is handled in order when they go on; overdue timers ring then."""

    verb: ClassVar[str] = "pause"
    example: ClassVar[str] = "{nodes: leader}"

    nodes: Selector = ("random:1",)

    @classmethod
    def draw(cls, stream: Stream) -> "Pause":
        """One server."""
        return cls.model_validate({"nodes": stream.weighted({"random:1": 2, "leader": 2})})

    def down(self, servers: int) -> int:
        """As many as the selector names."""
        return count_at_most(self.nodes, servers)

    def selectors(self) -> list[tuple[str, Selector]]:
        """Who stands still."""
        return [("nodes", self.nodes)]

    def written(self, scene: Scene) -> "Pause":
        """With the nodes that it hit."""
        return self.model_copy(update={"nodes": named(self.nodes, scene.meant[0])})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Pause them. A draw takes nodes that are up; one that is named and down is still paused when it starts."""
        up = [name for name, node in world.nodes.items() if node.up]
        targets = scene.targets = scene.resolve(self.nodes, among=up)
        if not targets:
            return None
        for name in targets:
            world.pause(name)

        def heal() -> None:
            for name in targets:
                world.resume(name)

        return heal
