"""The promises of the system, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.smartsearch.invariants.copies import Copies
from models.smartsearch.invariants.groups import AtLeastOnce, OneOwner
from models.smartsearch.invariants.log import AckedKept, HwMonotone, NoDuplicate, OneLeader, OneOrder
from models.smartsearch.invariants.log_liveness import LogLiveness
from models.smartsearch.layout import lay_out
from models.smartsearch.settings import Settings
from sim import Check, System


def _log_liveness(system: System) -> Check:
    settings = cast("Settings", system.parameters)
    return LogLiveness(settings, lay_out(system.servers, settings))


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "acked-kept": lambda system: AckedKept(system.shared(Copies)),
    "one-order": lambda system: OneOrder(system.shared(Copies)),
    "hw-monotone": lambda _: HwMonotone(),
    "one-leader": lambda _: OneLeader(),
    "no-duplicate": lambda system: NoDuplicate(system.shared(Copies)),
    "one-owner": lambda _: OneOwner(),
    "at-least-once": lambda system: AtLeastOnce(system.shared(Copies)),
    "log-liveness": _log_liveness,
}
