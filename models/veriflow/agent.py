"""The agent of a GPU node: makes its runtime's processes what is bound to the node, and says what became of them.

It keeps nothing that it could not ask for again. After a restart it reads the runtime's epoch and table, registers,
adopts what has rows and stops the rest, so its restart alone loses no work.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from models.veriflow import messages as m
from models.veriflow.bell import Bell
from models.veriflow.commands import Register, Release, Renew, Report
from models.veriflow.events import LateWord
from models.veriflow.informer import Interest
from models.veriflow.ledger import rows_of
from models.veriflow.objects import EXITED, HELD, MEMBER_ORDER, RUNNING, Attempt, Member, Object
from models.veriflow.places import Places
from models.veriflow.port import Port
from models.veriflow.registry import REGISTER, RESET
from models.veriflow.settings import Settings
from sim import MS, Actor, Refused, Timeout, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

AGAIN = 100 * MS
Mine = list[tuple[int, Member]]
"""The members of an attempt that are here, by their index"""


class Agent(Actor):
    """One incarnation of an agent."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts", number: int) -> None:
        self.settings = settings
        self._places = places
        self._parts = parts
        self._number = number

    def on_start(self) -> None:
        """Follow what is bound here, and look after it."""
        settings, apis = self.settings, self._places.apis
        self._runtime = self._places.runtime_of(self.name)
        self._duties = self._parts.duties(self)
        self._table = m.Table(0, 0, (), ())
        self._is_stale = True
        self._registered = 0
        self._missing: tuple[int, ...] = ()
        self._renewed_at = self.elapsed()
        self._must_reset = False
        self._bell = Bell(self)
        self._again = self.timer(self._bell.ring)
        self.port = Port(self, apis, self._number, settings.call_timeout)
        interest = Interest(("Attempt",), self.name)
        self._inherited: dict[str, None] | None = None
        self.informer = self._parts.informer(self, apis, interest, settings, self._changed, self._listed)
        self.spawn(self.informer.follow(self._number))
        self.spawn(self._work())
        self.spawn(self._renew())
        self._resync = self.timer(self._look_again)
        self._resync.reset(settings.resync)

    def _changed(self, before: Object | None, after: Object | None) -> None:  # noqa: ARG002 - it only says when to look
        self._bell.ring()

    def _listed(self) -> None:
        if self._inherited is None:
            self._inherited = dict.fromkeys(one.name for one in self._attempts())
        self._bell.ring()

    def _look_again(self) -> None:
        self._is_stale = True
        self._bell.ring()
        self._resync.reset(self.settings.resync)

    @on(m.Push)
    def push(self, source: str, push: m.Push) -> None:
        """From a front."""
        self.informer.push(source, push)

    @on(m.Told)
    def told(self, source: str, told: m.Told) -> None:
        """From the runtime: something ended, or it has begun anew."""
        if source == self._runtime:
            self._learn(told.table)
            self._bell.ring()

    def _learn(self, table: m.Table) -> None:
        """Tables overtake each other on the way."""
        if (table.epoch, table.serial) > (self._table.epoch, self._table.serial):
            self._table = table

    # Leases

    async def _renew(self) -> None:
        """Say that the node is alive; cut off for long, stop its processes: that saves work, safety rests on fences."""
        settings = self.settings
        while True:
            if self._registered:
                sent_at = self.elapsed()
                try:
                    reply = await self.port.do(Renew(self.name, self._registered, self.now()))
                    self._renewed_at = sent_at
                    if reply.reason in (RESET, REGISTER):
                        self._registered = 0
                        self._must_reset = reply.reason == RESET
                        self._bell.ring()
                except Timeout:
                    self._duties.after_silence(self.elapsed() - self._renewed_at)
                    continue  # at once, through the other front: few words lost in a row shall lose no node
            await self.sleep(settings.renew)

    # Work

    async def _work(self) -> None:
        while True:
            await self._bell.heard()
            try:
                await self._look()
            except (Refused, Timeout):
                self._again.reset(AGAIN)

    async def _look(self) -> None:
        """One look at wish and world, with every step that it calls for."""
        if self._is_stale:
            await self._ask(m.TableAsk())
            self._is_stale = False
        if self._must_reset:
            await self._ask(m.Reset(self._table.epoch))
            self._must_reset = False
        table = self._table
        if table.epoch != self._registered or table.missing != self._missing:
            await self._register(table)
        if self.informer.synced and self._registered:
            await self._stop_strangers()
            for name in list(self.informer.objects["Attempt"]):
                attempt = self.informer.objects["Attempt"].get(name)
                if isinstance(attempt, Attempt):
                    await self._look_at(attempt)

    async def _register(self, table: m.Table) -> None:
        reply = await self.port.do(Register(self.name, table.epoch, table.missing))
        if not reply.ok:
            raise Timeout(self.name)
        if reply.reason == RESET:
            node = reply.object
            above = getattr(node, "epoch", 0)
            await self._ask(m.Reset(above))
            raise Timeout(self.name)  # and look again
        self._registered, self._missing = table.epoch, table.missing
        self._renewed_at = self.elapsed()

    async def _ask(self, request: m.TableAsk | m.Reset | m.StartProcess | m.StopProcesses) -> None:
        """The runtime's answer is its table. After a refusal or silence it has to be asked for."""
        self._is_stale = True
        timeout = self.settings.call_timeout + self.settings.grace
        self._learn(await self.call(self._runtime, request, timeout=timeout))
        self._is_stale = False

    def process_of(self, attempt: Attempt, index: int) -> m.Process | None:
        """What the runtime knows of a member."""
        for process in self._table.processes:
            if (process.job, process.attempt, process.member) == (attempt.job_uid, attempt.number, index):
                return process
        return None

    async def _stop_strangers(self) -> None:
        """Stop processes that nothing is bound for. The list is not older than the store was when this agent began."""
        bound = {(one.job_uid, one.number) for one in self._attempts()}
        for job, attempt in dict.fromkeys((one.job, one.attempt) for one in self._table.processes):
            if (job, attempt) in bound:
                continue
            strangers = [one for one in self._table.processes if (one.job, one.attempt) == (job, attempt)]
            if any(one.code is None for one in strangers):
                await self._ask(m.StopProcesses(job, attempt, 0))
            else:
                self.send(self._runtime, m.Forget(job, attempt))
                kept = tuple(one for one in self._table.processes if one not in strangers)
                self._table = msgspec.structs.replace(self._table, processes=kept)

    def _attempts(self) -> list[Attempt]:
        return [one for one in self.informer.objects["Attempt"].values() if isinstance(one, Attempt)]

    async def _look_at(self, attempt: Attempt) -> None:
        """Its members that are here; what there is to say of several is said at once."""
        mine = [
            (index, member)
            for index, member in enumerate(attempt.members)
            if member.node == self.name and member.epoch == self._registered
        ]
        if not attempt.is_open:
            await self._duties.wind_up(attempt, mine)
            return
        words: dict[tuple[str, int], list[int]] = {}
        for index, member in mine:
            word = await self._step(attempt, mine, index, member)
            if MEMBER_ORDER[word[0]] > MEMBER_ORDER[member.state]:
                words.setdefault(word, []).append(index)
        for (state, code), indexes in words.items():
            reply = await self.port.do(Report(attempt.name, attempt.uid, tuple(indexes), state, code))
            if not reply.ok:
                self.emit(LateWord(attempt.job), at_once=True)

    async def _step(self, attempt: Attempt, mine: Mine, index: int, member: Member) -> tuple[str, int]:
        """One step with a member, and what there is to say of it."""
        process = self.process_of(attempt, index)
        if process is not None and process.code is not None:
            return EXITED, process.code
        if self._duties.runs(member, process, inherited=attempt.name in (self._inherited or {})):
            return RUNNING, 0
        if member.state == RUNNING:
            return EXITED, m.VANISHED_CODE
        if self.is_go(attempt, mine):
            await self._start(attempt, index, member)
            return RUNNING, 0
        if member.state == "" and self._is_free(member):
            return HELD, 0
        self._again.reset(AGAIN)
        return "", 0

    def is_go(self, attempt: Attempt, mine: Mine) -> bool:
        """The barrier: all members' devices are held, those that are here by this agent."""
        here = dict(mine)
        return all(
            self._is_mine_to_start(attempt, index, member) if index in here else member.state != ""
            for index, member in enumerate(attempt.members)
        )

    def _is_mine_to_start(self, attempt: Attempt, index: int, member: Member) -> bool:
        held = member.state != "" or len({one.node for one in attempt.members}) == 1
        return held and (self.process_of(attempt, index) is not None or self._is_free(member))

    def _is_free(self, member: Member) -> bool:
        busy = {device for one in self._table.processes if one.code is None for device in one.devices}
        return busy.isdisjoint(member.devices)

    async def _start(self, attempt: Attempt, index: int, member: Member) -> None:
        order = m.StartProcess(
            attempt.job_uid, attempt.number, index, member.epoch, member.devices, attempt.step, attempt.spec
        )
        await self._duties.start(order)

    async def start(self, order: m.StartProcess) -> None:
        """Ask the runtime to start a process."""
        await self._ask(order)

    async def stop(self, attempt: Attempt) -> None:
        """Stop an attempt's processes here; when this returns the runtime has confirmed that they are gone."""
        await self._ask(m.StopProcesses(attempt.job_uid, attempt.number, self.settings.grace))

    async def stop_all(self) -> None:
        """Stop everything."""
        with suppress(Refused, Timeout):  # it is tried again while nobody answers
            await self._ask(m.StopProcesses(0, 0, 0))
        self._bell.ring()

    async def release(self, attempt: Attempt, mine: Mine) -> None:
        """The processes of these members are gone: so are their rows."""
        ids = [
            row.id
            for index, member in mine
            if member.held
            for row in rows_of(str(attempt.job_uid), attempt.number, index, member.node, member.epoch, member.devices)
        ]
        await self.port.do(Release(tuple(ids)))


class Duties:
    """Rules of an agent: what it adopts, what it does when an attempt is over, and when it hears nothing."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._released: dict[str, int] = {}

    async def wind_up(self, attempt: Attempt, mine: Mine) -> None:
        """An attempt is over: stop its processes here, and when they are gone give back its rows.

        Also if none is known: an order to start one may still be under way, and the runtime refuses it from now on.
        """
        if any(member.held for _, member in mine) and self._released.get(attempt.name) != attempt.revision:
            await self.agent.stop(attempt)
            await self.agent.release(attempt, mine)
            self._released[attempt.name] = attempt.revision

    def runs(self, member: Member, process: m.Process | None, *, inherited: bool) -> bool:  # noqa: ARG002
        """Whether a member runs: the runtime says so. What this agent found bound when it began is no exception."""
        return process is not None

    async def start(self, order: m.StartProcess) -> None:
        """Start a member's process, and know that it runs."""
        await self.agent.start(order)

    def after_silence(self, ns: int) -> None:
        """Nobody answered for so long, by the agent's own clock."""
        if ns > self.agent.settings.lost * 4 // 5:
            self.agent.spawn(self.agent.stop_all())
