"""The API: it hands requests on to the database, and answers searches itself where it has a replica of the index."""

from typing import TYPE_CHECKING

from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.events import Found
from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as log
from models.smartsearch.log.cluster import PAUSE, Cluster
from models.smartsearch.retrieval.replica import IndexReplica
from models.smartsearch.settings import Settings
from sim import Actor, Caller, Refused, Request, Timeout, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts


class Api(Actor):
    """One incarnation; it keeps nothing but the replica."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self._settings = settings
        self._layout = layout
        self._parts = parts

    def on_start(self) -> None:
        """Read the replica back and feed it, if there is one."""
        self._replica: IndexReplica | None = None
        if self._settings.index == "replica":
            self._replica = IndexReplica(self.disk)
            self._retrieval = self._parts.retrieval(self._replica, self._parts.embedding())
            self.spawn(self._feed(self._replica))

    @on(m.Submit)
    def submit(self, caller: Caller, asked: m.Submit) -> None:
        """A document comes in."""
        self.spawn(self._hand_on(caller, asked))

    @on(m.AskStatus)
    def status(self, caller: Caller, asked: m.AskStatus) -> None:
        """What became of it?"""
        self.spawn(self._hand_on(caller, asked))

    @on(m.Search)
    def search(self, caller: Caller, asked: m.Search) -> m.Hits | None:
        """Which documents fit?"""
        if self._replica is None:
            self.spawn(self._hand_on(caller, asked))
            return None
        try:
            documents, scores = self._retrieval.search(asked.tenant, asked.text, asked.k)
        except ValueError as error:
            self.refuse(caller, f"400: {error}")
            return None
        self.emit(Found(asked.number, caller.source, asked.tenant, asked.text, asked.k, documents, scores))
        return m.Hits(documents, scores)

    async def _hand_on(self, caller: Caller, asked: Request[m.R]) -> None:
        """Ask once; who gets no answer asks again himself."""
        try:
            self.reply(caller, await self.call(self._layout.database, asked, timeout=self._settings.request_timeout))
        except Refused as refusal:
            self.refuse(caller, refusal.reason)
        except Timeout:
            return

    async def _feed(self, replica: IndexReplica) -> None:
        """Read the topic from where the replica ends."""
        cluster, partition = Cluster(self, self._layout, self._settings), self._layout.indexed
        while True:
            leader = await cluster.leader(partition)
            if leader is None:
                continue
            item = log.FetchItem(partition, leader.epoch, replica.upto)
            asked = log.Fetch("", 0, (item,), self._settings.fetch_wait)
            try:
                said = await self.call(leader.leader, asked, timeout=self._settings.request_timeout)
            except (Refused, Timeout):
                cluster.doubt(leader)
                continue
            found = said.items[0]
            for record in found.records:
                replica.take(record.value, record.offset)
            if found.error:
                cluster.doubt(leader)
                await self.sleep(PAUSE)
