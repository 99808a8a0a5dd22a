"""The inference port: text for a prompt. Here its stand-in, an engine that answers from nothing but the prompt.

It has places, a service time, and remembers what it answered by key: a call that is made again gets the first answer.
What it says is a pure function of the prompt, so whoever has the prompt can tell whether an answer is its.
"""

from hashlib import blake2b
from zlib import crc32

from models.patterns import Entry, IdempotencyStore
from models.stack.backpressure import BUSY, Budget, Desk, Places
from models.stack.ports import Clocked, Errand, Generated
from models.stack.stack_settings import StackSettings
from sim import SECOND, Actor, Caller, Request, on

PORT = "inference"


class Generate(Request[Generated]):
    """Answer a prompt."""

    errand: Errand
    session: str
    prompt: bytes


def compute(prompt: bytes) -> bytes:
    """What the model says to a prompt, computed cold."""
    return b"answer " + blake2b(prompt, digest_size=8).hexdigest().encode()


class StandInEngine(Actor):
    """One engine with one model, which does one thing after another; who finds no place in its queue is refused."""

    def __init__(self, settings: StackSettings, places: type[Places]) -> None:
        self._settings = settings
        self._new_places = places

    def on_start(self) -> None:
        """Nothing is under way. Answers follow from prompts, so none need be kept."""
        self._places = self._new_places(self._settings.engine_places)
        self._server = self.resource()
        self._keys = IdempotencyStore(lambda _: None)

    @on(Generate)
    def generate(self, caller: Caller, asked: Generate) -> Generated | None:
        """From a worker in a question's flow."""
        known = self._keys.begin(asked.errand.key, asked.prompt)
        if isinstance(known, Entry):
            return Generated(known.answer, ())
        if known is not None or not self._places.take():
            if known is None:
                self._keys.drop(asked.errand.key)
            self.refuse(caller, BUSY if known is None else known)
            return None
        self.spawn(self._answer(caller, asked))
        return None

    async def _answer(self, caller: Caller, asked: Generate) -> None:
        clocked = Clocked(self, asked.errand)
        low, high = self._settings.engine_time
        turn = self._server.request()
        await self.wait(turn)
        await self.sleep(self.random.between(low, high))
        self._server.release(turn)
        self._places.give_back()
        if not clocked.left():
            self._keys.drop(asked.errand.key)
            self.refuse(caller, "no time is left")
            return
        entry = self._keys.finish(asked.errand.key, compute(asked.prompt))
        self.reply(caller, Generated(entry.answer, ()))


class StandInInference:
    """The port of one actor to stand-in engines: a session stays with one of them, unless that one does not answer."""

    def __init__(
        self, actor: Actor, engines: tuple[str, ...], patience: int = 1 * SECOND, budget: type[Budget] = Budget
    ) -> None:
        self._actor = actor
        self._engines = engines
        self._patience = patience
        self._desk = Desk(actor, PORT, budget)

    async def generate(self, errand: Errand, session: str, prompt: bytes) -> Generated:
        """See `Inference`."""
        self._desk.admit(errand)
        self._desk.note("generate", session, errand)
        engine = self._engines[(crc32(session.encode()) + errand.attempt - 1) % len(self._engines)]
        return await self._actor.call(
            engine, Generate(errand, session, prompt), timeout=min(errand.left, self._patience)
        )
