"""What a replicated store is built from: the parts of both layers, and the replica that joins them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import raft, veristore

if TYPE_CHECKING:
    from models.stack.replica import StoreReplica


@dataclass(frozen=True)
class StoreParts:
    """A mutant of either layer can be planted here, and mutants of their joint."""

    group: raft.Parts = raft.Parts()
    store: veristore.Parts = veristore.Parts()
    replica: "type[StoreReplica] | None" = None
