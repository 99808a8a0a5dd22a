"""Certificates that prove nothing: too few signers under many entries, none at all, or others than those listed.

Wherever the certificate is about a value that stands in the same message, that value is changed too: a certificate that
is false about what was certified anyway shows nothing.
"""

from abc import abstractmethod
from typing import ClassVar

import pydantic

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.faults.byzantine.fields import Path, parts, replace
from sim.faults.byzantine.variants import subjects
from sim.world.message import Message
from sim.world.signatures import Certificate, Share, Tag, digest_of


class _Forger(Behaviour):
    """What the three have in common. `about` is another value than the certified one, if `vary`."""

    vary: pydantic.StrictBool = True

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Every certificate of the message is replaced."""
        said = message
        for path, certificate in parts(message, Certificate):
            assert isinstance(certificate, Certificate), "only these were asked for"
            said = self._forge(puppet, said, path, certificate)
        if said != message:
            puppet.act(message, to)
        return ((to, said),)

    def _forge(self, puppet: Puppet, said: Message, path: Path, certificate: Certificate) -> Message:
        own = next((one for one in certificate.shares if puppet.signer.meant(one) is not None), None)
        meant = None if own is None else puppet.signer.meant(own)
        if own is not None and meant is not None and self.vary:
            said, own = self._vary(puppet, said, own, meant)
        return replace(said, path, self.certificate(puppet, certificate, own))

    def _vary(self, puppet: Puppet, said: Message, own: Share, meant: tuple[Tag, bytes]) -> tuple[Message, Share]:
        """Another value in the place of the certified one, or of the value whose digest is certified."""
        tag, digest = meant
        places = subjects(said, digest)
        for place, value, by_digest in places:
            others = puppet.vocabulary.neighbours(said, (place, value))
            if not others:
                continue
            other = puppet.stream.choice(others)
            signed = digest_of(other) if by_digest else other
            said = replace(said, place, other)
            for beside, _, hashed in places:
                if by_digest and not hashed:
                    said = replace(said, beside, signed)
            return said, puppet.signer.share(tag, signed)
        return said, own

    @abstractmethod
    def certificate(self, puppet: Puppet, true: Certificate, own: Share | None) -> Certificate:
        """What stands in the place of a true certificate; `own` is the node's share for what it is to prove."""


class DuplicateSigners(_Forger):
    """As many entries as a true certificate has, all of them the node's own, with unequal salts (lists of shares)."""

    verb: ClassVar[str] = "duplicate-signers"

    def certificate(self, puppet: Puppet, true: Certificate, own: Share | None) -> Certificate:
        """Own shares only."""
        if own is None:
            return true
        return Certificate(0, tuple(puppet.signer.again(own, salt) for salt in range(len(true.shares))))


class EmptyCertificate(_Forger):
    """No signer at all."""

    verb: ClassVar[str] = "empty-certificate"

    def certificate(self, puppet: Puppet, true: Certificate, own: Share | None) -> Certificate:  # noqa: ARG002
        """Empty."""
        return Certificate(0, ())


class Forged(_Forger):
    """Names that never signed, or a true certificate of something else that was seen before."""

    verb: ClassVar[str] = "forged"

    def certificate(self, puppet: Puppet, true: Certificate, own: Share | None) -> Certificate:  # noqa: ARG002
        """Any other certificate, or an invented one."""
        seen = [one for message in puppet.heard for _, one in parts(message, Certificate) if one != true]
        if seen and puppet.stream.chance(500_000_000):
            found = puppet.stream.choice(seen)
            assert isinstance(found, Certificate), "only these were asked for"
            return found
        seals = puppet.stream
        return Certificate(seals.word() >> 1, tuple(Share(one.signer, seals.word() >> 1) for one in true.shares))
