"""Reliable links over networks that lose and repeat: numbers, acknowledgements, sending again (the only timer here).

Between honest parties nothing is lost for ever and nothing comes twice. It is off where the network is reliable by
itself, as it is in runs that count messages; what it sends is never counted.
"""

from typing import TYPE_CHECKING

from models.bft.messages import Envelope
from sim import Message

if TYPE_CHECKING:
    from models.bft.party import Party


class Numbered(Message):
    """Envelope `number` of one incarnation of the sender to one receiver."""

    incarnation: int
    number: int
    envelope: Envelope


class Acknowledged(Message):
    """It arrived."""

    incarnation: int
    number: int


class Link:
    """All links of one incarnation of a party."""

    def __init__(self, party: "Party", incarnation: int) -> None:
        self._party = party
        self._incarnation = incarnation
        self._numbers = 0
        self._open: dict[int, tuple[str, Envelope]] = {}
        self._arrived: dict[tuple[str, int, int], None] = {}
        self._again = party.timer(self._send_again)

    def send(self, to: str, envelope: Envelope) -> None:
        """Send until it is acknowledged."""
        self._numbers += 1
        self._open[self._numbers] = (to, envelope)
        self._party.send(to, Numbered(self._incarnation, self._numbers, envelope))
        if not self._again.active:
            self._again.reset(self._party.settings.resend)

    def _send_again(self) -> None:
        for number, (to, envelope) in self._open.items():
            self._party.send(to, Numbered(self._incarnation, number, envelope))
        if self._open:
            self._again.reset(self._party.settings.resend)

    def is_new(self, source: str, message: Numbered) -> bool:
        """Whether it was not delivered before."""
        key = (source, message.incarnation, message.number)
        if key in self._arrived:
            return False
        self._arrived[key] = None
        return True

    def forget(self, source: str, message: Numbered) -> None:
        """It could not be kept: the next copy is new again."""
        del self._arrived[source, message.incarnation, message.number]

    def acknowledge(self, source: str, message: Numbered) -> None:
        """Say that it arrived, once it cannot be forgotten any more."""
        self._party.send(source, Acknowledged(message.incarnation, message.number))

    def acknowledged(self, source: str, message: Acknowledged) -> None:
        """Send it no more."""
        if message.incarnation == self._incarnation and self._open.get(message.number, ("",))[0] == source:
            del self._open[message.number]
