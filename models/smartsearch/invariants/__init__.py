"""The promises of the system, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.smartsearch.invariants.copies import Copies
from models.smartsearch.invariants.documents import (
    AttemptsBound,
    DeterministicChunks,
    EffectOnce,
    FenceHolds,
    LegalState,
    OneDocument,
    ReadyOrDead,
)
from models.smartsearch.invariants.groups import AtLeastOnce, OneOwner
from models.smartsearch.invariants.ledger import Ledger
from models.smartsearch.invariants.liveness import Liveness
from models.smartsearch.invariants.log import AckedKept, HwMonotone, NoDuplicate, OneLeader, OneOrder
from models.smartsearch.invariants.log_liveness import LogLiveness
from models.smartsearch.invariants.reference import Reference
from models.smartsearch.invariants.searches import ReadyIffFound, TenantApart
from models.smartsearch.layout import lay_out
from models.smartsearch.settings import Settings
from sim import Check, System


def _settings(system: System) -> Settings:
    return cast("Settings", system.parameters)


def _log_liveness(system: System) -> Check:
    return LogLiveness(_settings(system), lay_out(system.servers, _settings(system)))


def _liveness(system: System) -> Check:
    return Liveness(system.shared(Ledger), _settings(system), lay_out(system.servers, _settings(system)))


def _ready_iff_found(system: System) -> Check:
    settings = _settings(system)
    staleness = settings.staleness if settings.index == "replica" else 0
    return ReadyIffFound(system.shared(Ledger), system.shared(Reference), staleness)


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "acked-kept": lambda system: AckedKept(system.shared(Copies)),
    "one-order": lambda system: OneOrder(system.shared(Copies)),
    "hw-monotone": lambda _: HwMonotone(),
    "one-leader": lambda _: OneLeader(),
    "no-duplicate": lambda system: NoDuplicate(system.shared(Copies)),
    "one-owner": lambda _: OneOwner(),
    "at-least-once": lambda system: AtLeastOnce(system.shared(Copies)),
    "legal-state": lambda _: LegalState(),
    "fence-holds": lambda _: FenceHolds(),
    "ready-iff-found": _ready_iff_found,
    "one-document": lambda _: OneDocument(),
    "ready-or-dead": lambda _: ReadyOrDead(),
    "effect-once": lambda system: EffectOnce(system.shared(Ledger), system.shared(Copies)),
    "deterministic-chunks": lambda system: DeterministicChunks(system.shared(Ledger), system.shared(Reference)),
    "attempts-bound": lambda system: AttemptsBound(system.shared(Ledger), _settings(system).attempts_max),
    "tenant-apart": lambda _: TenantApart(),
    "log-liveness": _log_liveness,
    "liveness": _liveness,
}
