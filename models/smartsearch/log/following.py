"""Following: a replica first agrees with its leader where their logs part, then fetches (KIP-101, KIP-279)."""

from typing import TYPE_CHECKING

from models.smartsearch.log.messages import EndOfEpoch, Fetch, FetchedItem, FetchItem
from models.smartsearch.log.replica import Replica
from sim import MS, Refused, Timeout

if TYPE_CHECKING:
    from models.smartsearch.log.broker import Broker

PAUSE = 10 * MS


class Following:
    """Fetches from every other broker what that one leads."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._settings = broker.settings

    def start(self) -> None:
        """One story for each other broker."""
        for peer in self._broker.layout.brokers:
            if peer != self._broker.name:
                self._broker.spawn(self._follow(peer))

    async def _follow(self, leader: str) -> None:
        while True:
            mine = [one for one in self._broker.replicas.values() if one.follows(leader, one.epoch)]
            for replica in mine:
                if not replica.agreed:
                    await self._agree(replica, leader)
            ready = [one for one in mine if one.agreed and one.follows(leader, one.epoch)]
            if not ready or not await self._fetch(leader, ready):
                await self._broker.sleep(PAUSE)

    async def _fetch(self, leader: str, replicas: list[Replica]) -> bool:
        broker = self._broker
        items = tuple(FetchItem(one.partition, one.epoch, one.log.end) for one in replicas)
        asked = Fetch(broker.name, broker.broker_epoch, items, self._settings.fetch_wait)
        try:
            found = await broker.call(leader, asked, timeout=self._settings.request_timeout)
        except (Refused, Timeout):
            return False
        went = True
        for item in found.items:
            went = self._take(leader, item) and went
        return went

    def _take(self, leader: str, item: FetchedItem) -> bool:
        replica = self._broker.replicas[item.partition]
        if not replica.agreed or not replica.follows(leader, item.epoch):
            return False
        replica.take(item)
        return not item.error

    async def _agree(self, replica: Replica, leader: str) -> None:
        """Cut what the leader does not have; again and again, until its answer is about one's own last epoch."""
        epoch = replica.epoch
        while replica.log.end > replica.log.start:
            asked = EndOfEpoch(replica.partition, epoch, replica.log.last_epoch)
            try:
                said = await self._broker.call(leader, asked, timeout=self._settings.request_timeout)
            except (Refused, Timeout):
                return
            if not replica.follows(leader, epoch):
                return
            replica.cut(replica.cut_point(said.epoch, said.end))
            if replica.is_agreed(said.epoch):
                break
        replica.agreed = True
