"""The inference port over LLM serving: a router of the layer takes the prompt, an engine computes it, words come back.

The caller hears the words as they are said and has the whole when the last one comes. Whoever leaves before that says
so: nobody computes for one who has left. Each try at a call is a request of its own to the layer, for it hears a stream
of its own; what an earlier one computed is found by its prefix.
"""

from collections.abc import Callable
from typing import Protocol, cast
from zlib import crc32

from models import llm_cache
from models.stack.backpressure import Budget, Desk
from models.stack.events import AskerBegan
from models.stack.inference_port import PORT, compute
from models.stack.ports import Errand, Generated
from models.stack.stack_settings import StackSettings
from sim import Actor, Refused

MODEL = "m0"
ANSWER_TOKENS = 24
"""How long an answer is."""
WIDTH = 4
DONE = "DONE"


def as_tokens(prompt: bytes) -> bytes:
    """A prompt in whole tokens."""
    return prompt + bytes(-len(prompt) % WIDTH)


class Streams:
    """The answers that one actor is being told, by request."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._open: dict[str, llm_cache.Receiving] = {}
        actor.emit(AskerBegan())

    def begin(self, request: str, router: str) -> None:
        """From now on the words of this request are heard, from this router."""
        receiving = self._open[request] = llm_cache.Receiving()
        receiving.turn_to(router)

    def hear(self, source: str, chunk: llm_cache.Chunk) -> None:
        """A part of an answer."""
        receiving = self._open.get(chunk.request)
        if receiving is not None and receiving.take(source, chunk):
            self._take(chunk.request, receiving, chunk.tokens, chunk.version)

    def end(self, answer: llm_cache.Answer) -> llm_cache.Answer:
        """The last word: what is missing of the answer is in it."""
        receiving = self._open[answer.request]
        rest = llm_cache.cut(answer.tokens, receiving.position, llm_cache.count(answer.tokens))
        if rest:
            self._take(answer.request, receiving, rest, answer.version)
        text = receiving.text
        self._close(answer.request, answer.state, answer.why, answer.version)
        return llm_cache.Answer(answer.request, answer.state, answer.why, text, answer.version)

    def leave(self, request: str) -> str:
        """Nobody listens any more; the router that should know, or nothing if the last word was heard."""
        receiving = self._open.get(request)
        if receiving is None:
            return ""
        self._close(request, "CANCELED", "withdrawn", receiving.version)
        return receiving.router

    def _take(self, request: str, receiving: llm_cache.Receiving, text: bytes, version: int) -> None:
        self._actor.emit(llm_cache.Delivered(request, receiving.position, text, version))
        receiving.text += text
        receiving.version = version

    def _close(self, request: str, state: str, why: str, version: int) -> None:
        receiving = self._open.pop(request)
        self._actor.emit(llm_cache.Got(request, state, why, version, 0, 0, receiving.position))


class Listener(Protocol):
    """An actor that hands the chunks it is sent to its streams."""

    streams: Streams


class CachedInference:
    """The port of one actor: a session stays with a router, unless that one does not answer."""

    def __init__(self, actor: Actor, routers: tuple[str, ...], patience: int, budget: type[Budget] = Budget) -> None:
        self._actor = actor
        self._routers = routers
        self._patience = patience
        self._desk = Desk(actor, PORT, budget)
        self._streams = cast("Listener", actor).streams
        self._serial = 0

    async def generate(self, errand: Errand, session: str, prompt: bytes) -> Generated:
        """See `Inference`."""
        self._desk.admit(errand)
        self._desk.note("generate", session, errand)
        self._serial += 1
        name = f"{errand.key}#{errand.attempt}.{self._serial}"
        asked = llm_cache.Generate(
            name, llm_cache.Origin(errand.tenant, MODEL, "", 0), session, as_tokens(prompt), ANSWER_TOKENS
        )
        router = self._routers[(crc32(session.encode()) + errand.attempt - 1) % len(self._routers)]
        answer = await self._hear_out(asked, router, min(errand.left, self._patience))
        if answer.state != DONE:
            raise Refused(answer.why)
        return Generated(answer.tokens, (), answer.version)

    async def _hear_out(self, asked: llm_cache.Generate, router: str, patience: int) -> llm_cache.Answer:
        """Until there is a last word; however this ends, the layer is told if nobody listens any more."""
        self._actor.emit(llm_cache.Asked(asked.request, asked.origin, asked.session, asked.prompt, asked.max_new))
        self._streams.begin(asked.request, router)
        try:
            return self._streams.end(await self._actor.call(router, asked, timeout=patience))
        finally:
            left = self._streams.leave(asked.request)
            if left:
                self._actor.send(left, llm_cache.Withdraw(asked.request))


Cold = Callable[[bytes, int], bytes]
"""What a version of the model says to a prompt, computed from nothing."""


def cold_of(settings: StackSettings) -> Cold:
    """That of the engines which a stack has."""
    if settings.inference == "stand_in":
        return lambda prompt, _: compute(prompt)
    size = settings.serving.block_tokens

    def cold(prompt: bytes, version: int) -> bytes:
        asked = as_tokens(prompt)
        said, _ = llm_cache.cold(asked, ANSWER_TOKENS, size, llm_cache.weights(MODEL, version, ""))
        return said[len(asked) :]

    return cold
