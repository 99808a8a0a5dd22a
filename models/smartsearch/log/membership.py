"""A member of a consumer group: it joins, beats, and knows of its generation's end when it is told so."""

from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.log.cluster import PAUSE, Cluster
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Timeout

OVER = (m.REBALANCING, m.UNKNOWN_MEMBER, m.STALE_GENERATION)
"""Refusals that end a generation."""


class Member:
    """One actor's membership. `generation` is 0 while it has none."""

    def __init__(self, actor: Actor, layout: Layout, settings: Settings, cluster: Cluster, group: str) -> None:
        self._actor = actor
        self._offsets = layout.offsets
        self._settings = settings
        self._cluster = cluster
        self._group = group
        self.generation = 0
        self.partitions: tuple[int, ...] = ()
        self.polled = 0
        """When its consumer last asked for records, on its own clock."""
        self.away = False
        """Whether it keeps out of the group, as an operator wants."""

    async def join(self) -> None:
        """Wait for a generation, however long that takes."""
        self.generation, self.partitions = 0, ()
        while True:
            asked = m.JoinGroup(self._group, self._actor.name)
            patience = 2 * self._settings.group_session + self._settings.rebalance_delay
            try:
                said = await self._cluster.ask(self._offsets, asked, timeout=patience)
            except (Refused, Timeout):
                said = None
            if said is not None:
                self.generation, self.partitions = said.generation, said.partitions
                self.polled = self._actor.elapsed()
                return
            await self._actor.sleep(PAUSE)

    async def beat(self) -> None:
        """Beat until the generation is over, or until the consumer has not polled for too long."""
        generation, settings = self.generation, self._settings
        heard = self._actor.elapsed()
        while self._actor.elapsed() - heard <= settings.group_session:
            await self._actor.sleep(settings.group_heartbeat)
            if self.away or self._actor.elapsed() - self.polled > settings.poll_interval:
                await self.leave()
                return
            asked = m.GroupBeat(self._group, self._actor.name, generation)
            try:
                if await self._cluster.ask(self._offsets, asked, timeout=settings.group_heartbeat) is not None:
                    heard = self._actor.elapsed()
            except Refused as refusal:
                if refusal.reason in OVER:
                    return
            except Timeout:
                continue

    async def leave(self) -> None:
        """Say that it goes; if nobody hears it, its session ends."""
        asked = m.LeaveGroup(self._group, self._actor.name)
        try:
            await self._cluster.ask(self._offsets, asked, timeout=self._settings.request_timeout)
        except (Refused, Timeout):
            return

    async def positions(self) -> dict[int, int]:
        """Where the group stands, partition -> offset."""
        while True:
            asked = m.FetchPositions(self._group)
            try:
                said = await self._cluster.ask(self._offsets, asked, timeout=self._settings.request_timeout)
            except (Refused, Timeout):
                said = None
            if said is not None:
                return dict(said.offsets)

    async def commit(self, generation: int, partition: int, offset: int) -> bool:
        """Commit an offset in the name of a generation; False if that generation is over."""
        asked = m.Commit(self._group, self._actor.name, generation, partition, offset)
        try:
            return await self._cluster.ask(self._offsets, asked, timeout=self._settings.request_timeout) is not None
        except Refused as refusal:
            return refusal.reason not in OVER
        except Timeout:
            return True
