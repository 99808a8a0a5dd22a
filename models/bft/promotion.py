"""Provable broadcast in stages: each certificate is the ticket to the next stage (Abraham and others 2019, section 4).

One stage is a provable broadcast (2n messages, two rounds); two certificates of one stage of one sender would need
f + 1 parties that signed both. The certificate of stage s shows that f + 1 honest parties hold that of stage s - 1.
"""

from typing import TYPE_CHECKING
from typing import Protocol as Shape

from models.bft.messages import Key, PbSend, PbShare
from models.bft.protocol import Protocol, takes
from models.bft.tally import Tally
from sim.agreement import Certificate, Share, Tag, digest_of

if TYPE_CHECKING:
    from models.bft.party import Party


class PromotionHost(Shape):
    """Whom a promotion is part of: it says which values may be promoted, and hears of every certificate."""

    def accepts(self, promotion: "Promotion", value: bytes, key: Key | None) -> bool:
        """Whether stage 1 may be signed: the external validity of this protocol."""

    def certificate_seen(self, promotion: "Promotion", stage: int, value: bytes, certificate: Certificate) -> None:
        """The certificate of a stage came with the next one."""

    def promoted(self, promotion: "Promotion", value: bytes, certificate: Certificate) -> None:
        """The sender itself has the certificate of the last stage."""


class Promotion(Protocol):
    """The promotion of `sender` in `view` at one party. Certificates are about (`word` of the host, view, sender)."""

    word = "pb"

    def __init__(self, party: "Party", instance: str, host: PromotionHost, sender: str, view: int, stages: int) -> None:
        super().__init__(party, instance)
        self._host = host
        self.sender = sender
        self.view = view
        self.stages = stages
        self.value: bytes | None = None
        self.stopped = False
        self._shares: dict[int, Tally[Share]] = {}
        self._complete: dict[int, None] = {}

    def promote(self, value: bytes, key: Key | None = None) -> None:
        """Begin with stage 1. Only the sender does."""
        self.value = value
        self.multicast(PbSend(1, value, None, key))

    def stop(self) -> None:
        """Give no share any more, and begin no stage."""
        self.stopped = True

    def stage_tag(self, stage: int) -> Tag:
        """What the certificate of a stage is about."""
        return self.tag(f"stage{stage}", self.view, self.sender)

    def certifies(self, certificate: Certificate | None, stage: int, value: bytes) -> bool:
        """Whether it is the certificate of this stage for `value`."""
        return self.crypto.certified(certificate, self.stage_tag(stage), signed_of(value), self.quorums.q)

    @takes(PbSend)
    def send_arrived(self, source: str, message: PbSend) -> None:
        """Sign the first value that may be signed."""
        if source != self.sender:
            self.drop("not the sender", source)
        elif self.stopped:
            self.drop("abandoned", source)
        elif not 1 <= message.stage <= self.stages:
            self.drop("stage", source)
        elif self._may_sign(message):
            self._answer(message.stage, message.value)
        else:
            self.drop("not valid", source)

    def _may_sign(self, message: PbSend) -> bool:
        if message.stage == 1:
            return self._host.accepts(self, message.value, message.key)
        if not self.certifies(message.certificate, message.stage - 1, message.value):
            return False
        assert message.certificate is not None, "it was verified"
        self._host.certificate_seen(self, message.stage - 1, message.value, message.certificate)
        return True

    def _answer(self, stage: int, value: bytes) -> None:
        """Sign: the keys see to it that this is done once for each stage, whatever the value."""
        share = self.crypto.sign(self.stage_tag(stage), signed_of(value))
        if share is None:
            self.drop("second value", self.sender)
        else:
            self.send(self.sender, PbShare(stage, share))

    @takes(PbShare)
    def share_arrived(self, source: str, message: PbShare) -> None:
        """Enough shares of a stage lead to the next."""
        value, stage = self.value, message.stage
        if value is None or self.party.name != self.sender or not 1 <= stage <= self.stages:
            self.drop("not promoting", source)
        elif not self.crypto.valid(message.share, source, self.stage_tag(stage), signed_of(value)):
            self.drop("bad share", source)
        elif self._shares.setdefault(stage, self.party.parts.tally()).add(source, message.share):
            self._advance(stage, value)

    def _advance(self, stage: int, value: bytes) -> None:
        shares = self._shares[stage]
        if stage in self._complete or self.stopped or len(shares) < self.quorums.q:
            return
        certificate = self.crypto.combine(self.stage_tag(stage), signed_of(value), list(shares), self.quorums.q)
        if certificate is None:
            return
        self._complete[stage] = None
        if stage < self.stages:
            self.multicast(PbSend(stage + 1, value, certificate))
        else:
            self._host.promoted(self, value, certificate)


def signed_of(value: bytes) -> bytes:
    """What is signed of a value: its digest, so that a certificate can be checked without the value."""
    return digest_of(value)


class ProvableBroadcast(Protocol):
    """Provable broadcast as a protocol of its own: every party promotes its input in `stages` stages."""

    word = "provable"
    stages = 1

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        self._promotions: dict[str, Promotion] = {}

    def child(self, name: str) -> Protocol | None:
        """The promotion of a party, by its name."""
        if name not in self.quorums:
            return None
        if name not in self._promotions:
            make = self.party.parts.promotion
            made = make(self.party, f"{self.instance}/{name}", self, name, 1, self.party.settings.stages)
            self._promotions[name] = made
        return self._promotions[name]

    def propose(self, value: bytes) -> None:
        """Promote one's own input."""
        own = self.party.find(f"{self.instance}/{self.party.name}")
        assert isinstance(own, Promotion), "every party has one"
        self.party.proposed((self.instance, self.party.name), value)
        own.promote(value)

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        """Valid values."""
        return self.party.is_valid(value)

    def certificate_seen(self, promotion: Promotion, stage: int, value: bytes, certificate: Certificate) -> None:
        """A certificate of a stage is known: the checks were told."""

    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:  # noqa: ARG002
        """The sender has proof."""
        self.party.decided((self.instance, promotion.sender), value, None)
