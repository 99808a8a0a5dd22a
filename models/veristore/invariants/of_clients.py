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


def _uploads_collected(system: System) -> Check:
    settings = cast("ClientSettings", system.parameters)
    return UploadsCollected(Told(), settings.upload_ttl, settings.grace, settings.collect_every, settings.tick_every)


KV_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "batch-whole": lambda _: BatchWhole(),
    "deleted-unseen": lambda _: DeletedUnseen(),
}

OBJECT_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "object-whole": lambda _: ObjectWhole(Told()),
    "one-winner": lambda _: OneWinner(Told()),
    "list-committed": lambda _: ListCommitted(Told()),
    "reachable-kept": lambda _: ReachableKept(Told()),
    "terminal-upload": lambda _: TerminalUpload(Told()),
    "uploads-collected": _uploads_collected,
}
