"""Idealised cryptography: signatures, threshold certificates and common coins that nobody can forge.

Unforgeability is bookkeeping: the world keeps a registry of what was really signed, and verifying looks it up. A share
or certificate carries a seal of 63 bits that only the registry can make, so nobody holds one that he was not given.
There is no real cryptography here and no chance beside the world's seed: the results are the same everywhere.

    share = self.signer.share(tag, value)
    self.signatures.valid(share, "n2", tag, value)           # the verifier names tag and value from its own state
    certificate = self.signatures.combine(tag, value, shares, k)
"""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from sim.world.coins import Coins
from sim.world.message import Message

_DIGEST = 16
_encode = msgspec.msgpack.Encoder(order="deterministic").encode
COIN = b"coin"
"""What a coin share signs in place of a digest: a share of a coin is never a signature of a value."""


class Tag(Message):
    """What a signature is for. All five fields are always given; one that differs makes another tag.

    `instance` names one run of `protocol`, `phase` its step, `round` the attempt, `proposer` whose proposal it is about
    (empty where it is about nobody's).
    """

    protocol: str
    instance: str
    phase: str
    round: int
    proposer: str


class Share(Message):
    """One signer's signature, or share of a threshold signature or coin. It verifies only if the registry agrees."""

    signer: str
    seal: int


class Certificate(Message):
    """Proof that many signed: opaque (`seal`, one signature long) or, with `shares`, the list of them.

    Anybody may build one with any content; it verifies only if the registry agrees.
    """

    seal: int
    shares: tuple[Share, ...] = ()


def digest_of(value: object) -> bytes:
    """A collision-free digest (16 bytes) of anything that can be said: equal digests mean equal values."""
    return blake2b(_encode(value), digest_size=_DIGEST).digest()


class Registry:
    """What was signed in one world. `coins` draws the common coins and knows who is corrupt."""

    def __init__(self, seed: int) -> None:
        self._key = blake2b(seed.to_bytes(16, "little", signed=True), digest_size=32, person=b"signatures").digest()
        self.signed: dict[Share, tuple[Tag, bytes]] = {}
        self.certified: dict[int, tuple[Tag, bytes, tuple[str, ...]]] = {}
        self.coins = Coins(self._key)
        self.calls = {"sign": 0, "verify": 0, "combine": 0}
        """How often each operation was asked for: what a measurement multiplies with the cost of real cryptography."""

    def enter(self, name: str, tag: Tag, digest: bytes, salt: int) -> Share:
        """Register a signature. The same (name, tag, digest, salt) always gives the same share."""
        self.calls["sign"] += 1
        share = Share(name, self.seal("share", name, tag, digest, salt))
        self.signed[share] = (tag, digest)
        return share

    def seal(self, *content: object) -> int:
        """63 bits that nobody else can make."""
        return int.from_bytes(blake2b(_encode(content), key=self._key, digest_size=8).digest(), "little") >> 1


class Signer:
    """The capability to sign in one node's name: the only way into the registry."""

    __slots__ = ("_registry", "name")

    def __init__(self, registry: Registry, name: str) -> None:
        self._registry = registry
        self.name = name

    def share(self, tag: Tag, value: object, salt: int = 0) -> Share:
        """Sign `value` for `tag`. With another `salt` one signer makes unequal shares of the same value."""
        return self._registry.enter(self.name, tag, digest_of(value), salt)

    def coin_share(self, tag: Tag) -> Share:
        """The node's share of the coin `tag`. From this moment on the adversary may have it."""
        self._registry.coins.release(tag, self.name)
        return self._registry.enter(self.name, tag, COIN, 0)

    def again(self, share: Share, salt: int) -> Share:
        """A share of one's own once more, with another salt; the same share if it is somebody else's."""
        meant = self.meant(share)
        return share if meant is None else self._registry.enter(self.name, *meant, salt)

    def meant(self, share: Share) -> tuple[Tag, bytes] | None:
        """Tag and digest of a share of one's own; None for anybody else's, which one cannot look into."""
        return self._registry.signed.get(share) if share.signer == self.name else None


class Signatures:
    """What everybody can compute: verifying, combining, tossing. `name` is who asks, which only a bad coin looks at."""

    __slots__ = ("_name", "_registry")

    def __init__(self, registry: Registry, name: str) -> None:
        self._registry = registry
        self._name = name

    def valid(self, share: Share, name: str, tag: Tag, value: object) -> bool:
        """Whether `share` is the signature of `name` on `value` for `tag`."""
        return self._is(share, name, tag, digest_of(value))

    def valid_coin(self, share: Share, name: str, tag: Tag) -> bool:
        """Whether `share` is the share that `name` gave of the coin `tag`."""
        return self._is(share, name, tag, COIN)

    def combine(self, tag: Tag, value: object, shares: Iterable[Share], k: int) -> Certificate | None:
        """One opaque certificate from valid shares of at least `k` distinct signers; None if there are too few."""
        registry = self._registry
        registry.calls["combine"] += 1
        digest = digest_of(value)
        names = self._signers(tag, digest, shares)
        if len(names) < k:
            return None
        seal = registry.seal("certificate", tag, digest, names)
        registry.certified[seal] = (tag, digest, names)
        return Certificate(seal)

    def certified(self, certificate: Certificate, tag: Tag, value: object, k: int) -> bool:
        """Whether an opaque certificate says that at least `k` distinct names signed `value` for `tag`."""
        registry = self._registry
        registry.calls["verify"] += 1
        found = registry.certified.get(certificate.seal)
        return found is not None and len(found[2]) >= k and found[0] == tag and found[1] == digest_of(value)

    def signers(self, certificate: Certificate) -> tuple[str, ...]:
        """Who stands behind a certificate: for those who watch a run; no protocol may ask of an opaque one."""
        if certificate.shares:
            return tuple(share.signer for share in certificate.shares)
        return self._registry.certified.get(certificate.seal, (None, b"", ()))[2]

    def coin(self, tag: Tag, shares: Iterable[Share], k: int) -> int | None:
        """The coin `tag`, 256 bits, given valid coin shares of `k` distinct names; None for fewer.

        Everybody gets the same number, whatever shares he has, unless the coin is a weak one.
        """
        if len(self._signers(tag, COIN, shares)) < k:
            return None
        return self._registry.coins.toss(tag, self._name)

    def _is(self, share: Share, name: str, tag: Tag, digest: bytes) -> bool:
        registry = self._registry
        registry.calls["verify"] += 1
        found = registry.signed.get(share)
        return found is not None and share.signer == name and found[1] == digest and found[0] == tag

    def _signers(self, tag: Tag, digest: bytes, shares: Iterable[Share]) -> tuple[str, ...]:
        return tuple(sorted({one.signer for one in shares if self._is(one, one.signer, tag, digest)}))
