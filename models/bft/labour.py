"""The time that cryptography takes: a party with costs does one message after another, and speaks when it is done.

Nothing here decides anything: the protocols see the same messages, only later. Where every cost is zero, as in runs
that count messages, a party reacts at once and none of this is used.
"""

from typing import TYPE_CHECKING

from models.bft.messages import Envelope, Input
from models.bft.requests import Submit

if TYPE_CHECKING:
    from models.bft.party import Party

Told = Envelope | Input | Submit


class Labour:
    """The work of one incarnation: messages wait in line, and what follows from one leaves when its time is spent.

    Events are told when a message is taken up, so the decision itself does not wait for its own handler's cost.
    """

    def __init__(self, party: "Party") -> None:
        self._party = party
        self._waiting = party.store()
        self._said: list[tuple[str, Envelope]] = []
        party.spawn(self._work())

    def take(self, source: str, message: Told) -> None:
        """Put a message in line."""
        self._waiting.put((source, message))

    def say(self, to: str, envelope: Envelope) -> None:
        """Something that leaves when the present work is done."""
        self._said.append((to, envelope))

    async def _work(self) -> None:
        party = self._party
        while True:
            source, message = await party.wait(self._waiting.get())
            party.hear(source, message)
            spent = party.crypto.spent_ns
            party.crypto.spent_ns = 0
            if spent:
                await party.sleep(spent)
            said, self._said = self._said, []
            for to, envelope in said:
                party.leave(to, envelope)
