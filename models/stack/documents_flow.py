"""A document's way from claimed to searchable, as a flow: fetch, embed, store, publish, announce.

SmartSearch's claim of an attempt is held by one run, named by document and attempt, and the run renews it. The embedder
is tried once in a run: the budget for trying again is SmartSearch's, and there must be one. Everything else is tried
again by the flow. Behind the publication the run only goes forward, so what was published is announced, once.
"""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

import msgspec

from models import agentflow, smartsearch
from models.agentflow import Attempt, Flow, Policy, Program, StepFailure
from models.patterns import RetryPolicy
from models.stack.anchors import Hand
from models.stack.embedding_jobs import EmbeddingJobs
from models.stack.events import TextFetched
from models.stack.ports import Clocked, Errand
from models.stack.recent import Recent
from models.stack.seen_objects import SeenObjects
from models.stack.wiring import Wiring
from sim import MS, SECOND, Message, Refused, Request

R = TypeVar("R", bound=Message)

KIND = "document"
LOST = "the text is lost"
JITTER_PPM_MAX = 200_000
TEXTS_KEPT = 64
HAND_TIME = 2 * SECOND
RUN_TIME = 20 * SECOND
"""How long one attempt at a document may take before its calls are not worth making."""


class DocumentOrder(Message):
    """What a run is to do: one attempt at a document, whose text is named by its digest."""

    tenant: str
    doc: int
    job: int
    attempt: int
    version: int
    digest: str


class StoreOrder(Message):
    """Rows of all chunks, to be kept for an attempt."""

    order: DocumentOrder
    rows: bytes


class VectorObject(Message):
    """What is kept of an attempt: the digest of the text, and the packed rows of its chunks."""

    digest: str
    rows: tuple[bytes, ...]


encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(DocumentOrder).decode
_decode_store = msgspec.msgpack.Decoder(StoreOrder).decode
_decode_rows = msgspec.msgpack.Decoder(tuple[bytes, ...]).decode
decode_vectors = msgspec.msgpack.Decoder(VectorObject).decode


def text_key(digest: str) -> str:
    """Where a text is kept, in its tenant's bucket."""
    return f"texts/{digest}"


def vectors_key(doc: int, attempt: int) -> str:
    """Where an attempt's vectors are kept, in its tenant's bucket."""
    return f"vectors/{doc}/{attempt}"


def run_of(order: DocumentOrder) -> str:
    """The run of an attempt: the same for whoever starts it, however often."""
    return f"doc-{order.doc}.{order.job}.{order.attempt}"


FINAL = (smartsearch.FENCED, LOST)
STEADY = Policy(RetryPolicy(100 * MS, 2 * SECOND, 6), start_to_close=3 * SECOND, final=FINAL)
ONCE = Policy(RetryPolicy(100 * MS, 2 * SECOND, 1), start_to_close=10 * SECOND, final=FINAL)
UNTIL_DONE = Policy(RetryPolicy(100 * MS, 2 * SECOND), start_to_close=3 * SECOND, final=FINAL)


