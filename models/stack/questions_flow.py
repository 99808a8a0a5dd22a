"""A question's way to its answer, as a flow: retrieve, generate, cite.

What was retrieved is told apart by document and attempt, and read from the store again: the prompt holds texts, not
what an index says of them. The time that is left to the question is measured by the flow's own recorded time, and each
step gets what remains.
"""

from collections.abc import Sequence

import msgspec

from models import smartsearch
from models.agentflow import ActivityFailed, Attempt, Flow, Policy, Program
from models.patterns import RetryPolicy
from models.stack import documents_flow as documents
from models.stack.backpressure import TOO_LATE
from models.stack.events import Retrieved
from models.stack.functions_port import TycheFunctions
from models.stack.ports import Clocked, Errand, Generated, Inference
from models.stack.recent import Recent
from models.stack.seen_objects import SeenObjects
from models.stack.wiring import Wiring
from sim import MS, SECOND, Message, Refused, Timeout

KIND = "question"
SYSTEM = b"Answer from these texts.\n"
RESULTS = 3
EXCERPT = 400
"""Bytes of each text that go into the prompt."""
ATTEMPTS = 3
WAIT = 500 * MS
"""How long a step waits for a worker. The worker cannot know for how long it did, so it must not be long."""
SOURCES_KEPT = 16
NO_DOCUMENTS = "no documents: the search did not answer"


class QuestionOrder(Message):
    """A question, and how much time there is for it."""

    operation: str
    tenant: str
    session: str
    question: str
    left: int


class Cited(Message):
    """A document by the attempt that it is found by, and the digest of its text."""

    doc: int
    attempt: int
    digest: str


class Sources(Message):
    """What was retrieved: the documents, the prompt, and why it is less than what was promised, if it is."""

    cited: tuple[Cited, ...]
    prompt: bytes
    degraded: tuple[str, ...]


class Answer(Message):
    """What the asker gets."""

    documents: tuple[int, ...]
    prompt: bytes
    text: bytes
    degraded: tuple[str, ...]
    version: int


class StepOrder(Message):
    """A step's part: the question with the time that is left to it, and what was retrieved."""

    order: QuestionOrder
    sources: Sources


encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(QuestionOrder).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode
_decode_sources = msgspec.msgpack.Decoder(Sources).decode
_decode_step = msgspec.msgpack.Decoder(StepOrder).decode


def policy(left: int) -> Policy:
    """How a step is tried that has so much time (ns): within it, and three times at most."""
    time = max(left, MS)
    return Policy(
        RetryPolicy(100 * MS, 1 * SECOND, ATTEMPTS),
        start_to_close=time,
        schedule_to_start=min(time, WAIT),
        schedule_to_close=time,
        final=(TOO_LATE,),
    )


