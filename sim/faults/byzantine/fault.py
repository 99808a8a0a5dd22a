"""Byzantine nodes: they lie, keep silent, repeat, or run twice, and still are one identity with one signer."""

from typing import Annotated, ClassVar

import pydantic
from pydantic import AfterValidator

from sim.faults.byzantine.behaviour import Behaviour, Puppet
from sim.faults.byzantine.certificates import DuplicateSigners, EmptyCertificate, Forged
from sim.faults.byzantine.lies import Equivocate, Flood, Mutate, Replay
from sim.faults.byzantine.silence import Delay, Rush, Silent, Withhold
from sim.faults.byzantine.twin import Twin
from sim.faults.fault import Fault, Heal, Scene
from sim.faults.own import find_own
from sim.faults.selectors import Selector, count_at_most
from sim.world.streams import Stream
from sim.world.world import World

_NAMES = (
    "silent", "withhold", "delay", "rush", "equivocate", "mutate", "replay", "flood", "duplicate_signers",
    "empty_certificate", "forged", "twin",
)  # fmt: skip
_DRAWN = {"silent": 2, "withhold": 2, "delay": 1, "equivocate": 3, "mutate": 3, "replay": 2, "forged": 1, "twin": 2}


def _existing(name: str) -> str:
    find_own(name, "behaviours", "BEHAVIOURS")
    return name


class Own(pydantic.BaseModel):
    """A model's own behaviour, by name, with its options."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, AfterValidator(_existing)]
    options: dict[str, object] = pydantic.Field({}, alias="with")

    @pydantic.model_validator(mode="after")
    def _fitting(self) -> "Own":
        self.behaviour()
        return self

    def behaviour(self) -> Behaviour:
        """The behaviour with its options; ValidationError if they do not fit."""
        found: type[Behaviour] = find_own(self.name, "behaviours", "BEHAVIOURS")
        return found.model_validate(self.options)


class Byzantine(Fault):
    """Corrupt nodes: from now on they behave as these say, one after another, and count as faulty in the whole run.

    silent, withhold, delay, rush: say less, later, sooner. equivocate, mutate, replay, flood: say something else.
    duplicate-signers, empty-certificate, forged: prove nothing. twin: run twice. own: what a model brings along. Each
    may be limited to some `types` of messages and to those it sends `to`. Healing lets the nodes speak for themselves.
    """

    verb: ClassVar[str] = "byzantine"
    example: ClassVar[str] = "{nodes: random:1, mutate: {chance: 50%}, silent: {to: random:1}}"

    nodes: Selector = ("random:1",)
    silent: Silent | None = None
    withhold: Withhold | None = None
    delay: Delay | None = None
    rush: Rush | None = None
    equivocate: Equivocate | None = None
    mutate: Mutate | None = None
    replay: Replay | None = None
    flood: Flood | None = None
    duplicate_signers: DuplicateSigners | None = pydantic.Field(None, alias="duplicate-signers")
    empty_certificate: EmptyCertificate | None = pydantic.Field(None, alias="empty-certificate")
    forged: Forged | None = None
    twin: Twin | None = None
    own: Own | None = None

    @pydantic.model_validator(mode="after")
    def _some_behaviour(self) -> "Byzantine":
        if not self.behaviours():
            shown = [(type(self).model_fields[name].alias or name) for name in (*_NAMES, "own")]
            raise ValueError(f"expected at least one of {', '.join(shown)}")
        return self

    def behaviours(self) -> list[Behaviour]:
        """Its behaviours, in the order in which they act on a message."""
        found = [getattr(self, name) for name in _NAMES]
        own = [] if self.own is None else [self.own.behaviour()]
        return [*own, *(one for one in found if one is not None)]

    @classmethod
    def draw(cls, stream: Stream) -> "Byzantine":
        """One server and one or two behaviours."""
        first = stream.weighted(_DRAWN)
        names = dict.fromkeys((first, stream.weighted(_DRAWN)))
        return cls.model_validate({"nodes": "random:1", **{name: {} for name in names}})

    def down(self, servers: int) -> int:
        """As many as the selector names: none of them counts as there."""
        return count_at_most(self.nodes, servers)

    def lasts(self) -> bool:
        """Who lied once counts as faulty to the end."""
        return True

    def selectors(self) -> list[tuple[str, Selector]]:
        """Who is corrupt, and whom they treat specially."""
        inner = [(one.verb, selector) for one in self.behaviours() for selector in one.selectors()]
        return [("nodes", self.nodes), *((verb, one) for verb, one in inner if verb.replace("-", "_") in _NAMES)]

    def inject(self, world: World, scene: Scene) -> Heal | None:
        """Hang every node on one string for each behaviour."""
        targets = scene.targets = scene.resolve(self.nodes)
        if not targets:
            return None
        puppets: list[Puppet] = []
        for name in targets:
            others = [other for other in targets if other != name]
            puppets += [Puppet(world, world.nodes[name], one, scene, others) for one in self.behaviours()]
        for puppet in puppets:
            puppet.behaviour.begin(puppet)
            world.corrupt(puppet.name, puppet)
        scene.effect = ", ".join(one.verb for one in self.behaviours())

        def heal() -> None:
            for puppet in puppets:
                puppet.behaviour.end(puppet)
                world.redeem(puppet.name, puppet)

        return heal
