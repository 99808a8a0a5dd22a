"""A plain consumer and the client of the log alone, for systems with `only_log`."""

from typing import TYPE_CHECKING

from models.smartsearch.events import Handled
from models.smartsearch.layout import GROUP, Layout
from models.smartsearch.log import messages as m
from models.smartsearch.log.cluster import Cluster
from models.smartsearch.log.partition_log import digest_of
from models.smartsearch.log.producer import Producer
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Script, Step, Timeout

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts


class PlainConsumer(Actor):
    """It handles a record by letting some time pass."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self._settings = settings
        self._layout = layout
        self._parts = parts

    def on_start(self) -> None:
        """Consume."""
        self.consumer = self._parts.consumer(self, self._layout, self._settings, self._parts, GROUP, self._handle)
        self.spawn(self.consumer.run())

    async def _handle(self, partition: int, record: m.Record) -> None:
        work = self._settings.work
        await self.sleep(self.random.between(work // 2, 2 * work))
        self.emit(Handled(partition, record.offset, digest_of(record), "done"))


class LogClient(Actor):
    """It appends records and reads them back by their offsets; its history is that of one `append-log` a partition."""

    def __init__(self, settings: Settings, layout: Layout, script: Script) -> None:
        self._settings = settings
        self._layout = layout
        self._script = script

    def on_start(self) -> None:
        """Begin the script."""
        self._cluster = Cluster(self, self._layout, self._settings)
        self._producer = Producer(self, self._layout, self._settings, self.name, self._settings.acks)
        self._positions: dict[int, int] = {}
        self.spawn(self._story())

    async def _story(self) -> None:
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            partition = int(step.key.removeprefix("k")) % self._layout.documents
            if step.verb == "append":
                await self._append(partition, step)
            else:
                await self._read(partition, step)

    async def _append(self, partition: int, step: Step) -> None:
        value = str(step.arg)
        with self.operation("append", key=f"p{partition}", arg=value) as operation:
            deadline = self.elapsed() + self._script.timeout_ns
            operation.ok(await self._producer.send(partition, step.key, value.encode(), deadline))

    async def _read(self, partition: int, step: Step) -> None:
        """Read the next record: one that is not there yet was not read, whoever may have it."""
        offset = int(str(step.arg)) if str(step.arg).isdigit() else self._positions.get(partition, 0)
        with self.operation("read", key=f"p{partition}", arg=offset) as operation:
            record = await self._fetch(partition, offset)
            operation.ok(record.value.decode())
            self._positions[partition] = offset + 1

    async def _fetch(self, partition: int, offset: int) -> m.Record:
        deadline = self.elapsed() + self._script.timeout_ns
        while (left := deadline - self.elapsed()) > 0:
            leader = await self._cluster.leader(partition)
            if leader is None:
                continue
            asked = m.Fetch("", 0, (m.FetchItem(partition, leader.epoch, offset),), self._settings.fetch_wait)
            try:
                said = await self.call(leader.leader, asked, timeout=min(left, self._settings.request_timeout))
            except (Refused, Timeout):
                self._cluster.doubt(leader)
                continue
            found = said.items[0]
            if found.records:
                return found.records[0]
            if not found.error or found.error == m.OFFSET_OUT_OF_RANGE:
                raise Refused("there is no such record")
            self._cluster.doubt(leader)
        raise Timeout("nobody answered")
