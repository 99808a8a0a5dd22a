"""The anchor of an organisation: it gathers documents into batches of its own store, and offers their roots to all.

A document is handed over under its own number, and the hand-over is answered when its batch is committed. An anchor
that comes back reads its batches again, so a document that is handed over anew is found in the one that it is in.
"""

from collections.abc import Mapping, Sequence

from models import bft
from models.stack import anchors as a
from models.stack.anchor_events import Batched
from models.stack.anchor_ledger import AnchorLedger
from models.stack.objects_port import ReplicatedObjects
from models.stack.ports import Errand
from models.stack.settings import StoreSettings
from sim import MS, SECOND, Caller, Refused, Timeout, on
from sim.agreement import Share

PACE = 500 * MS
PATIENCE = 2 * SECOND
BATCH_MAX = 16


class Anchor(bft.Party):
    """One incarnation of a party that has something of its own to agree on. `ledger` is a class of a rule or two."""

    def __init__(
        self,
        settings: bft.Settings,
        organisation: a.Organisation,
        organisations: Sequence[a.Organisation],
        store: StoreSettings,
        ledger: type[AnchorLedger] = AnchorLedger,
        parts: bft.Parts | None = None,
    ) -> None:
        super().__init__(settings, tuple(one.anchor for one in organisations), parts or bft.Parts())
        self._own = organisation
        self._all: Mapping[str, a.Organisation] = {one.name: one for one in organisations}
        self._store = store
        self._new_ledger = ledger

    def make_service(self) -> AnchorLedger:
        """The shared ledger."""
        self._ledger = self._new_ledger(self, self._all)
        return self._ledger

    def on_start(self) -> None:
        """Go on where the last incarnation was, and keep batches."""
        self.replaying = True
        super().on_start()
        self.replaying = False
        self._objects = ReplicatedObjects(self, self._own.servers, self._store)
        self._batches: list[a.Offer | None] = []
        self._batch_of: dict[int, int] = {}
        self._handed: dict[int, list[Caller]] = {}
        self._is_read = False
        self.spawn(self.story())

    @on(a.Hand)
    def hand(self, caller: Caller, asked: a.Hand) -> a.Anchored | None:
        """From a run."""
        batch = self._batch_of.get(asked.doc)
        if batch is not None:
            return a.Anchored(batch)
        self._handed.setdefault(asked.doc, []).append(caller)
        return None

    @on(a.Offer)
    def offered(self, source: str, offer: a.Offer) -> None:  # noqa: ARG002 - the certificate counts, not who shows it
        """From any anchor."""
        self._ledger.offer(offer)

    async def story(self) -> None:
        """Read what there is, then batch what is handed over and offer what is not in the ledger, for ever."""
        await self._read_back()
        while True:
            await self.sleep(PACE)
            waiting = [doc for doc in self._handed if doc not in self._batch_of][:BATCH_MAX]
            if waiting:
                await self._put_batch(tuple(waiting))
            await self._offer_next()

    async def _read_back(self) -> None:
        """All batches, in order."""
        while not self._is_read:
            body = await self._get(len(self._batches) + 1)
            if body is None:
                self._is_read = True
                return
            self._note(a.decode_documents(body).documents)

    async def _get(self, n: int) -> bytes | None:
        while True:
            try:
                return await self._objects.get(self._errand(f"read/{n}"), self._own.name, a.batch_key(n))
            except (Refused, Timeout):
                await self.sleep(PACE)

    async def _put_batch(self, documents: tuple[int, ...]) -> None:
        """A new batch; the same until it is known to be there."""
        n, body = len(self._batches) + 1, a.encode(a.Documents(documents))
        while True:
            try:
                await self._objects.put(self._errand(f"batch/{n}"), self._own.name, a.batch_key(n), body)
                break
            except (Refused, Timeout):
                await self.sleep(PACE)
        self._note(documents)

    def _note(self, documents: tuple[int, ...]) -> None:
        self._batches.append(None)
        for doc in documents:
            self._batch_of[doc] = len(self._batches)
            for caller in self._handed.pop(doc, []):
                self.reply(caller, a.Anchored(len(self._batches)))

    async def _offer_next(self) -> None:
        """The first batch that is not in the ledger, certified; offered again until it is."""
        n = self._ledger.last(self._own.name) + 1
        if n > len(self._batches):
            return
        offer = self._batches[n - 1]
        if offer is None:
            offer = self._batches[n - 1] = await self._certify(n)
        if offer is not None:
            self.broadcast((one.anchor for one in self._all.values()), offer)
            self._ledger.offer(offer)

    async def _certify(self, n: int) -> a.Offer | None:
        """The root with signatures of a quorum; None if too few answer now."""
        shares: dict[str, list[Share]] = {}
        for server in self._own.servers:
            try:
                said = await self.call(server, a.Endorse(n), timeout=PACE)
            except (Refused, Timeout):
                continue
            shares.setdefault(said.root, []).append(said.share)
        for root, found in shares.items():
            if len(found) >= self._own.quorum:
                body = await self._get(n)
                documents = a.decode_documents(body).documents if body is not None else ()
                self.emit(Batched(self._own.name, n, root, documents))
                return a.Offer(self._own.name, n, root, tuple(found))
        return None

    def _errand(self, key: str) -> Errand:
        return Errand(f"{self._own.name}/{key}", f"{self._own.name}/{key}", self._own.name, PATIENCE)
