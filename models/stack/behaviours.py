"""Lies of organisations that need to know what anchors say."""

from collections.abc import Mapping
from typing import ClassVar

from models.stack.anchors import Offer
from sim import Message
from sim.adversary import Behaviour, Puppet, Said

FORGED = "f" * 32
"""A root that nobody ever kept."""


class Impostor(Behaviour):
    """Offers roots in the name of whoever spoke last, under that one's next number, with signatures of one's own."""

    verb: ClassVar[str] = "impostor"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Another's offer in the place of one's own."""
        victim = next((one for one in reversed(puppet.heard) if isinstance(one, Offer)), None)
        if not isinstance(message, Offer) or victim is None:
            return ((to, message),)
        puppet.act(message, to)
        return ((to, Offer(victim.organisation, victim.n + 1, FORGED, message.shares)),)


BEHAVIOURS: Mapping[str, type[Behaviour]] = {Impostor.verb: Impostor}
"""By the names that scenarios use: `byzantine: {nodes: n23, own: {name: stack/impostor}}`."""
