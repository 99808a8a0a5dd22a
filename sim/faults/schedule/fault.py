"""An adversarial scheduler as a fault: it takes over the network, and lets go of everything when it heals."""

from typing import Annotated, ClassVar, Literal

import pydantic
from pydantic import AfterValidator

from sim.faults.fault import Fault, Heal, Scene, one_of
from sim.faults.own import find_own
from sim.faults.schedule.conductor import Conductor, Order
from sim.faults.schedule.orders import (
    Bounded,
    ByRound,
    Fifo,
    Isolating,
    LastMinute,
    Pareto,
    Priority,
    QuorumBlocking,
    Random,
    Rushing,
    SlowTypes,
    Uneven,
)
from sim.faults.schedule.searches import Chains, Deviations
from sim.faults.selectors import Selector
from sim.world.streams import Stream
from sim.world.world import World

_NAMES = (
    "random", "pareto", "bounded", "fifo", "priority", "rushing", "quorum_blocking", "isolating", "slow_types",
    "uneven", "last_minute", "chains", "deviations", "by_round", "own",
)  # fmt: skip
_DRAWN = {"random": 3, "pareto": 2, "priority": 3, "rushing": 2, "quorum-blocking": 3, "last-minute": 1, "bounded": 1}


def _existing(name: str) -> str:
    find_own(name, "schedulers", "SCHEDULERS")
    return name


class OwnOrder(pydantic.BaseModel):
    """A model's own scheduler, by name, with its options."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, AfterValidator(_existing)]
    options: dict[str, object] = pydantic.Field({}, alias="with")

    @pydantic.model_validator(mode="after")
    def _fitting(self) -> "OwnOrder":
        self.order()
        return self

    def order(self) -> Order:
        """The scheduler with its options; ValidationError if they do not fit."""
        found: type[Order] = find_own(self.name, "schedulers", "SCHEDULERS")
        return found.model_validate(self.options)


class Schedule(Fault):
    """Let an adversary decide when messages arrive: any finite time is legal, and nothing is lost.

    random, pareto, bounded, fifo, last-minute: distributions and orders. priority: some are always late. rushing: the
    corrupt first. quorum-blocking: whoever waits for a quorum waits for the last one. isolating: the leader hears and
    is heard late. slow-types, uneven: some types are late. chains: links have priorities. deviations: single messages
    are late. by-round: groups that change from step to step. own: what a model brings along. It sees headers, with
    `sees: all` contents too. Whatever it still holds arrives when it heals.
    """

    verb: ClassVar[str] = "schedule"
    example: ClassVar[str] = "{quorum-blocking: {late: 30ms}}"

    sees: Literal["headers", "all"] = "headers"
    random: Random | None = None
    pareto: Pareto | None = None
    bounded: Bounded | None = None
    fifo: Fifo | None = None
    priority: Priority | None = None
    rushing: Rushing | None = None
    quorum_blocking: QuorumBlocking | None = pydantic.Field(None, alias="quorum-blocking")
    isolating: Isolating | None = None
    slow_types: SlowTypes | None = pydantic.Field(None, alias="slow-types")
    uneven: Uneven | None = None
    last_minute: LastMinute | None = pydantic.Field(None, alias="last-minute")
    chains: Chains | None = None
    deviations: Deviations | None = None
    by_round: ByRound | None = pydantic.Field(None, alias="by-round")
    own: OwnOrder | None = None

    @pydantic.model_validator(mode="after")
    def _one_order(self) -> "Schedule":
        order = self.order()
        if order.reads and self.sees != "all":
            raise ValueError(f"{order.verb} reads messages: write 'sees: all'")
        return self

    def order(self) -> Order:
        """The one that is named."""
        chosen: Order | OwnOrder = getattr(self, one_of(self, _NAMES))
        return chosen.order() if isinstance(chosen, OwnOrder) else chosen

    @classmethod
    def draw(cls, stream: Stream) -> "Schedule":
        """One of the general ones."""
        return cls.model_validate({stream.weighted(_DRAWN): {}})

    def selectors(self) -> list[tuple[str, Selector]]:
        """Whom it isolates, between whom it is slow, and who else is named."""
        found = [] if self.isolating is None else [("isolating", self.isolating.whom)]
        if self.slow_types is not None:
            found += [("slow-types", self.slow_types.source), ("slow-types", self.slow_types.target)]
        return found if self.by_round is None else [*found, ("by-round", self.by_round.names())]

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Take over every link between two nodes."""
        order = self.order()
        scene.targets = scene.roster.servers
        scene.effect = order.verb
        conductor = Conductor(world, order, scene, self.sees)
        order.begin(conductor)
        world.network.obey(conductor)

        def heal() -> None:
            world.network.ignore(conductor)
            conductor.end()

        return heal
