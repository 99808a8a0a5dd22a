"""Twins: two honest copies of a node under one identity, each talking to its own part (Bano and others, 2020).

Both sign in the same name, neither knows of the other: equivocation without a line of attack code.
"""

from typing import ClassVar

import pydantic

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.faults.selectors import Selector
from sim.world.flight import header_of
from sim.world.message import Message
from sim.world.node import Node


class Sides(pydantic.BaseModel):
    """Whom the first copy talks with in one step of the protocol, and whom the second."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()


class Twin(Behaviour):
    """A second copy, started on an empty disk, talks to the peers of `with` (default: a random half) in its place.

    What comes from outside of the group, an input or a command, both copies hear. The copies of several corrupt nodes
    talk among themselves: first with first, second with second, so that f + 1 of them can hold two worlds apart.
    With `rounds` it changes from step to step who talks to whom: a step is a type of message and round, in the order in
    which they are first seen. After the last step both copies talk to everybody.
    """

    verb: ClassVar[str] = "twin"

    with_: Selector | None = pydantic.Field(None, alias="with")
    rounds: tuple[Sides, ...] = ()

    def begin(self, puppet: Puppet) -> None:
        """Start the copy."""
        others = [name for name in puppet.scene.roster.servers if name != puppet.name]
        drawn = puppet.stream.shuffled(others)[: (len(others) + 1) // 2]
        chosen = drawn if self.with_ is None else puppet.scene.resolve(self.with_)
        puppet.sides = dict.fromkeys(chosen, 1)
        puppet.twin = twin = puppet.node.twin(puppet.stream.child("ties"))
        twin.outbox = lambda to, message: self._second_says(puppet, to, message)
        twin.start()

    def _talks(self, puppet: Puppet, second: bool, peer: str, message: Message) -> bool:
        """Whether the first or `second` copy and this peer hear each other say this."""
        if not self.rounds:
            return bool(puppet.sides.get(peer, 0)) == second
        _, kind, turn = header_of(message)
        step = (kind, turn)
        if step not in puppet.stages:
            puppet.stages[step] = len(puppet.stages)
        place = puppet.stages[step]
        if place >= len(self.rounds):
            return True
        sides = self.rounds[place]
        return peer in (sides.second if second else sides.first)

    def end(self, puppet: Puppet) -> None:
        """The copy is gone, and what it knew with it."""
        assert puppet.twin is not None, "it began"
        puppet.twin.stop("wipe", puppet.stream)

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The first copy is not heard by those of the second."""
        return ((to, message),) if self._talks(puppet, False, to, message) else ()

    def incoming(self, puppet: Puppet, source: str, message: Message) -> bool:
        """What those of the second say is for the second."""
        twin = puppet.twin
        assert twin is not None, "it began"
        outside = source not in puppet.scene.roster.servers
        if outside or self._talks(puppet, True, source, message):
            twin.enter(lambda _: _hand(twin, source, message), None)
        return outside or self._talks(puppet, False, source, message)

    def _second_says(self, puppet: Puppet, to: str, message: Message) -> Said:
        twin = puppet.twin
        assert twin is not None, "it began"
        fellow = twin if to == puppet.name else None if self.rounds else _twin_of(puppet, to)
        if fellow is not None:
            puppet.world.at(puppet.world.now, lambda: fellow.enter(lambda _: _hand(fellow, puppet.name, message), None))
        elif self._talks(puppet, True, to, message):
            puppet.act(message, to)
            puppet.say(to, message)
        return ()

    def selectors(self) -> list[Selector]:
        """Whom it tells, and who hears the second copy."""
        named = tuple(name for sides in self.rounds for name in (*sides.first, *sides.second))
        return [self.to, *(() if self.with_ is None else (self.with_,)), *((named,) if named else ())]


def _twin_of(puppet: Puppet, name: str) -> Node | None:
    """The second copy of a colluder."""
    if name not in puppet.colluders:
        return None
    strings = puppet.world.nodes[name].strings
    return next((one.twin for one in strings if isinstance(one, Puppet) and one.twin is not None), None)


def _hand(twin: Node, source: str, message: Message) -> None:
    handler = twin.handlers.get(type(message))
    if handler is not None and twin.actor is not None:
        handler(twin.actor, source, message)
