"""The promises of served experts, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.rfid_moe.invariants.liveness import Balanced, Liveness
from models.rfid_moe.invariants.memory import BudgetExact, VramKept
from models.rfid_moe.invariants.places import CopiesApart, Covered, MapForward, OneVersion
from models.rfid_moe.invariants.sums import BoundHolds, NoSilentLoss, TokensConserved, WeightsSum
from models.rfid_moe.settings import Settings
from sim import Check, System

_MADE: Mapping[str, Callable[[Settings], Check]] = {
    "budget-exact": BudgetExact,
    "vram-kept": VramKept,
    "no-silent-loss": NoSilentLoss,
    "tokens-conserved": TokensConserved,
    "weights-sum": WeightsSum,
    "one-version": OneVersion,
    "bound-holds": BoundHolds,
    "copies-apart": CopiesApart,
    "covered": Covered,
    "map-forward": MapForward,
    "balanced": Balanced,
    "liveness": Liveness,
}


def _factory(make: Callable[[Settings], Check]) -> Callable[[System], Check]:
    return lambda system: make(cast("Settings", system.parameters))


CHECKS: Mapping[str, Callable[[System], Check]] = {name: _factory(make) for name, make in _MADE.items()}
