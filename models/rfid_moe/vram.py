"""What lies in one node's VRAM: slots by row, and how to find the one that serves."""

from models.rfid_moe.bank import Matrix
from models.rfid_moe.shards import ABSENT, DRAINING, FULL, READY, Row


class Slot:
    """A shard on a node. `queued` are pairs that wait for it; a full expert's matrix is the bank's own (None)."""

    __slots__ = ("digest", "matrix", "outputs", "parts", "queued", "row", "staged", "state")

    def __init__(self, row: Row, *, staged: bool = False) -> None:
        self.row = row
        self.staged = staged
        self.state = ABSENT
        self.queued = 0
        self.matrix: Matrix | None = None
        self.parts: tuple[int, ...] = ()
        self.digest = b""
        self.outputs: dict[int, tuple[int, ...]] = {}


class Shelf:
    """All slots of one epoch. `given_up` are rows that will never be loaded again."""

    def __init__(self) -> None:
        self.slots: dict[int, Slot] = {}
        self.given_up: dict[int, None] = {}
        self.staged: Slot | None = None
        self._by_key: dict[tuple[int, int, str, int], Slot] = {}

    def put(self, slot: Slot) -> None:
        """It takes room from now on."""
        self.slots[slot.row.number] = slot
        self._by_key[slot.row.key] = slot

    def take(self, slot: Slot) -> None:
        """It takes none any more."""
        self.slots.pop(slot.row.number, None)
        if self._by_key.get(slot.row.key) is slot:
            del self._by_key[slot.row.key]

    def serving(self, layer: int, expert: int, kind: str, release: int) -> Slot | None:
        """The slot that computes this shard: also one that drains, for those who have not heard of it yet."""
        slot = self._by_key.get((layer, expert, kind, release))
        if slot is not None and slot.state in (READY, DRAINING):
            return slot
        staged = self.staged
        if kind == FULL and staged is not None and (staged.row.layer, staged.row.expert) == (layer, expert):
            return staged if staged.state == READY else None
        return None
