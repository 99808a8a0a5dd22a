"""Bad links: slow, lossy, duplicating, reordering, corrupting, narrow, or haunted by old messages."""

from typing import ClassVar

import pydantic

from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Selector, named
from sim.world.distributions import Distribution, Exponential
from sim.world.link_rule import LinkRule
from sim.world.quantities import Bandwidth, Duration, LatencyField, Probability
from sim.world.streams import Stream
from sim.world.units import MS, SECOND
from sim.world.world import World

_EFFECTS = ("latency", "loss", "duplicate", "reorder", "corrupt", "bandwidth", "replay")


class Link(Fault):
    """Degrade links, both ways unless `both: false`.

    latency is added to each message. loss, duplicate, reorder, corrupt and replay are probabilities: a reordered
    message is held back by up to `window`; a corrupted one is dropped, or with `checksum: false` delivered with a bit
    flipped; a replayed one comes again `age` later. bandwidth is shared by the messages of one direction.
    """

    verb: ClassVar[str] = "link"
    example: ClassVar[str] = "{from: random:1, to: others, latency: 20ms, loss: 10%, duplicate: 5%, reorder: 20%}"

    source: Selector = pydantic.Field(("servers",), alias="from")
    target: Selector = pydantic.Field(("all",), alias="to")
    both: pydantic.StrictBool = True
    latency: LatencyField | None = None
    loss: Probability = 0
    duplicate: Probability = 0
    reorder: Probability = 0
    window: Duration = 10 * MS
    corrupt: Probability = 0
    checksum: pydantic.StrictBool = True
    bandwidth: Bandwidth | None = None
    replay: Probability = 0
    age: LatencyField = Exponential(10 * SECOND)

    @pydantic.model_validator(mode="after")
    def _some_effect(self) -> "Link":
        if not any(getattr(self, name) for name in _EFFECTS):
            raise ValueError(f"expected at least one of {', '.join(_EFFECTS)}")
        return self

    @classmethod
    def draw(cls, stream: Stream) -> "Link":
        """One to three effects on the links of one server, or of all."""
        forms = {
            "latency": f"{stream.between(1, 60)}ms",
            "loss": f"{stream.between(1, 30)}%",
            "duplicate": f"{stream.between(1, 30)}%",
            "reorder": f"{stream.between(5, 50)}%",
            "corrupt": f"{stream.between(1, 10)}%",
            "replay": f"{stream.between(1, 5)}%",
        }
        chosen = stream.sample(list(forms), stream.between(1, 3))
        who = stream.weighted({"random:1": 2, "leader": 1, "servers": 1})
        return cls.model_validate({"from": who, **{name: forms[name] for name in sorted(chosen)}})

    def selectors(self) -> list[tuple[str, Selector]]:
        """Both ends."""
        return [("from", self.source), ("to", self.target)]

    def written(self, scene: Scene) -> "Link":
        """With the nodes at both ends."""
        sources, targets = scene.meant
        return self.model_copy(update={"source": named(self.source, sources), "target": named(self.target, targets)})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Put a rule on every link between the two ends."""
        sources = scene.resolve(self.source)
        targets = scene.resolve(self.target, taken=sources if "others" in self.target else ())
        ways = [(one, other) for one in sources for other in targets if one != other]
        if not ways:
            return None
        back = [(other, one) for one, other in ways] if self.both else []
        scene.targets = tuple(dict.fromkeys((*sources, *targets)))
        scene.effect = f"{' '.join(sources)} {'<->' if self.both else '->'} {' '.join(targets)}"
        handle = world.network.degrade([*ways, *back], self._rule(scene.id))
        return lambda: world.network.restore(handle)

    def _rule(self, fault_id: str) -> LinkRule:
        latency: Distribution | None = self.latency
        return LinkRule(
            fault_id, latency=latency, loss=self.loss, duplicate=self.duplicate, reorder=self.reorder,
            window=self.window, corrupt=self.corrupt, checksum=self.checksum, bandwidth=self.bandwidth,
            replay=self.replay, age=self.age,
        )  # fmt: skip
