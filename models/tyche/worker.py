"""A worker: containers and loads in its memory, runs in its containers, and an inventory of all that once a second."""

from collections.abc import Mapping

from models.tyche.events import Claimed, Slowed, WorkerStarted
from models.tyche.function import Function
from models.tyche.ledger import Ledger
from models.tyche.messages import Held, Inventory, Load, Place, Unload
from models.tyche.parts import Parts
from models.tyche.settings import Settings
from sim import Actor, Message, on

CLAIM = "claim"


class Epoch(Message):
    """The durable number of the newest epoch: words of different ones are told apart."""

    epoch: int


class Worker(Actor):
    """One epoch of a worker. A crash empties it."""

    def __init__(self, controller: str, settings: Settings, functions: Mapping[str, Function], parts: Parts) -> None:
        self.settings = settings
        self.functions = functions
        self._controller = controller
        self._parts = parts

    def on_start(self) -> None:
        """Begin empty, and say so."""
        self.epoch = (self.disk.load(Epoch) or Epoch(0)).epoch + 1
        self.disk.save(Epoch(self.epoch))
        self._slow: list[int] = []
        self._serial = self._claims = 0
        self._claimed: dict[str, tuple[int, int]] = {}
        capacities = (self.settings.ram_mb, *[self.settings.gpu_mb] * self.settings.gpus)
        self.emit(WorkerStarted(self.epoch, capacities))
        self.ledger = Ledger(capacities, self.emit)
        self.containers = self._parts.containers(self)
        self.loads = self._parts.loads(self)
        self.runs = self._parts.runs(self)
        self._report = self.timer(self.report)
        self.report()

    def report(self) -> None:
        """Once per inventory period."""
        self._report.reset(self.settings.inventory_every)
        self.send_inventory()

    def send_inventory(self) -> None:
        """All that there is now."""
        helds = tuple(container.held for container in self.containers.live.values())
        self.tell(Inventory(self.epoch, self.next_serial(), helds, self.ledger.free, self.now()))

    def tell(self, word: Message) -> None:
        """Say something to the controller."""
        self.send(self._controller, word)

    def next_serial(self) -> int:
        """Later words have greater ones."""
        self._serial += 1
        return self._serial

    def held_of(self, name: str) -> Held:
        """A container as the controller is told, also if it is no more."""
        container = self.containers.live.get(name)
        return Held(name, "", False, (), gone=True) if container is None else container.held

    @on(Place)
    def place(self, source: str, place: Place) -> None:  # noqa: ARG002 - there is one controller
        """From the controller: run this."""
        self.runs.take(place)

    @on(Load)
    def load(self, source: str, load: Load) -> None:  # noqa: ARG002
        """From the controller: load this."""
        self.loads.load(load)

    @on(Unload)
    def unload(self, source: str, unload: Unload) -> None:  # noqa: ARG002
        """From the controller: drop this."""
        self.loads.unload(unload.ticket)

    # Levers of faults

    def crash_container(self, name: str) -> None:
        """A container's process dies."""
        container = self.containers.live.get(name)
        if container is not None:
            self.containers.crash(container)

    def slow(self, factor: int) -> None:
        """Loads that begin from now on take so many times as long."""
        self._slow.append(factor)
        self.emit(Slowed(self.slowness))

    def recover(self, factor: int) -> None:
        """Undo one `slow`."""
        self._slow.remove(factor)
        self.emit(Slowed(self.slowness))

    @property
    def slowness(self) -> int:
        """How many times as long as on its full speed a load takes now."""
        return max(self._slow, default=1)

    def claim(self, pool: int, mb: int) -> str:
        """Somebody else takes memory for himself: as much of `mb` as can be had when what is preloaded goes.

        Returns the row of the claim, for `release`.
        """
        mb = min(mb, self.ledger.reclaimable(pool))
        self.loads.evict(pool, mb, CLAIM)
        self._claims += 1
        row = f"{CLAIM} {self._claims}"
        self._claimed[row] = (pool, mb)
        self._tell_claims(pool)
        self.ledger.take(pool, {row: mb})
        return row

    def release(self, row: str) -> None:
        """He gives it back."""
        pool, _ = self._claimed.pop(row)
        self._tell_claims(pool)
        self.ledger.give(pool, row)
        self.runs.dispatch()

    def _tell_claims(self, pool: int) -> None:
        self.emit(Claimed(pool, sum(mb for where, mb in self._claimed.values() if where == pool)))
