"""The API of the stack: the text of a document becomes an object first, and only then is the document accepted.

A text without a document is garbage for a collector; a document without its text would be a lie. What cannot be taken
is refused here, before anything is promised.
"""

from typing import ClassVar

from models import smartsearch
from models.smartsearch import Api
from models.stack import documents_flow as flow
from models.stack.events import Submitted
from models.stack.ports import Clocked, Errand
from models.stack.wiring import Wiring
from sim import Caller, Refused, Timeout, on


class StackApi(Api):
    """One incarnation."""

    wiring: ClassVar[Wiring]

    def on_start(self) -> None:
        """Reach for the store."""
        self._objects = self.wiring.objects(self)
        self._most = self.wiring.settings.submits_max
        self._places = self.wiring.parts.places(self._most)
        super().on_start()

    @on(smartsearch.Submit)
    def submit(self, caller: Caller, asked: smartsearch.Submit) -> None:
        """A document comes in."""
        if not self._places.take():
            self.refuse(caller, f"{smartsearch.BACKLOG}: {self._most} submissions are under way")
            return
        self.spawn(self._accept(caller, asked))

    async def _accept(self, caller: Caller, asked: smartsearch.Submit) -> None:
        try:
            await self.take_in(caller, asked)
        except Refused as refusal:
            self.refuse(caller, f"{smartsearch.BACKLOG}: {refusal.reason}")
        except Timeout:
            return
        finally:
            self._places.give_back()

    async def take_in(self, caller: Caller, asked: smartsearch.Submit) -> None:
        """First the text, then the document."""
        await self.keep_text(asked)
        await self.accept(caller, asked)

    async def keep_text(self, asked: smartsearch.Submit) -> None:
        """Put the text where its document's runs look for it. It is there for good, whatever comes next."""
        digest = smartsearch.digest_of(asked.text).hex()
        operation = f"{asked.tenant}/{asked.request}"
        errand = Errand(operation, f"{operation}/text", asked.tenant, self._settings.request_timeout)
        clocked = Clocked(self, errand)
        await self._objects.put(clocked.now(), asked.tenant, flow.text_key(digest), asked.text.encode())

    async def accept(self, caller: Caller, asked: smartsearch.Submit) -> None:
        """Have the database accept the document. A refusal of its own goes to the client as it is."""
        try:
            said = await self.call(self._layout.database, asked, timeout=self._settings.request_timeout)
        except Refused as refusal:
            self.refuse(caller, refusal.reason)
            return
        digest = smartsearch.digest_of(asked.text).hex()
        self.emit(Submitted(asked.tenant, asked.request, said.doc, asked.tenant, flow.text_key(digest)))
        self.reply(caller, said)


def fronting(wiring: Wiring) -> type[StackApi]:
    """The API of this stack."""
    return type("Front", (wiring.parts.front,), {"wiring": wiring})
