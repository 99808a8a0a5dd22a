"""Bad coins: common coins that differ between nodes, lean to one side, or are known to the adversary beforehand."""

from typing import Annotated, ClassVar

import pydantic

from sim.faults.fault import Fault, Heal, Scene, one_of
from sim.world.coins import CoinMode
from sim.world.quantities import Probability
from sim.world.streams import Stream
from sim.world.world import World

_KINDS = ("weak", "biased", "predictable", "scripted")


class Coin(Fault):
    """Spoil the common coins that are tossed first while this lasts.

    weak: with this probability everybody sees a number of his own. biased: with this probability its lowest bit is 1.
    predictable: the adversary knows every coin before anybody gave a share. scripted: these numbers, by round.
    """

    verb: ClassVar[str] = "coin"
    example: ClassVar[str] = "{weak: 20%}"

    weak: Probability | None = None
    biased: Probability | None = None
    predictable: pydantic.StrictBool = False
    scripted: (
        Annotated[tuple[Annotated[int, pydantic.Field(strict=True, ge=0)], ...], pydantic.Field(min_length=1)] | None
    ) = None

    @pydantic.model_validator(mode="after")
    def _one_kind(self) -> "Coin":
        one_of(self, _KINDS)
        return self

    @classmethod
    def draw(cls, stream: Stream) -> "Coin":
        """A weak or a biased one."""
        kind = stream.weighted({"weak": 2, "biased": 1})
        return cls.model_validate({kind: f"{stream.between(5, 60)}%"})

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Change the mode of coins that nobody has seen yet."""
        mode = CoinMode(self.weak or 0, self.biased or 0, self.predictable, self.scripted or ())
        modes = world.registry.coins.modes
        modes.append(mode)
        scene.targets = scene.roster.servers
        scene.effect = one_of(self, _KINDS)

        def heal() -> None:
            del modes[_place(modes, mode)]

        return heal


def _place(modes: list[CoinMode], mode: CoinMode) -> int:
    return next(place for place, one in enumerate(modes) if one is mode)
