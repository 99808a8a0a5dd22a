"""The promises of a group of parties, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.bft.invariants.bounds import Bounded, RoundBudget
from models.bft.invariants.certificates import FairCoin, OneCertificate, OutputFirst, SameDraw
from models.bft.invariants.invariant import NotPromised
from models.bft.invariants.standard import (
    Bound,
    BoundCertificates,
    HonestCertificates,
    HonestSigners,
    SecretCoin,
    Unanimity,
)
from models.bft.invariants.views import AbandonedSilent, LockedValue
from models.bft.invariants.votes import FewIterations, JustifiedVotes, NeverAllZero, OneWins, ProofForOne, WideHolder
from models.bft.quorums import Quorums
from models.bft.services import VALID
from models.bft.settings import BINARY, MULTIVALUED, Settings
from sim import SECOND, Check, System
from sim.agreement import Agreement, ExternalValidity, Group, Integrity, Termination, TotalOrder, Value

Make = Callable[[Settings, Quorums], Check]
WITHIN = 2 * SECOND
_ABBA = ("abba", "ckps", "pmvba")
_VIEWS = ("vaba", "smvba")
_SIGNING = ("provable", "consistent", *_ABBA, *_VIEWS)
_TOTAL = ("rbc", "coin", "abba", *BINARY, *MULTIVALUED)


def _group(quorums: Quorums) -> Group:
    return Group(quorums.members, quorums.f, quorums.q)


def _is_valid(value: Value) -> bool:
    return not isinstance(value, bytes) or value.startswith(VALID)


def _external(settings: Settings, quorums: Quorums) -> Check:
    if settings.service == "log" or settings.protocol == "coin":
        return NotPromised("external-validity")
    return ExternalValidity(_is_valid, "an externally valid value", f=quorums.f)


def _order(settings: Settings, quorums: Quorums) -> Check:
    if settings.service != "log":
        return NotPromised("total-order")
    return TotalOrder(volatile=True, f=quorums.f)


def _all_zero(settings: Settings, quorums: Quorums) -> Check:
    candidates = quorums.honest_one if settings.protocol == "pmvba" else quorums.n
    return NeverAllZero(candidates, quorums.f)


def _iterations(settings: Settings, quorums: Quorums) -> Check:
    """CKPS01: a candidate fails only if q vectors have a 0 for it, and none of the n vectors has more than f."""
    failed = quorums.n * quorums.f // quorums.q
    most = quorums.honest_one if settings.protocol == "pmvba" else failed + 1
    return FewIterations(most, quorums.f)


_PROMISES: dict[str, tuple[tuple[str, ...] | None, Make]] = {
    "agreement": (None, lambda _, quorums: Agreement(f=quorums.f)),
    "external-validity": (None, _external),
    "integrity": (None, lambda settings, quorums: Integrity(volatile=settings.durable, f=quorums.f)),
    "validity": (BINARY, lambda _, quorums: Unanimity(f=quorums.f)),
    "termination": (_TOTAL, lambda _, quorums: Termination(within_ns=WITHIN, f=quorums.f)),
    "termination-in-rounds": (None, lambda _, quorums: RoundBudget(f=quorums.f)),
    "no-double-sign": (_SIGNING, lambda _, quorums: HonestSigners(f=quorums.f)),
    "one-certificate": (_SIGNING, lambda _, quorums: OneCertificate(quorums.f)),
    "certificate-quorum": (_SIGNING, lambda _, quorums: BoundCertificates(_group(quorums))),
    "unforged-certificates": (_SIGNING, lambda _, quorums: HonestCertificates(_group(quorums))),
    "binding": (("bca", "mmr14conf"), lambda _, quorums: Bound(_group(quorums))),
    "output-before-coin": (BINARY, lambda _, quorums: OutputFirst(quorums.f)),
    "coin-secrecy": (None, SecretCoin),
    "same-coin": (None, lambda _, quorums: FairCoin(f=quorums.f)),
    "same-draw": (MULTIVALUED, lambda _, quorums: SameDraw(quorums.f)),
    "justified-votes": (_ABBA, lambda _, quorums: JustifiedVotes(quorums.f)),
    "one-wins": (_ABBA, lambda _, quorums: OneWins(quorums)),
    "proof-for-one": (_ABBA, lambda _, quorums: ProofForOne(quorums.f)),
    "never-all-zero": (("ckps", "pmvba"), _all_zero),
    "few-iterations": (("ckps", "pmvba"), _iterations),
    "wide-holder": (("pmvba",), lambda _, quorums: WideHolder(quorums)),
    "locked-value": (_VIEWS, lambda _, quorums: LockedValue(quorums.f)),
    "abandoned-silent": (_VIEWS, lambda _, quorums: AbandonedSilent(quorums.f)),
    "bounded": (None, lambda _, quorums: Bounded(quorums)),
    "total-order": (None, _order),
}
"""Name -> (the protocols that promise it, None for all; what makes the check)."""


def _factory(name: str) -> Callable[[System], Check]:
    protocols, make = _PROMISES[name]

    def build(system: System) -> Check:
        settings = cast("Settings", system.parameters)
        if protocols is not None and settings.protocol not in protocols:
            return NotPromised(name)
        return make(settings, Quorums.of(system.servers, settings.f))

    return build


CHECKS: Mapping[str, Callable[[System], Check]] = {name: _factory(name) for name in _PROMISES}
