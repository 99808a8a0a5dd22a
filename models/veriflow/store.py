"""The store: the machine behind a log, one record for each command, and the source of all watches.

What it answers, pushes and tells leaves when the record is durable. Its clock is logical: it goes on from the last
record that was logged, as the monotonic clock does, so a wall clock that jumps moves no deadline, and none passes while
it is down.
"""

from typing import TYPE_CHECKING

from models.veriflow import messages as m
from models.veriflow.commands import LATE, Command, Create, Finish, Record, Reply, Report
from models.veriflow.events import LateWord
from models.veriflow.machine import Machine
from models.veriflow.objects import KINDS, Node, Object, Queue, kind_of
from models.veriflow.places import Places, nodes_of, queues_of
from models.veriflow.record_log import RecordLog
from models.veriflow.settings import Settings
from models.veriflow.watch import Watches, concerns
from sim import Actor, Caller, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts


class Store(Actor):
    """One incarnation of the store."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts") -> None:
        self._settings = settings
        self._places = places
        self._parts = parts

    def on_start(self) -> None:
        """Read the log, and say again what is in it."""
        settings = self._settings
        self.machine = Machine(settings, self._parts)
        self._watches = Watches(self, settings.history, settings.push)
        self._log = RecordLog(self, max(settings.compact, settings.history))
        state, written = self._log.read()
        if state is not None:
            self.machine.restore(state)
            self._watches.log.reset(self.machine.tables.revision)
        for record in written:
            self.machine.act(record)
            self._tell()
            self._watches.log.append(self.machine.written.changes)
        self._base, self._since = self.machine.tables.at, self.elapsed()
        declared: list[Queue | Node] = [*queues_of(settings), *nodes_of(self._places, settings)]
        if state is None and not written:
            for one in declared:
                self._do(Create(one), self.name)
        self._watches.revision, self._watches.at = self.machine.tables.revision, self.machine.tables.at
        self._bookmarks = self.timer(self._bookmark)
        self._bookmarks.reset(settings.bookmark)

    def _do(self, command: Command, by: str) -> Reply:
        record = Record(self._base + self.elapsed() - self._since, by, command)
        self._log.append(record, self.machine.tables.count, self.machine.snapshot)
        reply = self.machine.act(record)
        self._tell()
        return reply

    def _tell(self) -> None:
        for fact in self.machine.written.facts:
            self.emit(fact)

    def _bookmark(self) -> None:
        self._watches.at = self._base + self.elapsed() - self._since
        self._watches.bookmark()
        self._bookmarks.reset(self._settings.bookmark)

    @on(m.Forward)
    def forward(self, source: str, message: m.Forward) -> None:
        """A command, through a front."""
        self.send(source, m.Forwarded(message.token, self._serve(message.command, message.by)))

    @on(m.DoFor)
    def do_for(self, _: Caller, ask: m.DoFor) -> Reply:
        """A command that a front asks itself."""
        return self._serve(ask.command, ask.by)

    def _serve(self, command: Command, by: str) -> Reply:
        reply = self._do(command, by)
        changes = self.machine.written.changes
        if changes:
            self._watches.publish(changes, reply.revision, reply.at)
        if reply.reason == LATE and isinstance(command, (Finish, Report)):
            self.emit(LateWord(command.name if isinstance(command, Finish) else command.attempt))
        return reply

    @on(m.ListAll)
    def list_all(self, _: Caller, ask: m.ListAll) -> m.Listed:
        """Linearizable: as of now."""
        tables = self.machine.tables
        return m.Listed(select(tables.objects(), ask), tables.revision, self._base + self.elapsed() - self._since)

    @on(m.NowAsk)
    def now_ask(self, _: Caller, ask: m.NowAsk) -> m.Now:  # noqa: ARG002 - it asks for nothing in particular
        """The newest revision."""
        return m.Now(self.machine.tables.revision)

    @on(m.Watch)
    def watch(self, caller: Caller, watch: m.Watch) -> m.Watching | None:
        """From a front."""
        return self._watches.open(caller, watch, self.refuse)

    @on(m.Ack)
    def ack(self, source: str, ack: m.Ack) -> None:
        """From a front."""
        self._watches.heard(source, ack.id)


def select(objects: list[Object], ask: m.ListAll) -> tuple[Object, ...]:
    """Those that were asked for."""
    if ask.kinds == KINDS and not ask.node:
        return tuple(objects)
    return tuple(one for one in objects if kind_of(one) in ask.kinds and (not ask.node or concerns(one, ask.node)))
