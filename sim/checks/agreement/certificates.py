"""Certificates: a quorum of distinct signers, none of them forged, and quorums that overlap (Malkhi, Reiter 1998)."""

from collections.abc import Hashable

from sim.checks.agreement.events import Certified, Signed
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import listed, say, when
from sim.checks.values import typed
from sim.world.message import Emitted

PAIRS = 1_000_000
"""How many pairs of signer sets `QuorumIntersection` compares before it says that it does not know."""


class CertificateQuorum(Promise):
    """Every certificate that an honest node forms or accepts lists a quorum of distinct members."""

    name = "certificate-quorum"
    watches = evidence = (Certified,)
    claim = "every certificate carried a quorum of distinct signers"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._group = group

    def fold(self, emitted: Emitted) -> None:
        """Count names, not entries."""
        event = emitted.event
        assert isinstance(event, Certified), "this one is watched"
        signers = self._group.signers(event.signers)
        if len(signers) < self._group.quorum:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} accepted a certificate {statement(event)} with {len(event.signers)} entries, of "
                f"{len(signers)} distinct members ({listed(signers)}); a quorum is {self._group.quorum}",
            )


class UnforgedCertificates(Promise):
    """Every honest signer that a certificate lists has signed exactly that before: nobody can sign for the honest.

    A Byzantine signer may have signed anything, and is not asked.
    """

    name = "unforged-certificates"
    watches = (Signed, Certified)
    evidence = (Certified,)
    claim = "no certificate listed an honest node that had not signed"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._members = frozenset(group.members)
        self._signed: set[tuple[str, Hashable, Hashable, bytes]] = set()

    def fold(self, emitted: Emitted) -> None:
        """Note signatures; look up the signers of certificates."""
        event = emitted.event
        assert isinstance(event, (Signed, Certified)), "these two are watched"
        about = (typed(event.instance), typed(event.view), event.digest)
        if isinstance(event, Signed):
            self._signed.add((emitted.node, *about))
            return
        for signer in event.signers:
            asked = signer in self._members and signer not in self.byzantine
            if asked and (signer, *about) not in self._signed:
                self.contradict(
                    emitted.t_ns,
                    f"{when(emitted)} accepted a certificate {statement(event)} that lists {signer}, which is honest "
                    "and had not signed that",
                )
                return


class QuorumIntersection(Promise):
    """Any two certificates share at least f + 1 signers, so at least one honest one.

    Two sets of p and q of n members share p + q - n at least, so only smaller sets are compared in pairs.
    """

    name = "quorum-intersection"
    watches = evidence = (Certified,)
    claim = "any two certificates shared more than f signers"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._group = group
        self._bit = {name: 1 << place for place, name in enumerate(group.members)}
        self._firsts: dict[int, Emitted] = {}  # set of signers, as bits -> who told of it first
        self._smallest = len(group.members)
        self._pairs = 0

    def fold(self, emitted: Emitted) -> None:
        """Compare a new set of signers with those before, if it can be too far from any of them."""
        event = emitted.event
        assert isinstance(event, Certified), "this one is watched"
        signers = sum(self._bit[name] for name in self._group.signers(event.signers))
        if signers in self._firsts:
            return
        self._smallest = min(self._smallest, signers.bit_count())
        self._firsts[signers] = emitted
        if signers.bit_count() + self._smallest <= len(self._bit) + self._group.f:
            self._compare(emitted, event, signers)

    def _compare(self, emitted: Emitted, event: Certified, signers: int) -> None:
        if self._pairs > PAIRS:
            self.doubt(f"more than {PAIRS:,} pairs of certificates would have to be compared")
            return
        self._pairs += len(self._firsts)
        for other, first in self._firsts.items():
            shared = signers & other
            if shared.bit_count() > self._group.f:
                continue
            earlier = first.event
            assert isinstance(earlier, Certified), "the map holds certificates"
            names = listed(name for name, bit in self._bit.items() if shared & bit)
            self.contradict(
                emitted.t_ns,
                f"the certificates {statement(earlier)} of {when(first)} and {statement(event)} of {when(emitted)} "
                f"share {shared.bit_count()} signers ({names}); f + 1 is {self._group.f + 1}",
            )
            return


def statement(event: Certified | Signed) -> str:
    """What was signed, in words: ``for 3a (instance 1, view 2)``."""
    return f"for {say(event.digest)} (instance {say(event.instance)}, view {say(event.view)})"
