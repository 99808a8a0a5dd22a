"""The steps of the flow: transcribe, analyse, outline, and the word to the gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from models.agentflow import ActivityFailed, Attempt
from models.resumesnap.breaker import Breaker
from models.resumesnap.events import Heard, Hit, Made, Used
from models.resumesnap.line import Line
from models.resumesnap.settings import Settings
from models.resumesnap.shelf import Shelf
from models.resumesnap.tail import Tail
from models.resumesnap.words import (
    ANALYZER,
    FALLBACK,
    OUTLINER,
    SEGMENTS,
    SPEECH,
    Answer,
    Artefact,
    Entry,
    Finish,
    GetResume,
    Order,
    Query,
    Work,
    digest,
    pack,
    transcript,
    unpack,
)
from sim import MS, Actor, Refused


@dataclass(frozen=True)
class Nodes:
    """Where everything is."""

    gateway: str
    cache: str
    services: Mapping[str, str]


class Steps:
    """What one worker does for requests. A mutant overrides one of the rules."""

    def __init__(
        self,
        worker: Actor,
        settings: Settings,
        nodes: Nodes,
        line: type[Line],
        breaker: type[Breaker],
        tail: type[Tail],
        shelf: type[Shelf],
    ) -> None:
        self._worker = worker
        self._settings = settings
        self._nodes = nodes
        self._shelf = shelf(worker, nodes.cache)
        self._lines = {name: line(worker, node, name, settings, breaker, tail) for name, node in nodes.services.items()}

    async def transcribe(self, attempt: Attempt) -> bytes:
        """Speech to text: the primary, or if that fails for any reason the fallback."""
        order = unpack(attempt.input, Work).order
        content, version = digest("recording", order.recording), self._settings.version_at(self._worker.elapsed())
        entry = await self._shelf.find(order, SPEECH, content, version)
        if entry is not None:
            self._hit(order, entry, content, version)
            answer = Answer(entry.provider, entry.version, entry.body)
        else:
            try:
                answer = await self._listen(SPEECH, attempt.key, order)
            except ActivityFailed:
                answer = await self._listen(FALLBACK, attempt.key, order)
            await self._shelf.keep(order, content, version, answer)
        self._worker.emit(Heard(order.id, answer.provider, order.recording, answer.body))
        return pack(Artefact(answer.provider, answer.version, answer.body))

    async def analyse(self, attempt: Attempt) -> bytes:
        """One resume version against one job."""
        work = unpack(attempt.input, Work)
        asked = GetResume(work.order.user, self.version_of(work.order))
        resume = await attempt.ask(self._nodes.gateway, asked, 500 * MS)
        self._worker.emit(Used(work.order.id, resume.version))
        return await self._make(ANALYZER, attempt.key, work.order, digest(resume.content, work.content))

    async def outline(self, attempt: Attempt) -> bytes:
        """From the analysis to an outline."""
        work = unpack(attempt.input, Work)
        return await self._make(OUTLINER, attempt.key, work.order, work.content)

    async def finish(self, attempt: Attempt) -> bytes:
        """Tell the gateway; one that has had its word already is told enough."""
        try:
            await attempt.ask(self._nodes.gateway, unpack(attempt.input, Finish), 500 * MS)
        except Refused as refused:
            return refused.reason.encode()
        return b""

    # The rules

    def version_of(self, order: Order) -> int:
        """Which version of the resume is read: the one that the request named."""
        return order.version

    def whole(self, answer: Answer) -> tuple[bytes, ...] | None:
        """The pieces 0..n-1 in order, if none is missing and the end was marked."""
        pieces = sorted(answer.segments)
        if not answer.complete or [n for n, _ in pieces] != list(range(SEGMENTS)):
            return None
        return tuple(piece for _, piece in pieces)

    def _hit(self, order: Order, entry: Entry, content: bytes, version: int) -> None:
        wanted = (order.user, order.epoch, content, version)
        self._worker.emit(Hit(order.id, entry.user, entry.epoch, entry.content, entry.version, *wanted))

    async def _listen(self, provider: str, key: str, order: Order) -> Answer:
        query = Query(f"{key}/{provider}", order.id, b"", order.recording)
        for _ in range(3):
            answer = await self._lines[provider].ask(query, order.deadline, _keep_nothing)
            pieces = self.whole(answer)
            if pieces is not None:
                return Answer(provider, answer.version, transcript(pieces))
        raise ActivityFailed("never whole", clean=False)

    async def _make(self, provider: str, key: str, order: Order, content: bytes) -> bytes:
        version = self._settings.version_at(self._worker.elapsed())
        entry = await self._shelf.find(order, provider, content, version)
        if entry is not None:
            self._hit(order, entry, content, version)
            artefact = Artefact(entry.provider, entry.version, entry.body)
        else:
            query = Query(f"{key}/{provider}/{version}", order.id, content, "")
            offer = partial(self._shelf.keep, order, content, version)
            answer = await self._lines[provider].ask(query, order.deadline, offer)
            artefact = Artefact(provider, answer.version, answer.body)
        made = Made(order.id, provider, artefact.provider, artefact.version, content, artefact.body)
        self._worker.emit(made)
        return pack(artefact)


async def _keep_nothing(_: Answer) -> None:
    """A transcript is kept when it is whole."""


async def do(name: str, make: Callable[[Actor], Steps], attempt: Attempt) -> bytes:
    """An activity: by the steps that this worker keeps, with all they know of their services."""
    steps = attempt.keep("steps", make)
    act = {"transcribe": steps.transcribe, "analyse": steps.analyse, "outline": steps.outline, "finish": steps.finish}
    return await act[name](attempt)


ACTIVITIES = ("transcribe", "analyse", "outline", "finish")
