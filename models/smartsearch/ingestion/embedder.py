"""The embedder: one server with a queue, as one model on one accelerator. The first call after a start takes longer."""

from typing import TYPE_CHECKING

from models.smartsearch.ingestion import service_time
from models.smartsearch.ingestion.embedding import pack
from models.smartsearch.ingestion.messages import POISON, Embed, Vector
from models.smartsearch.layout import Layout
from models.smartsearch.settings import Settings
from sim import Actor, Caller, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

POISONED = "%poison%"
"""A text with this in it cannot be embedded."""


class Embedder(Actor):
    """It embeds in order; who does not wait for the answer does not get his place in the queue back."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:  # noqa: ARG002 - as all servers
        self._settings = settings
        self._embedding = parts.embedding()

    def on_start(self) -> None:
        """Nothing is loaded yet."""
        settings = self._settings
        self._server = self.resource()
        self._warm = False
        if settings.embed_exponential:
            self._times = service_time.exponential(settings.embed_mean)
        else:
            self._times = service_time.log_normal(settings.embed_mean, settings.embed_cv_percent)

    @on(Embed)
    def embed(self, caller: Caller, asked: Embed) -> None:
        """One chunk."""
        self.spawn(self._serve(caller, asked))

    async def _serve(self, caller: Caller, asked: Embed) -> None:
        request = self._server.request()
        await self.wait(request)
        first = 0 if self._warm else self._settings.embed_first
        self._warm = True
        await self.sleep(first + service_time.draw(self._times, self.random))
        self._server.release(request)
        await self.sleep(self._settings.embed_delay)
        if POISONED in asked.text:
            self.refuse(caller, POISON)
        else:
            self.reply(caller, Vector(pack(self._embedding.vector(asked.text, asked.version))))
