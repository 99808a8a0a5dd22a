"""A row of the one ledger for whoever has memory of a GPU and is no job: how it is got, looked after and given back.

The row names the epoch of the GPU node. What the machine had in an older epoch is gone, so whoever holds a row compares
the two before it begins, and looks again as long as it serves.
"""

from models import veriflow
from models.stack.ports import Errand
from models.stack.wiring import Wiring
from sim import MS, SECOND, Actor, Message, Refused, Timeout

LOOK = 1 * SECOND
SWEEP = 5
"""At every so-manieth look rows are given back that are not meant to be held."""
HOP = 500 * MS
AGAIN = 200 * MS


class RowSerial(Message):
    """How many rows this actor has asked for, over all its lives: each has an id of its own."""

    serial: int


class RowKeeper:
    """Of one actor on a GPU node. The ids of its rows begin with `layer` and its name."""

    def __init__(self, actor: Actor, wiring: Wiring, layer: str, number: int) -> None:
        agents = wiring.cluster_places.agents
        self._actor = actor
        self.home = agents[number % len(agents)]
        self._runtime = wiring.cluster_places.runtime_of(self.home)
        self._devices = wiring.devices(actor)
        self._name = f"{layer}/{actor.name}"
        self._prefix = f"{self._name}/"

    async def hold(self, owner: str, size: int) -> veriflow.Row:
        """A row of `size` bytes in an epoch that the machine is in, however long that takes."""
        while True:
            try:
                row = await self._claim(owner, size)
                if await self.stands(row):
                    return row
            except (Refused, Timeout):
                pass
            await self._actor.sleep(AGAIN)

    async def stands(self, row: veriflow.Row) -> bool:
        """Whether the machine is in the row's epoch. Refused or Timeout if it does not say."""
        ask = veriflow.TableAsk()
        return (await self._actor.call(self._runtime, ask, timeout=HOP)).epoch == row.epoch

    async def sweep(self, row: veriflow.Row) -> None:
        """Give back rows before this one: what earlier lives had, or a word that was doubled has claimed again."""
        await self._sweep(int(row.id.removeprefix(self._prefix)))

    async def _claim(self, owner: str, size: int) -> veriflow.Row:
        """Give back what earlier lives had, and ask for a row of its own."""
        disk = self._actor.disk
        serial = (disk.load(RowSerial) or RowSerial(0)).serial + 1
        await self._sweep(serial)
        disk.save(RowSerial(serial))
        id_ = f"{self._prefix}{serial}"
        return await self._devices.claim(self._errand(id_), id_, owner, self.home, size)

    async def _sweep(self, serial: int) -> None:
        for id_ in await self._devices.held(self._errand("held"), self._prefix):
            if int(id_.removeprefix(self._prefix)) < serial:
                await self._devices.release(self._errand(f"release/{id_}"), id_)

    def _errand(self, step: str) -> Errand:
        return Errand(self._name, f"{self._name}/{step}", self._actor.name, 2 * SECOND)
