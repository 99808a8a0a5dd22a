"""A question's way to its answer, as a flow: retrieve, generate, cite.

What was retrieved is told apart by document and attempt, and read from the store again: the prompt holds texts, not
what an index says of them. The time that is left to the question is measured by the flow's own recorded time, and each
step gets what remains.
"""

import msgspec

from models import smartsearch
from models.agentflow import ActivityFailed, Attempt, Flow, Policy, Program
from models.patterns import RetryPolicy
from models.stack import documents_flow as documents
from models.stack.backpressure import TOO_LATE
from models.stack.deployment import Deployment
from models.stack.events import Retrieved
from models.stack.inference_port import StandInInference
from models.stack.objects_port import ReplicatedObjects
from models.stack.ports import Clocked, Errand, Inference
from models.stack.stack_settings import StackSettings
from sim import MS, SECOND, Actor, Message, Refused

KIND = "question"
SYSTEM = b"Answer from these texts.\n"
RESULTS = 3
EXCERPT = 400
"""Bytes of each text that go into the prompt."""


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


class StepOrder(Message):
    """A step's part: the question with the time that is left to it, and what was retrieved."""

    order: QuestionOrder
    sources: Sources


encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(QuestionOrder).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode
_decode_sources = msgspec.msgpack.Decoder(Sources).decode
_decode_step = msgspec.msgpack.Decoder(StepOrder).decode


async def question(flow: Flow, said: bytes) -> bytes:
    """The flow."""
    order, began = decode_order(said), flow.now()

    def left() -> int:
        return max(0, order.left - (flow.now() - began))

    def now() -> QuestionOrder:
        return QuestionOrder(order.operation, order.tenant, order.session, order.question, left())

    sources = _decode_sources(await flow.step("retrieve", encode(now()), policy(left())))
    part = StepOrder(now(), sources)
    generated = await flow.step("generate", encode(part), policy(left()))
    await flow.step("cite", encode(StepOrder(now(), sources)), policy(left()))
    return generated


def policy(left: int) -> Policy:
    """How a step is tried that has so much time (ns): within it, and three times at most."""
    time = max(left, MS)
    return Policy(
        RetryPolicy(100 * MS, 1 * SECOND, 3),
        start_to_close=time,
        schedule_to_close=time,
        final=(TOO_LATE,),
    )


class QuestionWork:
    """The activities of the flow."""

    def __init__(self, settings: StackSettings, deployment: Deployment, layout: smartsearch.Layout) -> None:
        self._settings = settings
        self._deployment = deployment
        self._layout = layout

    def program(self) -> Program:
        """The flow and what its steps do."""
        return Program({KIND: question}, {"retrieve": self.retrieve, "generate": self.generate, "cite": self.cite})

    async def retrieve(self, attempt: Attempt) -> bytes:
        """Search, see which of what was found is READY, and read their texts."""
        order = decode_order(attempt.input)
        clocked = clock_of(attempt, order)
        found = await self.search(attempt, order, clocked)
        cited: list[Cited] = []
        texts: list[bytes] = []
        for doc in found:
            status = await self.ready(attempt, order, doc, clocked)
            if status is None:
                continue
            one, text = await self._read(attempt, order, doc, status.attempt, clocked)
            cited.append(one)
            texts.append(text[:EXCERPT])
        attempt.worker.emit(Retrieved(order.operation, order.tenant, tuple(one.doc for one in cited)))
        prompt = SYSTEM + b"\n--\n".join([*texts, order.question.encode()])
        return encode(Sources(tuple(cited), prompt, ()))

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
        return min(left, self._settings.search.request_timeout)

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
        clocked = clock_of(attempt, part.order)
        said = await self.inference(attempt).generate(clocked.now(), part.order.session, part.sources.prompt)
        found = tuple(one.doc for one in part.sources.cited)
        return encode(Answer(found, part.sources.prompt, said.text, (*part.sources.degraded, *said.degraded)))

    async def cite(self, attempt: Attempt) -> bytes:
        """See that what is quoted is still there for this tenant."""
        part = _decode_step(attempt.input)
        clocked = clock_of(attempt, part.order)
        for one in part.sources.cited:
            if await self.ready(attempt, part.order, one.doc, clocked) is None:
                raise ActivityFailed(f"document {one.doc} is not READY")
        return b"cited"

    def objects(self, attempt: Attempt) -> ReplicatedObjects:
        """The objects port of this worker."""
        return attempt.keep("objects", self._new_objects)

    def inference(self, attempt: Attempt) -> Inference:
        """The inference port of this worker."""
        return attempt.keep("inference", self._new_inference)

    def _new_objects(self, worker: Actor) -> ReplicatedObjects:
        return ReplicatedObjects(worker, self._deployment.objects, self._settings.store)

    def _new_inference(self, worker: Actor) -> Inference:
        return StandInInference(worker, self._deployment.engines)


def clock_of(attempt: Attempt, order: QuestionOrder) -> Clocked:
    """The errand of a step, on behalf of the asker's operation."""
    return Clocked(attempt.worker, Errand(order.operation, attempt.key, order.tenant, order.left, attempt.number))
