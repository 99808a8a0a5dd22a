"""How a client finds the brokers that lead: it asks any of them, and again when what it knows turns out to be old."""

from typing import TypeVar

from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.settings import Settings
from sim import MS, Actor, Message, Refused, Request, Timeout

R = TypeVar("R", bound=Message)

PAUSE = 20 * MS


class Cluster:
    """Who leads what, as far as this client knows."""

    def __init__(self, actor: Actor, layout: Layout, settings: Settings) -> None:
        self._actor = actor
        self._layout = layout
        self._settings = settings
        self._leaders: dict[int, m.Leader] = {}
        self._turn = actor.random.child("cluster").below(len(layout.brokers))

    async def leader(self, partition: int) -> m.Leader | None:
        """Who leads; None if nobody can be asked, or nobody leads, after a pause."""
        found = self._leaders.get(partition)
        if found is None or not found.leader:
            await self._refresh()
            found = self._leaders.get(partition)
        if found is None or not found.leader:
            await self._actor.sleep(PAUSE)
            return None
        return found

    def doubt(self, leader: m.Leader) -> None:
        """It did not answer, or said that it does not lead: ask the next time."""
        if self._leaders.get(leader.partition) == leader:
            del self._leaders[leader.partition]

    async def ask(self, partition: int, request: Request[R], *, timeout: int) -> R | None:
        """Ask the leader of a partition; None if there is none to ask. Raises Refused and Timeout."""
        leader = await self.leader(partition)
        if leader is None:
            return None
        try:
            return await self._actor.call(leader.leader, request, timeout=timeout)
        except Refused as refusal:
            if refusal.reason in (m.NOT_LEADER, m.FENCED, m.UNKNOWN_EPOCH, m.NOT_COORDINATOR):
                self.doubt(leader)
                await self._actor.sleep(PAUSE)
                return None
            raise
        except Timeout:
            self.doubt(leader)
            raise

    async def _refresh(self) -> None:
        brokers = self._layout.brokers
        broker = brokers[self._turn % len(brokers)]
        self._turn += 1
        try:
            said = await self._actor.call(broker, m.WhoLeads(), timeout=self._settings.request_timeout // 4)
        except (Refused, Timeout):
            return
        for leader in said.leaders:
            known = self._leaders.get(leader.partition)
            if known is None or leader.epoch >= known.epoch:
                self._leaders[leader.partition] = leader
