"""Bad clocks: they jump, run fast or slow, or stand still."""

from typing import ClassVar

import pydantic

from sim.faults.fault import Fault, Heal, Scene, one_of
from sim.faults.selectors import Selector, named
from sim.world.quantities import Drift, Span
from sim.world.streams import Stream
from sim.world.units import MILLION
from sim.world.world import World


class Clock(Fault):
    """Disturb the clocks of nodes.

    jump steps the wall clock and steps it back at healing; timers do not notice. drift lets the whole clock, timers
    too, gain so much on world time; drifts add up. freeze stops it; the time that was missed stays missed.
    """

    verb: ClassVar[str] = "clock"
    example: ClassVar[str] = "{nodes: random:2, drift: 300ppm}"

    nodes: Selector = ("random:1",)
    jump: Span | None = None
    drift: Drift | None = None
    freeze: pydantic.StrictBool = False

    @pydantic.model_validator(mode="after")
    def _one_kind(self) -> "Clock":
        one_of(self, ("jump", "drift", "freeze"))
        return self

    @classmethod
    def draw(cls, stream: Stream) -> "Clock":
        """Jumps of up to 10 s, drifts of up to 5%, freezes."""
        kind = stream.weighted({"jump": 2, "drift": 3, "freeze": 1})
        sign = stream.choice(("", "-"))
        forms: dict[str, object] = {
            "jump": f"{sign}{stream.between(1, 10_000)}ms",
            "drift": f"{sign}{stream.between(10, 50_000)}ppm",
            "freeze": True,
        }
        nodes = stream.weighted({"random:1": 2, "leader": 2, "minority": 1})
        return cls.model_validate({"nodes": nodes, kind: forms[kind]})

    def selectors(self) -> list[tuple[str, Selector]]:
        """Whose clocks."""
        return [("nodes", self.nodes)]

    def written(self, scene: Scene) -> "Clock":
        """With the nodes that it hit."""
        return self.model_copy(update={"nodes": named(self.nodes, scene.meant[0])})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Disturb; healing undoes this disturbance and no other."""
        targets = scene.targets = scene.resolve(self.nodes)
        if not targets:
            return None
        clocks = [world.nodes[name].clock for name in targets]
        jump, drift = self.jump or 0, self.drift or 0
        if any(clock.drift_ppm + drift <= -MILLION for clock in clocks):
            scene.reason = "with the drifts that are there, a clock would run backwards"
            return None
        for clock in clocks:
            clock.jump(jump)
            if drift:
                clock.set_drift(clock.drift_ppm + drift)
            if self.freeze:
                clock.freeze()

        def heal() -> None:
            for clock in clocks:
                clock.jump(-jump)
                if drift:
                    clock.set_drift(clock.drift_ppm - drift)
                if self.freeze:
                    clock.thaw()

        return heal
