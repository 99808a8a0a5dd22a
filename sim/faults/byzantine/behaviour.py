"""A Byzantine behaviour: what a corrupt node does with what its honest code says and hears.

The code of the node stays as it is and works for any model; a behaviour stands between it and the network, holds the
node's signer, and knows what its colluders know. It cannot send in another's name, sign for the honest or read what it
was not sent.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import ClassVar

import pydantic

from sim.faults.byzantine.fields import kind_of
from sim.faults.byzantine.variants import Vocabulary
from sim.faults.fault import Scene
from sim.faults.selectors import Selector
from sim.world.message import Ask, Event, Message
from sim.world.node import Node
from sim.world.streams import Stream
from sim.world.world import World

Said = Iterable[tuple[str, Message]]
_REMEMBERED = 256


class Acted(Event):
    """A Byzantine node did not do what its code would have: `behaviour`, to a message of type `kind` for `to`."""

    behaviour: str
    kind: str
    to: str


class Behaviour(pydantic.BaseModel):
    """One behaviour of a scenario. It touches messages of `types` (all if empty) that go to the nodes of `to`."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    verb: ClassVar[str] = ""

    types: tuple[str, ...] = ()
    to: Selector = ("all",)

    def begin(self, puppet: "Puppet") -> None:
        """The node has just become corrupt."""

    def end(self, puppet: "Puppet") -> None:
        """The node is about to speak for itself again."""

    def outgoing(self, puppet: "Puppet", to: str, message: Message) -> Said:  # noqa: ARG002
        """What leaves instead of `message`, and to whom."""
        return ((to, message),)

    def incoming(self, puppet: "Puppet", source: str, message: Message) -> bool:  # noqa: ARG002
        """Whether the node's own code is shown what arrived."""
        return True

    def selectors(self) -> list[Selector]:
        """The selectors it holds."""
        return [self.to]


class Puppet:
    """A corrupt node under one behaviour, with what it remembers.

    `heard` and `said` are the last messages; `versions` what it made of which message, so that all whom it tells one
    story hear the same; `colluders` are the other nodes of the same fault. `seen` and `memory` are the behaviour's own.
    """

    def __init__(self, world: World, node: Node, behaviour: Behaviour, scene: Scene, colluders: Sequence[str]) -> None:
        self.world = world
        self.node = node
        self.behaviour = behaviour
        self.scene = scene
        self.stream: Stream = scene.stream.child(node.name, behaviour.verb)
        self.signer = node.signer
        self.colluders = tuple(colluders)
        self.peers = tuple(name for name in (*scene.roster.servers, *scene.roster.clients) if name != node.name)
        self.targets = frozenset(scene.resolve(behaviour.to))
        self.vocabulary = Vocabulary(scene.roster.servers)
        self.heard: deque[Message] = deque(maxlen=_REMEMBERED)
        self.said: deque[Message] = deque(maxlen=_REMEMBERED)
        self.versions: dict[Message, Message] = {}
        self.sides: dict[str, int] = {}
        self.stories: dict[tuple[str | int, str | bytes], str | bytes] = {}
        self.seen: dict[object, None] = {}
        self.stages: dict[tuple[str, int], int] = {}
        self.memory: object = None
        self.twin: Node | None = None
        self.acts = 0
        scene.acts.setdefault(behaviour.verb, 0)

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    def outgoing(self, to: str, message: Message) -> Said:
        """Ask the behaviour, if the message is one that it touches."""
        if not self.said or self.said[-1] is not message:
            self.said.append(message)
            self.vocabulary.learn(message)
        if to not in self.targets or not self.touches(message):
            return ((to, message),)
        return self.behaviour.outgoing(self, to, message)

    def incoming(self, source: str, message: Message) -> bool:
        """Remember what was heard, and ask the behaviour."""
        self.heard.append(message)
        self.vocabulary.learn(message)
        return self.behaviour.incoming(self, source, message)

    def touches(self, message: Message) -> bool:
        """Whether the behaviour is about messages of this type."""
        return not self.behaviour.types or kind_of(message) in self.behaviour.types

    def fits(self, to: str, message: Message) -> bool:
        """Whether the code of `to` knows this type of message at all: everybody drops what he cannot even read."""
        known = self.world.nodes[to].handlers
        return type(message) in known and (not isinstance(message, Ask) or type(message.body) in known)

    def say(self, to: str, message: Message) -> None:
        """Send something in the node's name, past all behaviours."""
        if self.node.up:
            (self.node.links.get(to) or self.node.link(to)).carry(message)

    def hear(self, source: str, message: Message) -> None:
        """Let the node's own code hear something, past all behaviours."""
        actor = self.node.actor
        if actor is not None:
            actor._handlers[type(message)](actor, source, message)

    def act(self, message: Message, to: str) -> None:
        """Write down that the behaviour did something."""
        self.acts += 1
        self.scene.acts[self.behaviour.verb] += 1
        self.node.emit(Acted(self.behaviour.verb, kind_of(message), to))