class DocumentWork:
    """The activities of the flow."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._layout = wiring.layout

    def program(self) -> Program:
        """The flow and what its steps do."""
        code = self.anchored if self._wiring.at.organisations else self.document
        acts = {
            "fetch": self.fetch,
            "embed": self.embed,
            "store": self.store,
            "publish": self.publish,
            "give back": self.give_back,
            "announce": self.announce,
            "anchor": self.anchor,
        }
        return Program({KIND: code}, acts)

    async def document(self, flow: Flow, said: bytes) -> bytes:
        """The flow."""
        order = decode_order(said)
        try:
            await flow.step("fetch", said, STEADY)
            rows = await flow.step("embed", said, ONCE)
            await flow.step("store", encode(StoreOrder(order, rows)), STEADY)
            await flow.step("publish", said, UNTIL_DONE, pivot=True)
        except StepFailure as failure:
            if failure.kind != smartsearch.FENCED:
                await flow.step("give back", said, STEADY)
            raise
        return await flow.step("announce", said, UNTIL_DONE, pivot=True)

    async def anchored(self, flow: Flow, said: bytes) -> bytes:
        """The flow where there are organisations. One that does not take the document holds nobody up."""
        result = await self.document(flow, said)
        try:
            return await flow.step("anchor", said, STEADY)
        except StepFailure:
            return result

    async def fetch(self, attempt: Attempt) -> bytes:
        """See that the text is there and is what it is named by; how many chunks it has."""
        order = decode_order(attempt.input)
        text = await self.text_of(attempt, order)
        return str(len(smartsearch.Chunker().chunks(text))).encode()

    async def text_of(self, attempt: Attempt, order: DocumentOrder) -> str:
        """The text of a document, from the store or as this worker has read it: its name says what it is."""
        texts = attempt.keep("texts", lambda _: Recent[str](TEXTS_KEPT))
        known = texts.get((order.tenant, order.digest))
        if known is not None:
            return known
        clocked = clock_of(attempt, order)
        body = await self.objects(attempt).get(clocked.now("text"), order.tenant, text_key(order.digest))
        if body is None:
            raise agentflow.ActivityFailed(LOST)
        text = body.decode()
        found = smartsearch.digest_of(text).hex()
        attempt.worker.emit(TextFetched(attempt.run, order.doc, order.tenant, order.tenant, found))
        if found != order.digest:
            raise agentflow.ActivityFailed(LOST)
        texts.keep((order.tenant, order.digest), text)
        return text

    async def embed(self, attempt: Attempt) -> bytes:
        """Vectors of all chunks, one call each; the claim is renewed before each. Or they are one job."""
        order = decode_order(attempt.input)
        chunks = smartsearch.Chunker().chunks(await self.text_of(attempt, order))
        if self._wiring.settings.embed == "jobs":
            return encode(await self._embed_by_job(attempt, order, chunks))
        rows = []
        for n, chunk in enumerate(chunks):
            await self._renew(attempt, order)
            attempt.worker.emit(smartsearch.EmbedCalled(order.doc, order.attempt, n))
            asked = smartsearch.Embed(chunk, order.version)
            rows.append((await attempt.ask(self._layout.embedder, asked, self._wiring.search.embed_timeout)).row)
        return encode(tuple(rows))

    async def _embed_by_job(self, attempt: Attempt, order: DocumentOrder, chunks: Sequence[str]) -> tuple[bytes, ...]:
        await self._renew(attempt, order)
        for n in range(len(chunks)):
            attempt.worker.emit(smartsearch.EmbedCalled(order.doc, order.attempt, n))
        clocked, renew = clock_of(attempt, order), partial(self._renew, attempt, order)
        return await EmbeddingJobs(self._wiring).rows(attempt, clocked, chunks, order.version, renew)

    async def store(self, attempt: Attempt) -> bytes:
        """Keep the vectors."""
        said = _decode_store(attempt.input)
        order = said.order
        await self._renew(attempt, order)
        body = encode(VectorObject(order.digest, _decode_rows(said.rows)))
        key = vectors_key(order.doc, order.attempt)
        await self.objects(attempt).put(clock_of(attempt, order).now("vectors"), order.tenant, key, body)
        return b"kept"

    async def publish(self, attempt: Attempt) -> bytes:
        """Stage what is kept, and let the document be found by it. Refused if another attempt has begun."""
        order = decode_order(attempt.input)
        clocked = clock_of(attempt, order)
        key = vectors_key(order.doc, order.attempt)
        body = await self.objects(attempt).get(clocked.now("vectors"), order.tenant, key)
        if body is None:
            raise agentflow.ActivityFailed("the vectors are lost")
        rows = decode_vectors(body).rows
        chunks = smartsearch.Chunker().chunks(await self.text_of(attempt, order))
        for n, (row, chunk) in enumerate(zip(rows, chunks, strict=True)):
            staged = smartsearch.ChunkRow(n, smartsearch.digest_of(chunk), row)
            await self._database(attempt, smartsearch.Stage(order.doc, order.job, order.attempt, order.version, staged))
        try:
            await self._database(attempt, smartsearch.Publish(order.doc, order.job, order.attempt, len(rows)))
        except Refused as refusal:
            self.heed(refusal)
        return b"published"

    def heed(self, refusal: Refused) -> None:
        """The claim was not this run's any more: the run is over, and whoever has the claim announces."""
        raise refusal

    async def give_back(self, attempt: Attempt) -> bytes:
        """The attempt has failed: SmartSearch tries again later, or gives the document up."""
        order = decode_order(attempt.input)
        jitter = attempt.worker.random.below(JITTER_PPM_MAX + 1)
        await self._database(attempt, smartsearch.Fail(order.doc, order.job, order.attempt, True, jitter))
        return b"given back"

    async def announce(self, attempt: Attempt) -> bytes:
        """Tell people, once for the step."""
        order = decode_order(attempt.input)
        told = agentflow.Do(attempt.key, f"{order.tenant}/{order.doc}".encode())
        return (await attempt.ask(self._wiring.at.notifier, told)).result

    async def anchor(self, attempt: Attempt) -> bytes:
        """Hand the document to an organisation's anchor; answered when it is in one of its batches."""
        order = decode_order(attempt.input)
        organisations = self._wiring.at.organisations
        one = organisations[order.doc % len(organisations)]
        return str((await attempt.ask(one.anchor, Hand(order.doc), HAND_TIME)).batch).encode()

    async def _renew(self, attempt: Attempt, order: DocumentOrder) -> None:
        """The run goes on with the claim: nobody else may begin. Refused with `fenced` if somebody has."""
        now = attempt.worker.now()
        await self._database(attempt, smartsearch.Renew(order.doc, order.job, order.attempt, now))

    async def _database(self, attempt: Attempt, request: Request[R]) -> None:
        await attempt.ask(self._layout.database, request, self._wiring.search.request_timeout)

    def objects(self, attempt: Attempt) -> SeenObjects:
        """The objects port of this worker."""
        return attempt.keep("objects", lambda worker: SeenObjects(self._wiring.objects(worker)))


def clock_of(attempt: Attempt, order: DocumentOrder) -> Clocked:
    """The errand of a step: on behalf of the document, under the step's key."""
    operation = f"doc-{order.doc}"
    return Clocked(attempt.worker, Errand(operation, attempt.key, order.tenant, RUN_TIME, attempt.number))
