"""Standard promises as this model makes them: a run in which one never comes up has kept it."""

from functools import partial

from models.bft.quorums import Quorums
from models.bft.settings import Settings
from sim import RunRecord, Verdict
from sim.agreement import (
    Binding,
    CertificateQuorum,
    CoinSecrecy,
    Promise,
    SignsOnce,
    StrongValidity,
    UnforgedCertificates,
    Value,
)


def _kept(check: Promise, found: Verdict) -> Verdict:
    """Pass where nothing was seen."""
    if found.status == "unknown" and not found.work and not check.undecided:
        return Verdict(check.name, "pass", "it never came up", check.kind, notes=found.notes)
    return found


class HonestSigners(SignsOnce):
    """No honest party signs twice for one tag."""

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


class BoundCertificates(CertificateQuorum):
    """Every certificate has a quorum of distinct signers."""

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


class HonestCertificates(UnforgedCertificates):
    """No certificate lists an honest party that had not signed."""

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


class Bound(Binding):
    """At the first output of a round one value at most is still possible."""

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


class SecretCoin(CoinSecrecy):
    """No coin is known before as many shares are out as the scenario asks for, whatever the parties take for enough."""

    def __init__(self, settings: Settings, quorums: Quorums) -> None:
        super().__init__(partial(threshold, settings, quorums), f=quorums.f)

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


def threshold(settings: Settings, quorums: Quorums, about: Value) -> int:
    """How many shares open the coin that events name (instance, phase, round, k)."""
    instance, phase = about[:2] if isinstance(about, tuple) else ("", "")
    if "/abba" in str(instance):
        return quorums.q
    if phase == "com" or (phase == "perm" and settings.protocol == "pmvba"):
        return quorums.q if (settings.k1 if phase == "com" else settings.k2) == "q" else quorums.honest_one
    if phase == "perm" or settings.coin == "f+1":
        return quorums.honest_one
    return quorums.honest_majority


class Unanimity(StrongValidity):
    """Where all honest inputs are equal, nothing else is decided; where they differ, there is nothing to hold."""

    name = "validity"

    def conclude(self, record: RunRecord) -> Verdict:
        """A doubt only says that the premise did not hold."""
        found = super().conclude(record)
        if found.status == "unknown":
            return Verdict(self.name, "pass", "inputs differed or nothing was decided", self.kind, notes=found.notes)
        return found
