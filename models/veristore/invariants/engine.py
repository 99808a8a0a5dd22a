"""The promises of the engine, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.veristore.invariants.answers import AckedDurable, DeletedStays, ReadsCurrent, SeqRises
from models.veristore.invariants.durability import BatchAtomic, DurablePrefix, NoCorruptApply, ReplayDeterministic
from models.veristore.invariants.files import LogFloor, RecoveryEnds, SnapshotEqual
from models.veristore.invariants.lineage import Lineages
from models.veristore.settings import Settings
from sim import Check, System


def _stops(system: System) -> bool:
    return cast("Settings", system.parameters).recovery == "absolute"


ENGINE_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "durable-prefix": lambda system: DurablePrefix(system.shared(Lineages), stops=_stops(system)),
    "replay-deterministic": lambda system: ReplayDeterministic(system.shared(Lineages)),
    "no-corrupt-apply": lambda system: NoCorruptApply(system.shared(Lineages)),
    "seq-rises": lambda _: SeqRises(),
    "acked-durable": lambda _: AckedDurable(),
    "deleted-stays": lambda system: DeletedStays(system.shared(Lineages)),
    "reads-current": lambda system: ReadsCurrent(system.shared(Lineages)),
    "batch-atomic": lambda _: BatchAtomic(),
    "snapshot-equal": lambda system: SnapshotEqual(system.shared(Lineages)),
    "log-floor": lambda _: LogFloor(),
    "recovery-ends": lambda _: RecoveryEnds(),
}
