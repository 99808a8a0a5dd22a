"""Building blocks as protocols of their own, so that each can be run, counted and broken alone."""

from typing import TYPE_CHECKING

from models.bft.abba import Abba
from models.bft.messages import Evidence, Key, Toss
from models.bft.promotion import Promotion, signed_of
from models.bft.protocol import Protocol, takes
from models.bft.vcbc import ConsistentBroadcast
from sim.agreement import Certificate

if TYPE_CHECKING:
    from models.bft.party import Party


class CoinAlone(Protocol):
    """One toss of a common coin: n² messages, one round. What is decided is the number itself."""

    word = "coin"

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        k = self.quorums.honest_one if party.settings.coin == "f+1" else self.quorums.honest_majority
        self.coin = party.parts.coin(self, "coin", k, self._revealed)

    def propose(self, value: bytes) -> None:
        """Give the share; the input says no more than that."""
        self.party.proposed((self.instance, "coin"), value)
        self.coin.release(0)

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A share."""
        if message.phase == "coin" and message.round == 0:
            self.coin.take(source, message)
        else:
            self.drop("coin", source)

    def _revealed(self, turn: int, number: int) -> None:
        self.party.decided((self.instance, "coin"), number.to_bytes(32, "big"), turn)


class ConsistentAlone(Protocol):
    """Every party broadcasts its input consistently."""

    word = "consistent"

    def child(self, name: str) -> Protocol | None:
        """The broadcast of a party, by its name."""
        if name not in self.quorums:
            return None
        return self.party.parts.vcbc(self.party, f"{self.instance}/{name}", name, self._is_acceptable, self._delivered)

    def propose(self, value: bytes) -> None:
        """Broadcast one's own."""
        own = self.party.find(f"{self.instance}/{self.party.name}")
        assert isinstance(own, ConsistentBroadcast), "every party has one"
        self.party.proposed((self.instance, self.party.name), value)
        own.broadcast(value)

    def _is_acceptable(self, sender: str, value: bytes) -> bool:  # noqa: ARG002
        return self.party.is_valid(value)

    def _delivered(self, sender: str, evidence: Evidence) -> None:
        assert evidence.value is not None, "broadcasts deliver values"
        self.party.decided((self.instance, sender), evidence.value, None)


class AbbaAlone(Protocol):
    """One validated binary agreement. The proof for 1 is a certificate that the parties with input 1 gather first."""

    word = "alone"

    def child(self, name: str) -> Protocol | None:
        """The agreement (abba0), or the broadcast by which a party gets its proof."""
        path = f"{self.instance}/{name}"
        if name == "abba0":
            return self.party.parts.abba(self.party, path, self)
        if name not in self.quorums:
            return None
        return self.party.parts.promotion(self.party, path, self, name, 0, 1)

    def propose(self, value: int) -> None:
        """Begin with 0, or get the proof for 1 first."""
        self.party.proposed(self.instance, value)
        if value == 1:
            own = self.party.find(f"{self.instance}/{self.party.name}")
            assert isinstance(own, Promotion), "every party has one"
            own.promote(f"ok:{self.party.name}".encode())
        else:
            self._abba().propose(0, None)

    def _abba(self) -> Abba:
        found = self.party.find(f"{self.instance}/abba0")
        assert isinstance(found, Abba), "there is one"
        return found

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        """Valid values."""
        return self.party.is_valid(value)

    def certificate_seen(self, promotion: Promotion, stage: int, value: bytes, certificate: Certificate) -> None:
        """There is one stage only."""

    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:  # noqa: ARG002
        """The proof is there."""
        self._abba().propose(1, Evidence(signed_of(value), value, certificate))

    def proves(self, abba: Abba, evidence: Evidence) -> bool:  # noqa: ARG002
        """Anybody's certificate on a valid value."""
        for name in self.quorums.members:
            promotion = self.party.find(f"{self.instance}/{name}")
            assert isinstance(promotion, Promotion), "every party has one"
            if evidence.value is not None and promotion.certifies(evidence.certificate, 1, evidence.value):
                return True
        return False

    def agreed(self, abba: Abba, value: int) -> None:
        """That is all."""
        self.party.decided(self.instance, value, abba.round)
