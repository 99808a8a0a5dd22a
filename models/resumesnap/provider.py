"""The services: text analysis, a model of language, speech to text and its fallback. They charge once for each key."""

from models.patterns import Journal
from models.resumesnap.events import Charged
from models.resumesnap.settings import Settings
from models.resumesnap.words import (
    ANALYZER,
    FALLBACK,
    PLACEHOLDER,
    SEGMENTS,
    SPEECH,
    Answer,
    Query,
    compute,
    segment,
)
from sim import Actor, Caller, Message, on

TOO_MANY, BROKEN = "429", "500"


class Charge(Message):
    """Somebody pays for this key."""

    key: str
    order: str
    serial: int


class Provider(Actor):
    """One incarnation of a service; what it charged for is in its books."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._name = name

    def on_start(self) -> None:
        """An analyzer needs a while until its model is there."""
        self._books: Journal[Charge] = Journal(self.disk, "charges", Charge)
        self._charges = {charge.key: charge for charge in self._books.read()}
        for charge in self._charges.values():
            self.emit(Charged(charge.key, charge.order, charge.serial))
        self._warm_at = self.elapsed() + (self._settings.cold if self._name == ANALYZER else 0)

    @on(Query)
    def query(self, caller: Caller, message: Query) -> None:
        """From a worker."""
        self.spawn(self._serve(caller, message))

    async def _serve(self, caller: Caller, message: Query) -> None:
        settings, usual = self._settings, self._settings.usual
        await self.sleep(self.random.between(usual // 2, usual * 3 // 2))
        if self._trouble(settings.throttled) and self._name != ANALYZER:
            self.refuse(caller, TOO_MANY)
            return
        if self._trouble(settings.slow):
            await self.sleep(self.random.between(settings.slow_by // 2, settings.slow_by))
        if self._trouble(settings.errors):
            self.refuse(caller, BROKEN)
            return
        if self.elapsed() < self._warm_at:
            self.reply(caller, Answer(self._name, 0, PLACEHOLDER))
            return
        self._charge(message)
        if self._trouble(settings.charged_errors):
            self.refuse(caller, BROKEN)
            return
        self.reply(caller, self._answer(message))

    def _charge(self, message: Query) -> None:
        if message.key not in self._charges:
            charge = self._charges[message.key] = Charge(message.key, message.order, len(self._charges) + 1)
            self._books.append(charge)
            self.emit(Charged(charge.key, charge.order, charge.serial))

    def _answer(self, message: Query) -> Answer:
        version = self._settings.version_at(self.elapsed())
        if self._name not in (SPEECH, FALLBACK):
            return Answer(self._name, version, compute(self._name, version, message.content))
        pieces = [(n, segment(self._name, message.recording, n)) for n in range(SEGMENTS)]
        complete = not self._trouble(self._settings.cut)
        if not complete:
            pieces = pieces[: self.random.between(1, SEGMENTS - 1)]
        if self._trouble(self._settings.gap):
            pieces.pop(self.random.below(max(1, len(pieces) - 1)))
        if self._trouble(self._settings.order):
            pieces = self.random.shuffled(pieces)
        return Answer(self._name, version, b"", tuple(pieces), complete)

    def _trouble(self, ppb: int) -> bool:
        return self.random.chance(ppb) and self.elapsed() < self._settings.trouble_until
