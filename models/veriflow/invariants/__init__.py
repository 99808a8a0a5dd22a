"""What the orchestrator promises, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.veriflow.invariants.devices import Fits, GangWhole, OneGpuLedger
from models.veriflow.invariants.evictions import VictimsLegal
from models.veriflow.invariants.jobs import LegalState, OneBudget, OneEffective, OneJob
from models.veriflow.invariants.liveness import Liveness
from models.veriflow.invariants.loops import Quiescence, ReadsForward, TenantApart
from models.veriflow.invariants.quotas import Fair, QuotaExact, QuotaKept
from models.veriflow.invariants.world import World
from models.veriflow.places import places_of
from models.veriflow.settings import Settings
from sim import Check, System


def _settings(system: System) -> Settings:
    return cast("Settings", system.parameters)


def _liveness(system: System) -> Check:
    places = places_of(system.servers, _settings(system))
    runtimes = dict(zip(places.agents, places.runtimes, strict=True))
    return Liveness(system.shared(World), _settings(system), runtimes)


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "one-gpu-ledger": lambda system: OneGpuLedger(system.shared(World)),
    "gang-whole": lambda system: GangWhole(system.shared(World), _settings(system)),
    "fits": lambda system: Fits(system.shared(World)),
    "quota-kept": lambda system: QuotaKept(system.shared(World)),
    "quota-exact": lambda system: QuotaExact(system.shared(World)),
    "one-job": lambda system: OneJob(system.shared(World)),
    "legal-state": lambda system: LegalState(system.shared(World)),
    "one-effective": lambda system: OneEffective(system.shared(World)),
    "one-budget": lambda system: OneBudget(system.shared(World), _settings(system)),
    "victims-legal": lambda system: VictimsLegal(system.shared(World), _settings(system)),
    "fair": lambda system: Fair(system.shared(World), _settings(system)),
    "tenant-apart": lambda system: TenantApart(system.shared(World)),
    "reads-forward": lambda _: ReadsForward(),
    "quiescence": lambda system: Quiescence(system.shared(World), _settings(system)),
    "liveness": _liveness,
}
