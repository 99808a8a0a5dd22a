"""What a bakery promises, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.gandom.invariants.charges import Accounts
from models.gandom.invariants.liveness import SYNCS, Liveness, patience
from models.gandom.invariants.money import CentsConserved, ChargeOrder, OneCharge
from models.gandom.invariants.orders import HeldRight, LegalState, OrderOnce
from models.gandom.invariants.outside import AnnouncedEach, ScanOnce
from models.gandom.invariants.stock import Converged, MovedOnce, NoOversell, RightsSum
from models.gandom.invariants.told import Told
from models.gandom.places import places_of
from models.gandom.settings import Settings
from sim import Check, System


def _settings(system: System) -> Settings:
    return cast("Settings", system.parameters)


def _announced(system: System) -> Check:
    settings = _settings(system)
    return AnnouncedEach(places_of(system.servers, settings).admins, 2 * settings.feed_every)


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "no-oversell": lambda system: NoOversell(system.shared(Told)),
    "rights-sum": lambda system: RightsSum(system.shared(Told)),
    "moved-once": lambda system: MovedOnce(system.shared(Told)),
    "converged": lambda system: Converged(system.shared(Told), SYNCS * _settings(system).sync),
    "charge-order": lambda system: ChargeOrder(system.shared(Accounts), 2 * patience(_settings(system))),
    "one-charge": lambda system: OneCharge(system.shared(Accounts)),
    "cents-conserved": lambda system: CentsConserved(system.shared(Accounts)),
    "order-once": lambda _: OrderOnce(),
    "legal-state": lambda _: LegalState(),
    "held-right": lambda system: HeldRight(system.shared(Told), system.shared(Accounts)),
    "announced-each": _announced,
    "scan-once": lambda system: ScanOnce(system.shared(Told)),
    "liveness": lambda system: Liveness(_settings(system), system.shared(Accounts)),
}
