"""The promises about keys, values and objects, by the names that verdicts use. Each factory makes one run's check."""

from collections.abc import Callable, Mapping
from typing import cast

from models.veristore.clients.settings import ClientSettings
from models.veristore.invariants.chunks import ReachableKept
from models.veristore.invariants.lists import ListCommitted
from models.veristore.invariants.objects import ObjectWhole, OneWinner
from models.veristore.invariants.told import Told
from models.veristore.invariants.uploads import TerminalUpload, UploadsCollected
from models.veristore.invariants.values import BatchWhole, DeletedUnseen
from sim import Check, System

KV_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "batch-whole": lambda _: BatchWhole(),
    "deleted-unseen": lambda _: DeletedUnseen(),
}


def object_checks(*, replicated: bool) -> Mapping[str, Callable[[System], Check]]:
    """The promises about objects. `replicated`: the nodes are replicas of one store, and not stores of their own."""

    def told() -> Told:
        return Told(replicated=replicated)

    def uploads_collected(system: System) -> Check:
        settings = cast("ClientSettings", system.parameters)
        times = settings.upload_ttl, settings.grace, settings.collect_every, settings.tick_every
        return UploadsCollected(told(), *times)

    return {
        "object-whole": lambda _: ObjectWhole(told()),
        "one-winner": lambda _: OneWinner(told()),
        "list-committed": lambda _: ListCommitted(told()),
        "reachable-kept": lambda _: ReachableKept(told()),
        "terminal-upload": lambda _: TerminalUpload(told()),
        "uploads-collected": uploads_collected,
    }


OBJECT_CHECKS = object_checks(replicated=False)
