"""A store node: it recovers, then takes commands and questions. One worker at a time touches the disk."""

from collections.abc import Awaitable, Callable, Sequence

from models.veristore.backup import Source, Standby
from models.veristore.engine.damage import Damage, NoRoom
from models.veristore.engine.engine import Engine
from models.veristore.engine.recovery import EMPTY, FAULTY
from models.veristore.events import ReadServed
from models.veristore.machine.machine import Machine
from models.veristore.machine.view import Change
from models.veristore.messages import FAULTY as IS_FAULTY
from models.veristore.messages import STARTING, TOO_LARGE, Answered, Command, Install, Question, Suffix
from models.veristore.object_events import events_of
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from models.veristore.space import Space
from models.veristore.upkeep import Upkeep
from models.veristore.witness import Witness
from sim import Actor, Caller, on


class StoreNode(Actor):
    """One incarnation of a store. What must survive a crash is in its engine's files alone."""

    def __init__(self, settings: Settings, parts: Parts, *, standby: str = "", is_standby: bool = False) -> None:
        self.settings = settings
        self.parts = parts
        self._standby_name = standby
        self._is_standby = is_standby

    def on_start(self) -> None:
        """Recover, then serve."""
        self.machine = Machine(self.settings.limits(), self.parts.machine)
        self.engine = self._make_engine()
        self.committer = self.parts.committer(self)
        self.upkeep = Upkeep(self)
        self.space = Space(self)
        self.source = Source(self, self._standby_name)
        self.standby = Standby(self)
        self._working = False
        if not self._is_standby or self.engine.exists:
            self.spawn(self.recover())
        if self._standby_name:
            self.spawn(self.source.copy())

    @property
    def state(self) -> str:
        """The state of its recovery; EMPTY before it has booted."""
        return self.engine.state if hasattr(self, "engine") else EMPTY

    async def recover(self) -> None:
        """Open the engine. On a full disk give the reserve up, and if that does not help, wait for room."""
        while True:
            try:
                await self.engine.open()
                break
            except NoRoom:
                released = self.space.release()
                self.engine = self._make_engine()
                if not released:
                    await self.sleep(self.settings.space_retry)
        if self.engine.ready:
            self.space.begin()
            self.upkeep.begin()
            self.work()

    async def reopen(self) -> None:
        """Recover anew, from what is on the disk now."""
        self.engine = self._make_engine()
        await self.recover()

    # Requests

    @on(Command)
    def command(self, caller: Caller, command: Command) -> None:
        """From a client: something that may change the map."""
        if self._refuses(caller):
            return
        if len(command.body) > self.settings.record_max:
            self.refuse(caller, TOO_LARGE)
            return
        self.committer.take(caller, command.body)
        self.work()

    @on(Question)
    def question(self, caller: Caller, question: Question) -> Answered | None:
        """From a client: something to read."""
        if self._refuses(caller):
            return None
        view, seq = Witness(self.engine.view()), self.engine.applied
        try:
            body = self.machine.answer(view, question.body)
        except Damage as damage:
            self._fail(damage)
            self.refuse(caller, IS_FAULTY)
            return None
        self.emit(ReadServed(seq, view.shown))
        return Answered(body, seq)

    @on(Install)
    def install(self, caller: Caller, part: Install) -> None:
        """From the store whose standby this is: a part of a snapshot."""
        self.standby.install(caller, part)

    @on(Suffix)
    def follow(self, caller: Caller, suffix: Suffix) -> None:
        """From the store whose standby this is: what it committed since."""
        self.standby.follow(caller, suffix)

    # Work

    def work(self) -> None:
        """See to it that somebody does what is to be done."""
        if not self._working and self.engine.ready:
            self._working = True
            self.spawn(self._work())

    async def _work(self) -> None:
        try:
            while self.engine.ready and (job := self._next_job()) is not None:
                await job()
        except Damage as damage:
            self._fail(damage)
        self._working = False

    def _next_job(self) -> Callable[[], Awaitable[None]] | None:
        if self.upkeep.is_urgent:
            return self.upkeep.do
        if self.committer.has_work:
            return self.committer.commit_group
        if self.standby.has_work:
            return self.standby.commit_suffix
        return self.upkeep.do if self.upkeep.has_work else None

    def _fail(self, damage: Damage) -> None:
        self.engine.fail(damage)
        self.committer.refuse_all(IS_FAULTY)

    def _refuses(self, caller: Caller) -> bool:
        if self.engine.ready:
            return False
        self.refuse(caller, IS_FAULTY if self.engine.state == FAULTY else STARTING)
        return True

    def _make_engine(self) -> Engine:
        return self.parts.engine(self.disk, self.settings, self.emit, self.parts, self._applied)

    def _applied(self, seq: int, changes: Sequence[Change]) -> None:
        self.source.applied(seq, changes)
        for event in events_of(seq, changes):
            self.emit(event)
