"""The caretaker: it lets the database sweep and collect, again and again. It decides nothing itself."""

from typing import TYPE_CHECKING

from models.smartsearch.ingestion import messages as m
from models.smartsearch.layout import Layout
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Request, Timeout

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts


class Caretaker(Actor):
    """Sweeper and collector."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:  # noqa: ARG002 - as all servers
        self._settings = settings
        self._layout = layout

    def on_start(self) -> None:
        """Two stories."""
        self.spawn(self._again_and_again(m.Sweep(), self._settings.sweep))
        self.spawn(self._again_and_again(m.Collect(), self._settings.collect))

    async def _again_and_again(self, request: Request[m.Swept], pause: int) -> None:
        while True:
            await self.sleep(pause)
            try:
                await self.call(self._layout.database, request, timeout=self._settings.request_timeout)
            except (Refused, Timeout):
                continue
