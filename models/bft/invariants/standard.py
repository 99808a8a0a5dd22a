"""Standard promises as this model makes them: a run in which one never comes up has kept it."""

from functools import partial

from models.bft.quorums import Quorums
from models.bft.settings import Settings
from sim import Emitted, RunRecord, Verdict
from sim.agreement import (
    Binding,
    CertificateQuorum,
    Certified,
    CoinSecrecy,
    Group,
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


class Judged:
    """Certificates that were found to be good: each is shown by n parties to n, and its signers are as many again."""

    def __init__(self) -> None:
        self._good: dict[Certified, None] = {}

    def is_new(self, event: Certified) -> bool:
        """Whether this statement with these signers was not judged before."""
        if event in self._good:
            return False
        self._good[event] = None
        return True


class BoundCertificates(CertificateQuorum):
    """Every certificate has a quorum of distinct signers."""

    def __init__(self, group: Group) -> None:
        super().__init__(group)
        self._judged = Judged()

    def fold(self, emitted: Emitted) -> None:
        """Each certificate once."""
        assert isinstance(emitted.event, Certified), "this one is watched"
        if self._judged.is_new(emitted.event):
            super().fold(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """As it is, or kept."""
        return _kept(self, super().conclude(record))


class HonestCertificates(UnforgedCertificates):
    """No certificate lists an honest party that had not signed."""

    def __init__(self, group: Group) -> None:
        super().__init__(group)
        self._judged = Judged()

    def fold(self, emitted: Emitted) -> None:
        """Each certificate once: what was signed when it was first seen stays signed."""
        if not isinstance(emitted.event, Certified) or self._judged.is_new(emitted.event):
            super().fold(emitted)

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
