"""An expert node: shards in VRAM, images on its disk, one queue of work. A crash empties the VRAM and begins an
epoch.
"""

from models.patterns import Fence
from models.rfid_moe import messages as m
from models.rfid_moe.events import Computing, NodeStarted, ShardState
from models.rfid_moe.images import Images
from models.rfid_moe.messages import Beat, Compute, Computed, Drain, Gone, Holding, Load, Unable
from models.rfid_moe.parts import Parts
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import ABSENT, DRAINING, LOADING, READY, STAGE, Row
from models.rfid_moe.stage import Stage
from models.rfid_moe.vram import Shelf, Slot
from sim import SECOND, Actor, Caller, Message, Refused, Timeout, on

COMPUTE, PCIE = "compute", "pcie"
"""What can be slow."""


class Epoch(Message):
    """What is durable: how often this node has started."""

    epoch: int


class ExpertNode(Actor):
    """One epoch of a node."""

    def __init__(self, controllers: tuple[str, ...], images: Images, settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self._controllers = controllers
        self.images = images
        self._parts = parts

    def on_start(self) -> None:
        """Begin empty, and say so."""
        self.epoch = (self.disk.load(Epoch) or Epoch(0)).epoch + 1
        self.disk.save(Epoch(self.epoch))
        self.emit(NodeStarted(self.epoch))
        self.shelf = Shelf()
        self._assembly = self._parts.assembly(self.settings.shape)
        self._store = self._parts.store(self.images)
        self._stage = Stage(self)
        self._fence = Fence()
        self._serial = 0
        self._busy_until = 0
        self._slow = {COMPUTE: [1], PCIE: [1]}
        self._beat = self.timer(self.beat)
        self.beat()

    # Placement

    def beat(self) -> None:
        """I am there, and this is what I hold."""
        self._beat.reset(self.settings.beat)
        self._serial += 1
        holdings = tuple(Holding(slot.row.number, slot.state) for slot in self.shelf.slots.values())
        word = Beat(self.epoch, self._serial, holdings)
        for controller in self._controllers:
            self.send(controller, word)

    @on(Load)
    def load(self, source: str, load: Load) -> None:
        """Take a shard in, once; a row that was given up before is not taken again."""
        row = load.row
        if row.epoch != self.epoch or not self._fence.admits("placement", load.token):
            return
        if row.number in self.shelf.given_up:
            self.send(source, Gone(self.epoch, row.number))
            return
        if row.number in self.shelf.slots:
            return
        slot = Slot(row)
        self.shelf.put(slot)
        if row.kind == STAGE:
            slot.state = READY
        else:
            self.turn(slot, LOADING, "placed")
            self.spawn(self._loading(slot))

    async def _loading(self, slot: Slot) -> None:
        row = slot.row
        try:
            await self._transfer(row)
        except (Timeout, Refused):
            self._leave(slot, "no image to be had")
            return
        if self.shelf.slots.get(row.number) is not slot or slot.state != LOADING:
            return
        self._store.load(slot, self._assembly)
        self.turn(slot, READY, "loaded")
        self.beat()

    async def _transfer(self, row: Row) -> None:
        """From the own images over the bus; else from whoever has the image, over the network."""
        if self.name in self.images.holders(row.layer, row.expert):
            await self.sleep(self.bus_ns(row.size))
            return
        peers = self.images.holders(row.layer, row.expert)
        peer = peers[row.number % len(peers)]
        await self.call(peer, m.Fetch(row), timeout=self.settings.retry)
        await self.sleep(row.size * SECOND // self.settings.network)

    @on(m.Fetch)
    def fetch(self, caller: Caller, fetch: m.Fetch) -> m.Fetched | None:
        """A peer wants an image."""
        if self.name in self.images.holders(fetch.row.layer, fetch.row.expert):
            return m.Fetched(fetch.row.number)
        self.refuse(caller, "no such image here")
        return None

    @on(Drain)
    def drain(self, source: str, drain: Drain) -> None:
        """Give a shard up: at once if nothing of it is queued, else when that is done."""
        if drain.epoch != self.epoch or not self._fence.admits("placement", drain.token):
            return
        slot = self.shelf.slots.get(drain.row)
        self.shelf.given_up[drain.row] = None
        if slot is None:
            self.send(source, Gone(self.epoch, drain.row))
        elif slot.state == LOADING or slot.row.kind == STAGE:
            self._leave(slot, drain.why)
        elif slot.state == READY:
            self.turn(slot, DRAINING, drain.why, drain.map)
            if not slot.queued:
                self._leave(slot, drain.why)

    def _leave(self, slot: Slot, why: str) -> None:
        """The shard is gone, and the controllers hear it."""
        number = slot.row.number
        self.shelf.given_up[number] = None
        if slot.row.kind == STAGE:
            self._stage.clear(why)
        else:
            self.turn(slot, ABSENT, why)
        self.shelf.take(slot)
        for controller in self._controllers:
            self.send(controller, Gone(self.epoch, number))

    def turn(self, slot: Slot, target: str, why: str, map_version: int = 0) -> None:
        """A slot goes into another state, and it is told."""
        source, slot.state = slot.state, target
        row = slot.row
        ready = target == READY
        size = self.images.size(row.layer, row.expert, row.kind, row.release)
        self.emit(
            ShardState(
                row.number, row.layer, row.expert, row.kind, row.release, size, source, target, why,
                slot.parts if ready else (), slot.digest if ready else b"", map_version, slot.staged,
            )
        )  # fmt: skip

    # Work

    @on(Compute)
    def compute(self, source: str, compute: Compute) -> None:
        """A part of a step: queued behind what came before, or refused."""
        if not self.may_compute(compute.epoch):
            self.send(source, Unable(compute.session, compute.number, "another epoch"))
        elif compute.fetch:
            self._stage.fetch(compute, lambda: self._enqueue(source, compute))
        else:
            self._enqueue(source, compute)

    def may_compute(self, epoch: int) -> bool:
        """What was asked of an earlier epoch rests on a map that is no more."""
        return epoch == self.epoch

    def _enqueue(self, source: str, compute: Compute) -> None:
        found = [self.shelf.serving(compute.layer, one.expert, one.kind, one.release) for one in compute.wanted]
        slots = [slot for slot in found if slot is not None]
        if len(slots) < len(found):
            self.send(source, Unable(compute.session, compute.number, "not here"))
            return
        for slot in slots:
            slot.queued += 1
        work = self.settings.compute * len(slots) * max(self._slow[COMPUTE])
        self._busy_until = max(self._busy_until, self.elapsed()) + work
        self.timer(lambda: self._finish(source, compute, slots)).reset(self._busy_until - self.elapsed())

    def _finish(self, source: str, compute: Compute, slots: list[Slot]) -> None:
        shards = tuple(
            (compute.layer, one.expert, one.kind, one.release, slot.row.release)
            for one, slot in zip(compute.wanted, slots, strict=True)
        )
        self.emit(Computing(compute.epoch, self.epoch, shards))
        outputs = tuple(
            self._store.output(compute.layer, one.token, slot) for one, slot in zip(compute.wanted, slots, strict=True)
        )
        self.send(source, Computed(compute.session, compute.number, self.epoch, outputs))
        for slot in slots:
            slot.queued -= 1
            if slot.state == DRAINING and not slot.queued:
                self._leave(slot, "drained")

    # Levers of faults

    def bus_ns(self, size: int) -> int:
        """How long so many bytes take from the own images into VRAM now."""
        return size * SECOND // self.settings.pcie * max(self._slow[PCIE])

    def slow(self, what: str, factor: int) -> None:
        """From now on computing, or loading, takes so many times as long."""
        self._slow[what].append(factor)

    def recover(self, what: str, factor: int) -> None:
        """Undo one `slow`."""
        self._slow[what].remove(factor)
