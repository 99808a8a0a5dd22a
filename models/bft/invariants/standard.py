"""Standard promises as this model makes them: a run in which one never comes up has kept it."""

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
    """No coin is known before its threshold, which events name last."""

    def __init__(self, *, f: int) -> None:
        super().__init__(_threshold, f=f)

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


def _threshold(instance: Value) -> int:
    k = instance[-1] if isinstance(instance, tuple) else 0
    return k if isinstance(k, int) else 0


class Unanimity(StrongValidity):
    """Where all honest inputs are equal, nothing else is decided; where they differ, there is nothing to hold."""

    name = "validity"

    def conclude(self, record: RunRecord) -> Verdict:
        """A doubt only says that the premise did not hold."""
        found = super().conclude(record)
        if found.status == "unknown":
            return Verdict(self.name, "pass", "inputs differed or nothing was decided", self.kind, notes=found.notes)
        return found
