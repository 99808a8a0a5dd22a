"""A worker: it claims what the log tells it of, embeds it under its claim's fence, and lets the database decide."""

from typing import TYPE_CHECKING

import msgspec

from models.smartsearch.events import Handled
from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.events import EmbedCalled
from models.smartsearch.ingestion.tables import digest_of as digest_of_text
from models.smartsearch.layout import GROUP, Layout
from models.smartsearch.log.messages import Record
from models.smartsearch.log.partition_log import digest_of
from models.smartsearch.settings import Settings
from sim import MS, Actor, Refused, Request, Timeout, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

_decode = msgspec.msgpack.Decoder(m.Task).decode
PAUSE = 50 * MS
JITTER_PPM_MAX = 200_000


class Fenced(Exception):
    """Another attempt has begun: whatever this one does does not count."""


class Attempt:
    """One attempt at one document. It writes only under its number, and gives up as soon as that is over."""

    def __init__(self, worker: "Worker", task: m.Task, claimed: m.Claimed) -> None:
        self._worker = worker
        self._task = task
        self._claimed = claimed
        self._settings = worker.settings
        self._chunker = worker.parts.chunker()
        self.over = False

    async def run(self) -> str:
        """What came of it: ready, fenced, failed, or left (nobody could be told; the lease will run out)."""
        renewal = self._worker.spawn(self._renew())
        try:
            await self._work()
        except Fenced:
            return m.FENCED
        except (Refused, Timeout):
            return await self._fail()
        finally:
            self.over = True
            renewal.cancel()
        return "ready"

    async def _work(self) -> None:
        worker, task, claimed = self._worker, self._task, self._claimed
        await worker.sleep(self._settings.overhead)
        chunks = self._chunker.chunks(claimed.text)
        for n, text in enumerate(chunks):
            row = await self.embed(n, text)
            chunk = m.ChunkRow(n, digest_of_text(text), row)
            await worker.ask_database(m.Stage(task.doc, task.job, claimed.attempt, claimed.version, chunk))
        published = m.Publish(task.doc, task.job, claimed.attempt, len(chunks))
        await self._fenced(published)

    async def embed(self, n: int, text: str) -> bytes:
        """One call, whatever comes of it: the only budget for trying again is the document's."""
        return await self.call_embedder(n, text)

    async def call_embedder(self, n: int, text: str) -> bytes:
        """The packed vector of a chunk. Raises Refused and Timeout."""
        worker = self._worker
        worker.emit(EmbedCalled(self._task.doc, self._claimed.attempt, n))
        asked = m.Embed(text, self._claimed.version)
        return (await worker.call(worker.layout.embedder, asked, timeout=self._settings.embed_timeout)).row

    async def _fenced(self, asked: Request[m.Status]) -> m.Status:
        try:
            return await self._worker.ask_database(asked)
        except Refused as refusal:
            if refusal.reason == m.FENCED:
                raise Fenced from None
            raise

    async def _fail(self) -> str:
        worker, task = self._worker, self._task
        jitter = worker.random.below(JITTER_PPM_MAX + 1)
        try:
            await self._fenced(m.Fail(task.doc, task.job, self._claimed.attempt, True, jitter))
        except Fenced:
            return m.FENCED
        except (Refused, Timeout):
            return "left"
        return "failed"

    async def _renew(self) -> None:
        """Renew the lease at a third of it, with the same attempt, until told that it is over."""
        worker, task = self._worker, self._task
        while not self.over:
            await worker.sleep(self._settings.lease // 3)
            try:
                await worker.ask_database(m.Renew(task.doc, task.job, self._claimed.attempt, worker.now()))
            except Refused:
                return
            except Timeout:
                continue


class Worker(Actor):
    """One incarnation. It has no state: what it claimed and lost runs out."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self.settings = settings
        self.layout = layout
        self.parts = parts

    def on_start(self) -> None:
        """Consume."""
        self.consumer = self.parts.consumer(self, self.layout, self.settings, self.parts, GROUP, self._handle)
        self.spawn(self.consumer.run())

    @on(m.Drain)
    def drain(self, _: str, message: m.Drain) -> None:
        """An operator wants the group to be empty for a while."""
        self.spawn(self._keep_out(message.ns))

    async def _keep_out(self, ns: int) -> None:
        self.consumer.member.away = True
        await self.sleep(ns)
        self.consumer.member.away = False

    async def ask_database(self, request: Request[m.R]) -> m.R:
        """One call to the database. Raises Refused and Timeout."""
        return await self.call(self.layout.database, request, timeout=self.settings.request_timeout)

    async def _handle(self, partition: int, record: Record) -> None:
        outcome = await self._work(partition, record)
        self.emit(Handled(partition, record.offset, digest_of(record), outcome))

    async def _work(self, partition: int, record: Record) -> str:
        try:
            task = _decode(record.value)
        except msgspec.MsgspecError:
            await self._insist(m.BadRecord(partition, record.offset, record.value))
            return "dead letter"
        claim = m.Claim(task.doc, task.job, self.name, self.now(), partition, record.offset)
        claimed = await self._insist(claim)
        if claimed.outcome:
            return claimed.outcome
        return await self.parts.attempt(self, task, claimed).run()

    async def _insist(self, request: Request[m.R]) -> m.R:
        """Ask until there is an answer: a record that was not claimed is nobody's, so its offset must not go."""
        while True:
            try:
                return await self.ask_database(request)
            except (Refused, Timeout):
                await self.sleep(PAUSE)
