"""The stage of a node: room for one expert that is fetched from the node's own images when somebody asks for it."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.rfid_moe.messages import Compute
from models.rfid_moe.shards import ABSENT, FULL, LOADING, READY, STAGE, Row
from models.rfid_moe.vram import Slot

if TYPE_CHECKING:
    from models.rfid_moe.node import ExpertNode

Ready = Callable[[], None]


class Stage:
    """One expert at a time, in order of asking; the next one waits until nothing is queued for the last."""

    def __init__(self, node: "ExpertNode") -> None:
        self._node = node
        self._waiting: deque[tuple[Compute, Ready]] = deque()
        self._works = False

    def fetch(self, compute: Compute, ready: Ready) -> None:
        """Have the expert of this part in VRAM, then call `ready`."""
        self._waiting.append((compute, ready))
        if not self._works:
            self._works = True
            self._node.spawn(self._work())

    async def _work(self) -> None:
        while self._waiting:
            compute, ready = self._waiting.popleft()
            expert = compute.wanted[0].expert
            if self._node.shelf.serving(compute.layer, expert, FULL, 0) is None:
                await self._bring(compute.layer, expert)
            ready()
        self._works = False

    async def _bring(self, layer: int, expert: int) -> None:
        node = self._node
        while (staged := node.shelf.staged) is not None and staged.queued:
            await node.sleep(node.settings.compute)
        self.clear("another is wanted")
        room = self._room()
        if room is None or node.name not in node.images.holders(layer, expert):
            return
        row = Row(room.number, node.name, node.epoch, layer, expert, FULL, 0, node.settings.full_bytes)
        slot = node.shelf.staged = Slot(row, staged=True)
        node.turn(slot, LOADING, "staged")
        await node.sleep(node.bus_ns(row.size))
        if node.shelf.staged is slot:
            node.turn(slot, READY, "loaded")

    def _room(self) -> Row | None:
        """The ledger's row of the stage."""
        slots = self._node.shelf.slots.values()
        return next((slot.row for slot in slots if slot.row.kind == STAGE), None)

    def clear(self, why: str) -> None:
        """Nothing is staged any more."""
        slot = self._node.shelf.staged
        if slot is not None:
            self._node.shelf.staged = None
            self._node.turn(slot, ABSENT, why)