class QuestionWork:
    """The flow and its activities."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._layout = wiring.layout

    def program(self) -> Program:
        """The flow and what its steps do."""
        acts = {"retrieve": self.retrieve, "generate": self.generate, "cite": self.cite}
        return Program({KIND: self.question}, acts)

    async def question(self, flow: Flow, said: bytes) -> bytes:
        """The flow."""
        order = decode_order(said)

        def now() -> QuestionOrder:
            left = self.left(order, flow.now() - flow.started_at)
            return QuestionOrder(order.operation, order.tenant, order.session, order.question, left)

        first = now()
        sources = _decode_sources(await flow.step("retrieve", encode(first), policy(first.left)))
        second = now()
        generated = await flow.step("generate", encode(StepOrder(second, sources)), policy(second.left))
        third = now()
        await flow.step("cite", encode(StepOrder(third, sources)), policy(third.left))
        return generated

    def left(self, order: QuestionOrder, spent: int) -> int:
        """What is left of a question's time when `spent` of it has passed, by the flow's recorded time (ns)."""
        return max(0, order.left - spent)

    async def retrieve(self, attempt: Attempt) -> bytes:
        """Search, see which of what was found is READY, and read their texts; or what was retrieved a moment ago.

        If that fails twice the question is answered without documents, and the answer says so.
        """
        order = decode_order(attempt.input)
        recent = attempt.keep("sources", lambda _: Recent[Sources](SOURCES_KEPT))
        sources = recent.get(self.cache_key(order))
        if sources is None:
            try:
                sources = await self._retrieve(attempt, order)
            except (Refused, Timeout):
                if attempt.number < ATTEMPTS - 1:
                    raise
                sources = Sources((), prompt_of((), order.question), (NO_DOCUMENTS,))
            else:
                recent.keep(self.cache_key(order), sources)
        found = tuple(one.doc for one in sources.cited)
        attempt.worker.emit(Retrieved(order.operation, order.tenant, found, sources.degraded))
        return encode(sources)

    def cache_key(self, order: QuestionOrder) -> tuple[str, str]:
        """Under what a retrieval is known again."""
        return order.tenant, order.question

    async def _retrieve(self, attempt: Attempt, order: QuestionOrder) -> Sources:
        clocked = clock_of(attempt, order)
        if self._wiring.settings.functions:
            await self.functions(attempt).encode(clocked.now("encode"))
        cited: list[Cited] = []
        texts: list[bytes] = []
        for doc, number in await self.find(attempt, order, clocked):
            one, text = await self._read(attempt, order, doc, number, clocked)
            cited.append(one)
            texts.append(text)
        return Sources(tuple(cited), prompt_of(texts, order.question), ())

    async def find(self, attempt: Attempt, order: QuestionOrder, clocked: Clocked) -> list[tuple[int, int]]:
        """Documents that are READY, and the attempt that each is found by."""
        found = []
        for doc in await self.search(attempt, order, clocked):
            status = await self.ready(attempt, order, doc, clocked)
            if status is not None:
                found.append((doc, status.attempt))
        return found

    async def search(self, attempt: Attempt, order: QuestionOrder, clocked: Clocked) -> tuple[int, ...]:
        """The best documents of the tenant for the question."""
        asked = smartsearch.Search(order.tenant, order.question, RESULTS, attempt.number)
        return (await attempt.ask(self._layout.api, asked, self.hop(clocked))).documents

    async def ready(
        self, attempt: Attempt, order: QuestionOrder, doc: int, clocked: Clocked
    ) -> smartsearch.Status | None:
        """How a document stands; None if it is not READY."""
        asked = smartsearch.AskStatus(order.tenant, doc)
        status = await attempt.ask(self._layout.api, asked, self.hop(clocked))
        return status if status.state == smartsearch.READY else None

    def hop(self, clocked: Clocked) -> int:
        """How long one call may take, in ns: what is left, and no longer than calls do take."""
        left = clocked.left()
        if not left:
            raise Refused(TOO_LATE)
        return min(left, self._wiring.search.request_timeout)

    async def _read(
        self, attempt: Attempt, order: QuestionOrder, doc: int, number: int, clocked: Clocked
    ) -> tuple[Cited, bytes]:
        """What a READY document was made from: its vectors say which text, and the text is there."""
        objects = self.objects(attempt)
        key = documents.vectors_key(doc, number)
        vectors = await objects.get(clocked.now(f"{doc}/vectors"), order.tenant, key)
        if vectors is None:
            raise ActivityFailed(documents.LOST)
        digest = documents.decode_vectors(vectors).digest
        text = await objects.get(clocked.now(f"{doc}/text"), order.tenant, documents.text_key(digest))
        if text is None:
            raise ActivityFailed(documents.LOST)
        return Cited(doc, number, digest), text

    async def generate(self, attempt: Attempt) -> bytes:
        """Ask a model."""
        part = _decode_step(attempt.input)
        said = await self.ask_model(attempt, part)
        found = tuple(one.doc for one in part.sources.cited)
        return encode(Answer(found, part.sources.prompt, said.text, self.tags(part.sources, said), said.version))

    async def ask_model(self, attempt: Attempt, part: StepOrder) -> Generated:
        """One call, whatever comes of it: the step is what is tried again."""
        errand = clock_of(attempt, part.order).now()
        return await self.inference(attempt).generate(errand, part.order.session, part.sources.prompt)

    def tags(self, sources: Sources, said: Generated) -> tuple[str, ...]:
        """Why the answer is less than was promised: what the layers below said, unchanged."""
        return (*sources.degraded, *said.degraded)

    async def cite(self, attempt: Attempt) -> bytes:
        """See that what is quoted is still there for this tenant."""
        part = _decode_step(attempt.input)
        clocked = clock_of(attempt, part.order)
        for one in part.sources.cited:
            if await self.ready(attempt, part.order, one.doc, clocked) is None:
                raise ActivityFailed(f"document {one.doc} is not READY")
        return b"cited"

    def objects(self, attempt: Attempt) -> SeenObjects:
        """The objects port of this worker."""
        return attempt.keep("objects", lambda worker: SeenObjects(self._wiring.objects(worker)))

    def functions(self, attempt: Attempt) -> TycheFunctions:
        """The functions port of this worker."""
        return attempt.keep("functions", self._wiring.functions)

    def inference(self, attempt: Attempt) -> Inference:
        """The inference port of this worker."""
        return attempt.keep("inference", self._wiring.inference)


def prompt_of(texts: Sequence[bytes], question: str) -> bytes:
    """What a model is given: the system's word, the texts' beginnings, the question."""
    return SYSTEM + b"\n--\n".join([*(text[:EXCERPT] for text in texts), question.encode()])


def clock_of(attempt: Attempt, order: QuestionOrder) -> Clocked:
    """The errand of a step, on behalf of the asker's operation."""
    return Clocked(attempt.worker, Errand(order.operation, attempt.key, order.tenant, order.left, attempt.number))
