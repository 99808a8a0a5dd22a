"""Shards: what of a model lies on a node. Their states, their bytes, and the map of those that may be asked."""

from models.rfid_moe.bank import Shape
from models.rfid_moe.compression import buckets_of
from sim import Message

FULL, SHADOW, STAGE = "full", "shadow", "stage"
"""Kinds: an expert as trained, its compressed shadow, and room for one expert that is fetched when it is asked."""

ABSENT, LOADING, READY, DRAINING, LOST = "ABSENT", "LOADING", "READY", "DRAINING", "LOST"


class Row(Message):
    """A row of the ledger: the node, in its epoch, has room for this shard. Numbers rise and are never used twice.

    `release` is the compression's number for shadows, 0 for the full expert. A stage has layer and expert -1.
    """

    number: int
    node: str
    epoch: int
    layer: int
    expert: int
    kind: str
    release: int
    size: int

    @property
    def key(self) -> tuple[int, int, str, int]:
        """What it holds, whoever holds it."""
        return self.layer, self.expert, self.kind, self.release


class Copy(Message):
    """A READY shard that may be asked."""

    row: int
    node: str
    epoch: int
    layer: int
    expert: int
    kind: str
    release: int


class PlacementMap(Message):
    """Version `version` of who may be asked for what. `alive` are nodes that serve, each with its epoch."""

    version: int
    copies: tuple[Copy, ...]
    alive: tuple[tuple[str, int], ...]


def full_bytes(shape: Shape, number: int) -> int:
    """Bytes of an expert as trained: up, gate and down, `number` bytes for each of their numbers."""
    return 3 * shape.rows * shape.columns * number


def shadow_bytes(shape: Shape, ranks: int, eta: int, number: int) -> int:
    """Bytes of a shadow: down stays dense; up and gate each have A_e, the whole of B_g, and eta."""
    compressed = ranks * (shape.rows + shape.columns) + buckets_of(shape, eta)
    return (shape.rows * shape.columns + 2 * compressed) * number


def image_bytes(shape: Shape, ranks: tuple[int, ...], eta: int) -> int:
    """Bytes of a layer's compressed up (or gate) matrices where each basis is stored once, one byte a number."""
    per_rank = shape.group * shape.rows + shape.columns
    return sum(count * per_rank + buckets_of(shape, eta) for count in ranks)
