"""Saying something else: equivocate, mutate, replay, flood."""

from typing import Annotated, ClassVar, Literal

import pydantic

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.faults.byzantine.fields import Path, leaves, replace
from sim.faults.byzantine.variants import resign, variants
from sim.faults.selectors import Selector
from sim.world.message import Message
from sim.world.quantities import Probability
from sim.world.units import PERCENT

Count = Annotated[int, pydantic.Field(strict=True, ge=1, le=100_000)]
_VERSIONS = 4096


class Equivocate(Behaviour):
    """Tells two stories, each to its own part of the peers and each validly signed, which differ in one field.

    split: parity (every other peer), halves, or in `second` the nodes that hear the second story. `field` names the
    field that differs; without it any may.
    """

    verb: ClassVar[str] = "equivocate"

    split: Literal["parity", "halves"] = "halves"
    second: Selector | None = None
    field: str | None = None

    def begin(self, puppet: Puppet) -> None:
        """Draw who hears which story."""
        if self.second is not None:
            chosen = puppet.scene.resolve(self.second)
            puppet.sides = {name: int(name in chosen) for name in puppet.peers}
            return
        servers = [name for name in puppet.scene.roster.servers if name != puppet.name]
        order = puppet.stream.shuffled(servers)
        places = {name: place for place, name in enumerate(order)}
        half = len(order) // 2
        side = (lambda place: place % 2) if self.split == "parity" else (lambda place: int(place < half))
        puppet.sides = {name: side(place) for name, place in places.items()}

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The second story for the second part."""
        if not puppet.sides.get(to, 0):
            return ((to, message),)
        other = puppet.versions.get(message)
        if other is None:
            other = puppet.versions[message] = self._second_story(puppet, message)
            if len(puppet.versions) > _VERSIONS:
                del puppet.versions[next(iter(puppet.versions))]
        if other != message:
            puppet.act(message, to)
        return ((to, other),)

    def _second_story(self, puppet: Puppet, message: Message) -> Message:
        """The story goes on: a text or value that was changed once is changed likewise wherever it appears again."""
        told = puppet.stories
        known = [(path, told[path[-1], value]) for path, value in _texts(message) if (path[-1], value) in told]
        if known:
            other = message
            for path, value in known:
                other = replace(other, path, value)
            return resign(message, other, puppet.signer)
        other = changed(puppet, message, self.field)
        if other != message:
            for (path, value), (place, new) in zip(_texts(message), _texts(other), strict=False):
                if path == place and value != new:
                    told[path[-1], value] = new
        return other

    def selectors(self) -> list[Selector]:
        """Whom it tells, and whom the second story."""
        return [self.to, *(() if self.second is None else (self.second,))]


class Mutate(Behaviour):
    """Changes a message a little with this `chance`, for each receiver anew, at most `limit` times in all."""

    verb: ClassVar[str] = "mutate"

    chance: Probability = 20 * PERCENT
    limit: Count = 50
    field: str | None = None

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """One small lie."""
        if puppet.acts >= self.limit or not puppet.stream.chance(self.chance):
            return ((to, message),)
        other = changed(puppet, message, self.field)
        if other != message:
            puppet.act(message, to)
        return ((to, other),)


class Replay(Behaviour):
    """With this `chance` says something old again, behind what it says: whatever it ever sent or received.

    `instance: other` puts it into another instance that it has heard of, where messages have a field of that name.
    """

    verb: ClassVar[str] = "replay"

    chance: Probability = 20 * PERCENT
    instance: Literal["same", "other"] = "same"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The message, and perhaps an old one."""
        stream = puppet.stream
        old = [one for one in (*puppet.said, *puppet.heard) if puppet.fits(to, one)]
        if not stream.chance(self.chance) or not old:
            return ((to, message),)
        again = stream.choice(old)
        if self.instance == "other":
            others = [one for one in variants(again, puppet.vocabulary, stream, "instance") if one != again]
            again = stream.choice(others) if others else again
        puppet.act(again, to)
        return ((to, message), (to, again))


class Flood(Behaviour):
    """Says everything `copies` times more, with a number named `field` that is far `ahead`, each time another one."""

    verb: ClassVar[str] = "flood"

    field: str = "round"
    ahead: Count = 1000
    copies: Count = 20

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The message, and those ahead."""
        path = self._place(message)
        said = [(to, message)]
        if path is not None:
            puppet.act(message, to)
            for copy in range(self.copies):
                ahead = replace(message, path, self.ahead + copy + puppet.acts)
                said.append((to, resign(message, ahead, puppet.signer)))
        return said

    def _place(self, message: Message) -> Path | None:
        for path, value in leaves(message):
            if path[-1:] == (self.field,) and type(value) is int:
                return path
        return None


def _texts(message: Message) -> list[tuple[Path, str | bytes]]:
    """The text and bytes of a message, by path."""
    return [(path, value) for path, value in leaves(message) if path and isinstance(value, (str, bytes))]


def changed(puppet: Puppet, message: Message, field: str | None = None) -> Message:
    """A neighbour of a message, signed anew; the message itself if it has none."""
    found = variants(message, puppet.vocabulary, puppet.stream, field)
    return resign(message, puppet.stream.choice(found), puppet.signer) if found else message
