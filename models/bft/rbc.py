"""Reliable broadcast: if one honest party delivers a value of the leader, all do (Bracha 1987)."""

from typing import TYPE_CHECKING

from models.bft.messages import RbcEcho, RbcReady, RbcSend
from models.bft.protocol import Protocol, takes

if TYPE_CHECKING:
    from models.bft.party import Party


class ReliableBroadcast(Protocol):
    """The broadcast of one `leader`: n + 2n² messages in three rounds."""

    word = "rbc"

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        members = self.quorums.members
        self.leader = members[(int(instance.partition("/")[0]) - 1) % len(members)]
        self._sent = party.parts.tally()
        self._echoes = party.parts.support()
        self._readies = party.parts.support()
        self._echoed: dict[bytes, None] = {}
        self._ready: dict[bytes, None] = {}
        self._said_echo = party.parts.tally()
        self._said_ready = party.parts.tally()
        self._delivered = False

    def propose(self, value: bytes) -> None:
        """The leader's value; nobody else's counts."""
        if self.party.name == self.leader:
            self.party.proposed((self.instance, self.leader), value)
            self.multicast(RbcSend(value))

    @takes(RbcSend)
    def send_arrived(self, source: str, message: RbcSend) -> None:
        """Echo the first value that the leader itself says."""
        if source != self.leader:
            self.drop("not the leader", source)
        elif not self.party.is_valid(message.value):
            self.drop("not valid", source)
        elif self._sent.add(source, message.value) or self.may_echo_again(message.value):
            self._echo(message.value)

    def may_echo_again(self, value: bytes) -> bool:  # noqa: ARG002 - a mutant looks at the value
        """One echo in all."""
        return False

    def _echo(self, value: bytes) -> None:
        if value not in self._echoed:
            self._echoed[value] = None
            self.multicast(RbcEcho(value))

    @takes(RbcEcho)
    def echo_arrived(self, source: str, message: RbcEcho) -> None:
        """Enough echoes make ready."""
        if not self._said_echo.add(source, message.value):
            self.drop("second echo", source)
            return
        self._echoes.add(source, message.value)
        if self._echoes.of(message.value) >= self.echo_threshold():
            self.echoed_enough(message.value)

    def echo_threshold(self) -> int:
        """So many that two values cannot both have them."""
        return self.quorums.echo

    def echoed_enough(self, value: bytes) -> None:
        """Nobody honest will hear enough echoes of another value."""
        self._get_ready(value)

    @takes(RbcReady)
    def ready_arrived(self, source: str, message: RbcReady) -> None:
        """Who hears an honest one ready gets ready; who hears that all will, delivers."""
        if not self._said_ready.add(source, message.value):
            self.drop("second ready", source)
            return
        self._readies.add(source, message.value)
        if self.amplifies(message.value):
            self._get_ready(message.value)
        if self._readies.of(message.value) >= self.quorums.honest_majority:
            self.deliver(message.value)

    def amplifies(self, value: bytes) -> bool:
        """F + 1 hold an honest one, even if nothing of the leader was heard: this is what makes it total."""
        return self._readies.of(value) >= self.quorums.honest_one

    def _get_ready(self, value: bytes) -> None:
        if not self._ready:
            self._ready[value] = None
            self.multicast(RbcReady(value))

    def deliver(self, value: bytes) -> None:
        """Once."""
        if not self._delivered:
            self._delivered = True
            self.party.decided((self.instance, self.leader), value, None)
