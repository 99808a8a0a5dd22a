"""Saying less, or later, than one should: silent, withhold, delay; and sooner than anybody else: rush."""

from typing import ClassVar

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.world.distributions import Uniform
from sim.world.message import Message
from sim.world.quantities import LatencyField, Probability
from sim.world.units import CERTAIN, MS


class Silent(Behaviour):
    """Says nothing: none of `types`, to nobody of `to`."""

    verb: ClassVar[str] = "silent"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Nothing leaves."""
        puppet.act(message, to)
        return ()


class Withhold(Behaviour):
    """Keeps each type of message from some of its peers, always the same: each peer of `to` with chance `share`."""

    verb: ClassVar[str] = "withhold"

    share: Probability = CERTAIN // 2

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Whether a peer gets messages of a type hangs on both names, not on how often it is asked."""
        if not puppet.stream.child(type(message).__name__, to).chance(self.share):
            return ((to, message),)
        puppet.act(message, to)
        return ()


class Delay(Behaviour):
    """Says everything, but `by` later. That is legal, and in an asynchronous protocol harmless."""

    verb: ClassVar[str] = "delay"

    by: LatencyField = Uniform(1 * MS, 100 * MS)

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """It leaves later."""
        puppet.act(message, to)
        world = puppet.world
        world.at(world.now + self.by.draw(puppet.stream), lambda: puppet.say(to, message))
        return ()


class Rush(Behaviour):
    """Follows its protocol as fast as links can be: what it says arrives at once."""

    verb: ClassVar[str] = "rush"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """It arrives at this very moment."""
        puppet.act(message, to)
        (puppet.node.links.get(to) or puppet.node.link(to)).hurry(message)
        return ()
