"""Certificates that prove nothing: too few signers under many entries, none at all, or others than those listed.

Wherever the certificate is about a value that stands in the same message, that value is changed too: a certificate that
is false about what was certified anyway shows nothing.
"""

from abc import abstractmethod
from typing import ClassVar

import pydantic

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.faults.byzantine.fields import Path, leaves, parts, replace
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
        tag, place, value = self._subject(puppet, said, certificate)
        if place is not None and self.vary:
            others = puppet.vocabulary.neighbours(said, (place, value))
            value = puppet.stream.choice(others) if others else value
            said = replace(said, place, value)
        return replace(said, path, self.certificate(puppet, certificate, tag, value))

    def _subject(
        self, puppet: Puppet, said: Message, certificate: Certificate
    ) -> tuple[Tag | None, Path | None, object]:
        """What a certificate is about, as far as the node can tell from its own share in it: tag, place and value."""
        for share in certificate.shares:
            meant = puppet.signer.meant(share)
            if meant is not None:
                for path, value in leaves(said):
                    if digest_of(value) == meant[1]:
                        return meant[0], path, value
                return meant[0], None, None
        return None, None, None

    @abstractmethod
    def certificate(self, puppet: Puppet, true: Certificate, tag: Tag | None, value: object) -> Certificate:
        """What stands in the place of a true certificate."""


class DuplicateSigners(_Forger):
    """As many entries as a true certificate has, all of them the node's own, with unequal salts (lists of shares)."""

    verb: ClassVar[str] = "duplicate-signers"

    def certificate(self, puppet: Puppet, true: Certificate, tag: Tag | None, value: object) -> Certificate:
        """Own shares only."""
        if tag is None:
            return true
        return Certificate(0, tuple(puppet.signer.share(tag, value, salt) for salt in range(len(true.shares))))


class EmptyCertificate(_Forger):
    """No signer at all."""

    verb: ClassVar[str] = "empty-certificate"

    def certificate(self, puppet: Puppet, true: Certificate, tag: Tag | None, value: object) -> Certificate:  # noqa: ARG002
        """Empty."""
        return Certificate(0, ())


class Forged(_Forger):
    """Names that never signed, or a true certificate of something else that was seen before."""

    verb: ClassVar[str] = "forged"

    def certificate(self, puppet: Puppet, true: Certificate, tag: Tag | None, value: object) -> Certificate:  # noqa: ARG002
        """Any other certificate, or an invented one."""
        seen = [one for message in puppet.heard for _, one in parts(message, Certificate) if one != true]
        if seen and puppet.stream.chance(500_000_000):
            found = puppet.stream.choice(seen)
            assert isinstance(found, Certificate), "only these were asked for"
            return found
        seals = puppet.stream
        return Certificate(seals.word() >> 1, tuple(Share(one.signer, seals.word() >> 1) for one in true.shares))
