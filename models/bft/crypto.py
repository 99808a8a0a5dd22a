"""What a party signs and verifies: one signature per tag, certificates in either form, coins."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim.agreement import Certificate, Certified, Share, Signed, Tag, digest_of

if TYPE_CHECKING:
    from models.bft.party import Party


class Crypto:
    """The keys of one party. `signed` says what it signed for which tag, and never gives a second signature for one.

    `spent_ns` is the time that its operations took since somebody set it to zero.
    """

    def __init__(self, party: "Party") -> None:
        self._party = party
        self._signer = party.signer
        self._signatures = party.signatures
        self._lists = party.settings.certificates == "multisig"
        self._known: dict[tuple[Tag, bytes], None] = {}
        self.signed: dict[Tag, bytes] = {}
        self.spent_ns = 0
        settings = party.settings
        self._sign_ns, self._verify_ns, self._combine_ns = settings.sign, settings.verify, settings.combine

    def tag(self, protocol: str, instance: str, phase: str, turn: int, proposer: str) -> Tag:
        """What a signature is about: all five, or it could be replayed where it means something else."""
        return Tag(protocol, instance, phase, turn, proposer)

    def may_sign(self, tag: Tag, digest: bytes) -> bool:  # noqa: ARG002 - a mutant looks at the digest
        """At most one signature per tag, whatever the value."""
        return tag not in self.signed

    def sign(self, tag: Tag, value: object) -> Share | None:
        """A share on `value` for `tag`; None if there was one before."""
        digest = digest_of(value)
        if not self.may_sign(tag, digest):
            return None
        self.signed[tag] = digest
        self.spent_ns += self._sign_ns
        self._party.emit(Signed(tag.instance, _view(tag), digest))
        return self._signer.share(tag, value)

    def valid(self, share: Share, source: str, tag: Tag, value: object) -> bool:
        """Whether `share` is what `source` signs for `tag` and `value`."""
        self.spent_ns += self._verify_ns
        return self._signatures.valid(share, source, tag, value)

    def combine(self, tag: Tag, value: object, shares: Sequence[Share], k: int) -> Certificate | None:
        """A certificate from shares that are known to be valid; None if they are of too few."""
        if self._lists:
            found = Certificate(0, tuple(shares)) if self.enough(shares, k) else None
        else:
            self.spent_ns += self._combine_ns
            found = self._signatures.combine(tag, value, shares, k)
        if found is not None:
            self._tell(tag, digest_of(value), found)
        return found

    def certified(self, certificate: Certificate | None, tag: Tag, value: object, k: int) -> bool:
        """Whether a certificate shows that at least `k` parties signed `value` for `tag`."""
        if certificate is None:
            return False
        if self._lists:
            shares = certificate.shares
            holds = self.enough(shares, k) and all(self.valid(one, one.signer, tag, value) for one in shares)
        else:
            self.spent_ns += self._verify_ns
            holds = self._signatures.certified(certificate, tag, value, k)
        if holds:
            self._tell(tag, digest_of(value), certificate)
        return holds

    def enough(self, shares: Iterable[Share], k: int) -> bool:
        """Whether these are shares of at least `k` parties: names count, and neither entries nor pairs."""
        return len({share.signer for share in shares}) >= k

    def coin_share(self, tag: Tag) -> Share:
        """The party's share of a coin."""
        self.spent_ns += self._sign_ns
        return self._signer.coin_share(tag)

    def valid_coin(self, share: Share, source: str, tag: Tag) -> bool:
        """Whether `share` is the share of `source` of this coin."""
        self.spent_ns += self._verify_ns
        return self._signatures.valid_coin(share, source, tag)

    def coin(self, tag: Tag, shares: Sequence[Share], k: int) -> int | None:
        """The coin, from shares of at least `k` parties."""
        self.spent_ns += self._combine_ns
        return self._signatures.coin(tag, shares, k)

    def _tell(self, tag: Tag, digest: bytes, certificate: Certificate) -> None:
        """Tell the checks of a certificate, once for each statement."""
        if (tag, digest) not in self._known:
            self._known[tag, digest] = None
            signers = self._signatures.signers(certificate)
            self._party.emit(Certified(tag.instance, _view(tag), digest, signers))


def _view(tag: Tag) -> tuple[str, int, str]:
    return tag.phase, tag.round, tag.proposer
