"""Crashes: nodes that stop at once, and what their disks keep of what was not synced."""

from typing import ClassVar, Literal

from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Selector
from sim.world.streams import Stream
from sim.world.world import World

Mode = Literal["keep", "lose-unsynced", "torn", "reordered", "wipe"]


class Crash(Fault):
    """Crash nodes; they start again when the fault heals.

    disk says what is left of writes that were not synced: keep (the process was killed), lose-unsynced (none of them),
    torn (some, the last cut at a sector), reordered (any of them), wipe (the disk is empty).
    """

    verb: ClassVar[str] = "crash"
    example: ClassVar[str] = "{nodes: random:1, disk: torn}"

    nodes: Selector = ("random:1",)
    disk: Mode = "lose-unsynced"

    @classmethod
    def draw(cls, stream: Stream) -> "Crash":
        """One server, mostly; any mode but wipe, which no protocol survives without being told."""
        nodes = stream.weighted({"random:1": 5, "leader": 3, "random:2": 2})
        disk = stream.weighted({"lose-unsynced": 3, "torn": 2, "reordered": 2, "keep": 2})
        return cls.model_validate({"nodes": nodes, "disk": disk})

    def down(self, servers: int) -> int:
        """As many as the selector names."""
        return count_of(self.nodes, servers)

    def selectors(self) -> list[tuple[str, Selector]]:
        """Who crashes."""
        return [("nodes", self.nodes)]

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Crash those that are up."""
        up = [name for name, node in world.nodes.items() if node.up]
        targets = scene.targets = scene.resolve(self.nodes, among=up)
        if not targets:
            return None
        for name in targets:
            world.crash(name, self.disk, scene.stream.child(name))
        scene.effect = f"disk {self.disk}"

        def heal() -> None:
            for name in targets:
                world.start(name)

        return heal


def count_of(selector: Selector, servers: int) -> int:
    """How many servers a selector means at most, as far as it says."""
    counts = {"minority": (servers - 1) // 2, "majority": servers // 2 + 1, "followers": servers - 1}
    counts |= dict.fromkeys(("all", "servers", "others"), servers)
    total = 0
    for member in selector:
        number = member.removeprefix("random:")
        if number != member:
            total += -(-servers * int(number[:-1]) // 100) if number.endswith("%") else int(number)
        else:
            total += counts.get(member, servers if "*" in member or ":" in member else 1)
    return min(total, servers)
