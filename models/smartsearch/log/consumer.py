"""A consumer of a group: for each partition it is given it fetches, handles, and commits the completed prefix.

A rebalance ends its generation. What it has under way goes on: whoever handles records must bear that another consumer
handles the same ones.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from models.smartsearch.events import Skipped, Stopped
from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.log.cluster import PAUSE, Cluster
from models.smartsearch.log.membership import Member
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Timeout

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

Handle = Callable[[int, m.Record], Awaitable[None]]


class Lane:
    """One partition in one generation of one consumer."""

    def __init__(self, consumer: "Consumer", partition: int, position: int) -> None:
        self._consumer = consumer
        self._actor = consumer.actor
        self._generation = consumer.member.generation
        self._partition = partition
        self._prefix = consumer.parts.prefix(position)
        self._position = position
        self._committed = position
        self._commits = False
        self._under_way = 0

    @property
    def is_over(self) -> bool:
        """Whether the generation has ended."""
        return self._consumer.member.generation != self._generation

    async def run(self) -> None:
        """Fetch and handle until the generation ends or the offset is gone."""
        while not self.is_over:
            records = await self._consumer.fetch(self._partition, self._position)
            if records is None:
                if not await self._lost():
                    return
                continue
            for record in records:
                await self._handle(record)
                if self.is_over:
                    return

    async def _handle(self, record: m.Record) -> None:
        """Begin to handle a record, once fewer than so many are under way."""
        limit = self._consumer.settings.in_flight
        while self._under_way >= limit:
            await self._actor.sleep(PAUSE // 20)
        self._position = record.offset + 1
        self._under_way += 1
        self._consumer.member.polled = self._actor.elapsed()
        if limit > 1:
            self._actor.spawn(self._one(record))
        else:
            await self._one(record)

    async def _one(self, record: m.Record) -> None:
        await self.treat(record)
        self._under_way -= 1

    async def treat(self, record: m.Record) -> None:
        """Handle a record, and then commit as far as that goes."""
        await self._consumer.handle(self._partition, record)
        self.commit(record.offset)

    def commit(self, offset: int) -> None:
        """The record at `offset` is handled: commit what can be, one call at a time."""
        self._prefix.handled(offset)
        if not self._commits:
            self._commits = True
            self._actor.spawn(self._commit())

    async def _commit(self) -> None:
        """Commit while there is something new, in the name of the lane's own generation."""
        while self._committed < self._prefix.committable:
            upto = self._prefix.committable
            if not await self._consumer.member.commit(self._generation, self._partition, upto):
                break
            self._committed = upto
        self._commits = False

    async def _lost(self) -> bool:
        """The position is not in the log any more: go on where the setting says, or stop and say so."""
        consumer, partition = self._consumer, self._partition
        if consumer.stops(self._position):
            self._actor.emit(Stopped(partition, self._position))
            return False
        bounds = await consumer.bounds(partition)
        if bounds is None:
            return True
        to = bounds.high_watermark if consumer.reset == "latest" else bounds.start
        self._actor.emit(Skipped(partition, self._position, to))
        self._position = to
        self._prefix = consumer.parts.prefix(to)
        return True


class Consumer:
    """One actor's consuming. `handle` does what is to be done about a record and returns when it is done."""

    def __init__(
        self, actor: Actor, layout: Layout, settings: Settings, parts: "Parts", group: str, handle: Handle
    ) -> None:
        self.actor = actor
        self.parts = parts
        self.settings = settings
        self.handle = handle
        self.reset = settings.reset
        self._cluster = Cluster(actor, layout, settings)
        self.member = Member(actor, layout, settings, self._cluster, group)

    async def run(self) -> None:
        """Join, consume while the generation lasts, and again."""
        while True:
            while self.member.away:
                await self.actor.sleep(PAUSE)
            await self.member.join()
            positions = await self.member.positions()
            for partition in self.member.partitions:
                start = await self._begin(partition, positions.get(partition))
                self.actor.spawn(self.parts.lane(self, partition, start).run())
            await self.member.beat()
            self.member.generation = 0

    async def _begin(self, partition: int, committed: int | None) -> int:
        """Where to begin: where the group stands, or with the first record there is."""
        while committed is None:
            bounds = await self.bounds(partition)
            committed = None if bounds is None else bounds.start
        return committed

    async def fetch(self, partition: int, position: int) -> tuple[m.Record, ...] | None:
        """Records from `position` on, none if there are none yet; None if the log has lost this offset."""
        self.member.polled = self.actor.elapsed()
        leader = await self._cluster.leader(partition)
        if leader is None:
            return ()
        asked = m.Fetch("", 0, (m.FetchItem(partition, leader.epoch, position),), self.settings.fetch_wait)
        try:
            said = await self.actor.call(leader.leader, asked, timeout=self.settings.request_timeout)
        except (Refused, Timeout):
            self._cluster.doubt(leader)
            return ()
        found = said.items[0]
        if self.is_gone(found.error):
            return None
        if found.error:
            if found.error != m.OFFSET_NOT_AVAILABLE:
                self._cluster.doubt(leader)
            await self.actor.sleep(PAUSE)
        return found.records

    def is_gone(self, error: str) -> bool:
        """Whether the log has lost the offset asked for. A new leader that does not know yet how far it is committed
        says that it is not available: that passes.
        """
        return error == m.OFFSET_OUT_OF_RANGE

    def stops(self, position: int) -> bool:  # noqa: ARG002 - the setting decides
        """Whether to stop when an offset is gone."""
        return self.reset == "error"

    async def bounds(self, partition: int) -> m.Bounds | None:
        """From where to where the partition can be read; None if nobody says."""
        asked = m.ListOffsets(partition)
        try:
            return await self._cluster.ask(partition, asked, timeout=self.settings.request_timeout)
        except (Refused, Timeout):
            return None
