"""Verifiable consistent broadcast: a provable broadcast whose certificate goes to all (Cachin and others 2001).

No two honest parties deliver different values of one sender, and whoever has delivered can complete anybody else.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.bft.messages import Evidence, Key, PbSend, PbShare, VcbcAnswer, VcbcFinal, VcbcRequest
from models.bft.promotion import signed_of
from models.bft.protocol import Protocol, takes
from sim.agreement import Certificate

if TYPE_CHECKING:
    from models.bft.party import Party
    from models.bft.promotion import Promotion

Accepts = Callable[[str, bytes], bool]
Delivered = Callable[[str, Evidence], None]


class ConsistentBroadcast(Protocol):
    """The broadcast of one `sender` at one party: 3n messages, three rounds.

    `is_acceptable(sender, value)` says what may be signed, `delivered(sender, evidence)` hears of the value once.
    """

    word = "vcbc"

    def __init__(
        self, party: "Party", instance: str, sender: str, is_acceptable: Accepts, delivered: Delivered
    ) -> None:
        super().__init__(party, instance)
        self.sender = sender
        self._is_acceptable = is_acceptable
        self._tell = delivered
        self.promotion: Promotion = party.parts.promotion(party, instance, self, sender, 0, 1)
        self.evidence: Evidence | None = None
        self._asking: dict[str, None] = {}

    def broadcast(self, value: bytes) -> None:
        """Begin. Only the sender does."""
        self.promotion.promote(value)

    def request(self) -> None:
        """Ask everybody for the value."""
        self.multicast(VcbcRequest())

    def is_proof(self, evidence: Evidence) -> bool:
        """Whether `evidence` shows that its value is the one of this broadcast."""
        value = evidence.value
        return value is not None and self.promotion.certifies(evidence.certificate, 1, value)

    def learn(self, evidence: Evidence) -> None:
        """Verified proof came some other way: deliver."""
        if self.evidence is None:
            self.evidence = evidence
            self._tell(self.sender, evidence)
            for name in self._asking:
                self._answer(name, evidence)

    @takes(PbSend)
    def send_arrived(self, source: str, message: PbSend) -> None:
        """The broadcast's first step."""
        self.promotion.on(source, message)

    @takes(PbShare)
    def share_arrived(self, source: str, message: PbShare) -> None:
        """Its second."""
        self.promotion.on(source, message)

    @takes(VcbcFinal)
    def final_arrived(self, source: str, message: VcbcFinal) -> None:
        """Its third: from anybody, as the certificate speaks for itself."""
        self._take(source, message.value, message.certificate)

    @takes(VcbcAnswer)
    def answer_arrived(self, source: str, message: VcbcAnswer) -> None:
        """What was asked for."""
        self._take(source, message.value, message.certificate)

    def _take(self, source: str, value: bytes, certificate: Certificate) -> None:
        found = Evidence(signed_of(value), value, certificate)
        if self.is_proof(found):
            self.learn(found)
        else:
            self.drop("bad certificate", source)

    @takes(VcbcRequest)
    def request_arrived(self, source: str, _: VcbcRequest) -> None:
        """Answer now, or once there is something to answer."""
        self._asking[source] = None
        if self.evidence is not None:
            self._answer(source, self.evidence)

    def _answer(self, to: str, evidence: Evidence) -> None:
        assert evidence.value is not None, "only whole proofs are learned"
        self.send(to, VcbcAnswer(evidence.value, evidence.certificate))

    def accepts(self, promotion: "Promotion", value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        """Ask whoever uses this broadcast."""
        return self._is_acceptable(self.sender, value)

    def certificate_seen(self, promotion: "Promotion", stage: int, value: bytes, certificate: Certificate) -> None:
        """There is one stage only, so no certificate comes this way."""

    def promoted(self, promotion: "Promotion", value: bytes, certificate: Certificate) -> None:  # noqa: ARG002
        """The sender has the certificate: everybody shall."""
        self.multicast(VcbcFinal(value, certificate))
