"""Partitions: nodes that cannot reach each other."""

from collections.abc import Sequence
from typing import ClassVar

import pydantic

from sim.faults.fault import Fault, Heal, Scene, one_of
from sim.faults.selectors import Selector, count_at_most, named
from sim.world.quantities import Duration
from sim.world.streams import Stream
from sim.world.world import World

Pairs = list[tuple[str, str]]
_SHAPES = ("groups", "isolate", "halves", "bridge", "ring", "one_way")


class Direction(pydantic.BaseModel):
    """From whom to whom nothing gets through."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: Selector = pydantic.Field(alias="from")
    target: Selector = pydantic.Field(alias="to")


class Partition(Fault):
    """Cut links between nodes.

    groups: nothing passes between different groups. isolate: each of these is alone. halves: a drawn half against
    the other. bridge: two halves and one node that both can reach; `sides` names the halves. ring: each node reaches
    its two neighbours in a drawn circle; `order` names the circle. one-way: nothing passes from some to others, the
    way back is open. flapping: the cut comes and goes with this period. Clients reach everybody unless a group names
    them.
    """

    verb: ClassVar[str] = "partition"
    example: ClassVar[str] = "{groups: [[leader, random:1], others]}"

    groups: tuple[Selector, ...] | None = None
    isolate: Selector | None = None
    halves: pydantic.StrictBool = False
    bridge: Selector | None = None
    sides: tuple[Selector, Selector] | None = None
    ring: pydantic.StrictBool = False
    order: Selector | None = None
    one_way: Direction | None = pydantic.Field(None, alias="one-way")
    flapping: Duration | None = None

    @pydantic.model_validator(mode="after")
    def _one_shape(self) -> "Partition":
        one_of(self, _SHAPES)
        if self.groups is not None and len(self.groups) < 2:
            raise ValueError("expected two or more groups")
        for name, shape in (("sides", self.bridge is not None), ("order", self.ring)):
            if getattr(self, name) is not None and not shape:
                raise ValueError(f"'{name}' goes with '{'bridge' if name == 'sides' else 'ring'}' only")
        if self.flapping == 0:
            raise ValueError("a cut that comes and goes needs a period above 0")
        return self

    @classmethod
    def draw(cls, stream: Stream) -> "Partition":
        """Any shape, one in five of them flapping."""
        shape = stream.weighted({"leader": 3, "halves": 2, "isolate": 2, "bridge": 1, "ring": 1, "one-way": 2})
        forms: dict[str, dict[str, object]] = {
            "leader": {"groups": [["leader", "random:1"], "others"]},
            "halves": {"halves": True},
            "isolate": {"isolate": "random:1"},
            "bridge": {"bridge": "random:1"},
            "ring": {"ring": True},
            "one-way": {"one-way": {"from": "random:1", "to": "others"}},
        }
        flapping = {"flapping": f"{stream.between(200, 2000)}ms"} if stream.below(5) == 0 else {}
        return cls.model_validate(forms[shape] | flapping)

    def selectors(self) -> list[tuple[str, Selector]]:
        """Those of its shape."""
        if self.one_way is not None:
            return [("one-way", self.one_way.source), ("one-way", self.one_way.target)]
        if self.groups is not None:
            return [("groups", group) for group in self.groups]
        sides = [("sides", side) for side in self.sides or ()]
        single = (("isolate", self.isolate), ("bridge", self.bridge), ("order", self.order))
        return [*((name, one) for name, one in single if one is not None), *sides]

    def written(self, scene: Scene) -> "Partition":
        """With the nodes of each side; drawn halves become groups."""
        meant = scene.meant
        if self.one_way is not None:
            ends = {"source": named(self.one_way.source, meant[0]), "target": named(self.one_way.target, meant[1])}
            return self.model_copy(update={"one_way": self.one_way.model_copy(update=ends)})
        if self.isolate is not None:
            return self.model_copy(update={"isolate": named(self.isolate, meant[0])})
        if self.bridge is not None:
            return self.model_copy(update={"bridge": named(self.bridge, meant[0]), "sides": tuple(meant[1:])})
        if self.ring:
            return self.model_copy(update={"order": meant[0]})
        written = tuple(named(group, found) for group, found in zip(self.groups or meant, meant, strict=True) if found)
        return self.model_copy(update={"halves": False, "groups": written})

    def down(self, servers: int) -> int:
        """All but the largest side, as far as the shape tells before the nodes are known; nobody behind a bridge."""
        if self.isolate is not None:
            return count_at_most(self.isolate, servers)
        if self.one_way is not None:
            return min(_sizes((self.one_way.source, self.one_way.target), servers))
        if self.groups is not None:
            sizes = _sizes(self.groups, servers)
            return sum(sizes) - max(sizes)
        return servers // 2 if self.halves or self.ring else 0

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Cut the pairs of the shape."""
        pairs = self._pairs(scene)
        if not pairs:
            return None
        cutting = _Cutting(world, pairs)
        cutting.cut()
        if self.flapping is not None:
            cutting.flap(self.flapping // 2)
        return cutting.end

    def _pairs(self, scene: Scene) -> Pairs:
        scene.reason = "only one side has nodes"
        if self.one_way is not None:
            return self._one_way_pairs(scene, self.one_way)
        if self.ring:
            return _ring(scene, self.order)
        if self.bridge is not None:
            return self._bridge_pairs(scene, self.bridge)
        return _between(self._sides(scene), scene)

    def _sides(self, scene: Scene) -> list[tuple[str, ...]]:
        """The groups that cannot reach each other."""
        servers = scene.roster.servers
        if self.isolate is not None:
            alone = scene.resolve(self.isolate)
            rest = tuple(name for name in servers if name not in alone)
            return [*((name,) for name in alone), rest] if alone else []
        if self.halves:
            order = scene.stream.shuffled(servers)
            scene.meant = [tuple(order[: len(order) // 2]), tuple(order[len(order) // 2 :])]
            return scene.meant
        sides: list[tuple[str, ...]] = []
        for group in self.groups or ():
            sides.append(scene.resolve(group, taken=[name for side in sides for name in side]))
        return sides

    def _bridge_pairs(self, scene: Scene, selector: Selector) -> Pairs:
        bridge = scene.resolve(selector)
        if not bridge:
            return []
        pairs = _between(self._halves(scene, bridge), scene)
        scene.targets = (*bridge, *scene.targets)
        scene.effect += f", joined by {' '.join(bridge)}"
        return pairs

    def _halves(self, scene: Scene, bridge: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The two halves that a bridge joins, named or drawn."""
        if self.sides is not None:
            first = scene.resolve(self.sides[0], taken=bridge)
            return [first, scene.resolve(self.sides[1], taken=(*bridge, *first))]
        rest = scene.stream.shuffled([name for name in scene.roster.servers if name not in bridge])
        halves = [tuple(rest[: len(rest) // 2]), tuple(rest[len(rest) // 2 :])]
        scene.meant += halves
        return halves

    def _one_way_pairs(self, scene: Scene, direction: Direction) -> Pairs:
        sources = scene.resolve(direction.source)
        targets = scene.resolve(direction.target, taken=sources)
        scene.targets = (*sources, *targets)
        scene.effect = f"{' '.join(sources)} -> {' '.join(targets)}"
        return [(source, target) for source in sources for target in targets]


class _Cutting:
    """A set of pairs that is cut now, or not."""

    def __init__(self, world: World, pairs: Pairs) -> None:
        self._world = world
        self._pairs = pairs
        self._is_cut = False
        self._ended = False

    def cut(self) -> None:
        """Cut all pairs."""
        self._is_cut = True
        for source, target in self._pairs:
            self._world.network.cut(source, target)

    def mend(self) -> None:
        """Mend all pairs."""
        self._is_cut = False
        for source, target in self._pairs:
            self._world.network.mend(source, target)

    def flap(self, half: int) -> None:
        """Change over every `half` ns until the end."""
        self._world.at(self._world.now + max(half, 1), lambda: self._change(half))

    def _change(self, half: int) -> None:
        if not self._ended:
            (self.mend if self._is_cut else self.cut)()
            self.flap(half)

    def end(self) -> None:
        """Mend for good."""
        self._ended = True
        if self._is_cut:
            self.mend()


def _sizes(groups: Sequence[Selector], servers: int) -> list[int]:
    """How many servers stand in each group, as far as the groups say; `others` are those that are left."""
    sizes = [0 if "others" in group else count_at_most(group, servers) for group in groups]
    left = max(0, servers - sum(sizes))
    return [left if "others" in group else size for group, size in zip(groups, sizes, strict=True)]


def _between(sides: Sequence[tuple[str, ...]], scene: Scene) -> Pairs:
    """All pairs of nodes on different sides, both ways; none unless two sides have somebody."""
    sides = [side for side in sides if side]
    scene.targets = tuple(name for side in sides for name in side)
    scene.effect = " | ".join(" ".join(side) for side in sides)
    return [(one, other) for side in sides for away in sides if side is not away for one in side for other in away]


def _ring(scene: Scene, named_order: Selector | None) -> Pairs:
    order = scene.resolve(named_order) if named_order else tuple(scene.stream.shuffled(scene.roster.servers))
    scene.meant = [order]
    scene.targets = order
    scene.effect = " - ".join(order)
    size = len(order)
    near = {(order[i], order[(i + step) % size]) for i in range(size) for step in (1, -1, 0)}
    pairs = [(one, other) for one in order for other in order if (one, other) not in near]
    scene.reason = "fewer than four servers are a ring already"
    return pairs
