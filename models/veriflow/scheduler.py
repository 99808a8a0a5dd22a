"""The scheduler: one step at a time, each from what its cache shows, each judged again by the store's transaction.

A round looks for the first thing that can be done: go on with a preemption, bind or give up an admitted job, admit the
next. After each write it waits until its cache shows it. All it knows can be read again, so a crash between any two
writes leaves a state that the next leader goes on from.
"""

from typing import TYPE_CHECKING

import msgspec

from models.veriflow import messages as m
from models.veriflow.admission import replace_state
from models.veriflow.bell import Bell
from models.veriflow.commands import Admit, Bind, Command, Finish, Reply, Update
from models.veriflow.elector import Elector
from models.veriflow.events import BecameElder, BindRefused, ConflictSeen, Reconciled
from models.veriflow.finishing import NO_VICTIM
from models.veriflow.informer import Informer, Interest
from models.veriflow.objects import ADMITTED, CHARGED, EVICTED, QUEUED, SUCCEEDED, Job, Member, Object
from models.veriflow.picking import Pick
from models.veriflow.places import Places
from models.veriflow.port import Port
from models.veriflow.settings import Settings
from sim import MS, Actor, Refused, Timeout, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

INTEREST = Interest(("Job", "Attempt", "Node", "Queue", "Claim"))
SOON = 20 * MS
REFUSED_PAUSE = 100 * MS
"""What the store refuses, and the cache shows as possible, is a matter of time: its clock, or another loop's write."""
GIVEN_UP = "not bound in time"


class Scheduler(Actor):
    """One incarnation of a scheduler; it acts while it leads."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts", number: int) -> None:
        self.settings = settings
        self._places = places
        self._parts = parts
        self._number = number

    def on_start(self) -> None:
        """Follow the objects, and campaign."""
        settings, parts, apis = self.settings, self._parts, self._places.apis
        self.board = parts.board(settings, parts)
        self.picking = parts.picking(self.board, settings, parts)
        self._numbering = parts.numbering()
        self._steps = parts.steps(self)
        self._bell = Bell(self)
        self._alarm = self.timer(self._bell.ring)
        self.begun: dict[str, None] = {}
        """Jobs that this incarnation has admitted, or prepared for."""
        self._last_tried: dict[str, int] = {}
        self.port = Port(self, apis, self._number, settings.call_timeout)
        self.informer = parts.informer(self, apis, INTEREST, settings, self._changed, self._listed)
        self.elector = Elector(
            self, self.port, "scheduler", settings.leader, elect=settings.elect, began=self._bell.ring
        )
        self._is_following = False
        self.spawn(self.elector.campaign())
        self.spawn(self._rounds())

    def _changed(self, before: Object | None, after: Object | None) -> None:
        self.board.change(before, after)
        self._bell.ring()

    def _listed(self) -> None:
        self.board.rebuild(one for table in self.informer.objects.values() for one in table.values())
        self._bell.ring()

    @on(m.Push)
    def push(self, source: str, push: m.Push) -> None:
        """From a front."""
        self.informer.push(source, push)

    # Rounds

    async def _rounds(self) -> None:
        while True:
            await self._bell.heard()
            if self.elector.leads and not self._is_following:
                self._is_following = True
                self.spawn(self.informer.follow(self._number))
            while self.elector.leads and self.informer.synced and await self._round():
                pass
            self._alarm.reset(self._until_next())

    def _until_next(self) -> int:
        """Ns until time alone may give something to do."""
        now = self.informer.store_now()
        due = self.board.wake(now)
        wait = self.settings.leader if due is None else min(self.settings.leader, max(SOON, due - now))
        return SOON if self.board.preparing else min(wait, 10 * SOON) if self.board.admitted else wait

    async def _round(self) -> bool:
        """Do one thing; whether there was one."""
        now = self.informer.store_now()
        self.board.wake(now)
        job = self._next_started(now)
        try:
            if job is not None:
                return await self._go_on(job, now)
            pick = self.picking.next(now)
            self._tell_elders(now)
            if pick is None:
                return False
            await self._begin(pick, now)
        except Refused:
            pass
        except Timeout:
            await self.sleep(SOON)  # whether it happened the cache will show
        return True

    def _tell_elders(self, now: int) -> None:
        for gpu_type in self.board.capacity:
            elder = self.picking.elder(gpu_type, now)
            if elder is not None and elder.name not in self.picking.elders:
                self.picking.elders[elder.name] = None
                self.emit(BecameElder(elder.name), at_once=True)

    def _next_started(self, now: int) -> Job | None:
        """A job that was begun and can be taken a step further: preemptors first."""
        board = self.board
        for name in board.preparing:
            job = board.jobs[name]
            if self._steps.takes_up(job) and self._has_step(job, now):
                return job
        for name in board.admitted:
            job = board.jobs[name]
            if name not in board.preparing and self._steps.takes_up(job) and self._has_step(job, now):
                return job
        return None

    def _has_step(self, job: Job, now: int) -> bool:
        if job.cancel:
            return False
        if self._steps.is_over(job, now):
            return True
        if job.state == QUEUED:
            return bool(job.victims)
        return any(self._is_alive(name) for name in job.victims) or self._can_bind(job)

    def _can_bind(self, job: Job) -> bool:
        """It fits; and a bind of the same state of the world has not just been refused."""
        return self._last_tried.get(job.name) != self.informer.revision and self.board.room.holds(job)

    def _is_alive(self, name: str) -> bool:
        victim = self.board.jobs.get(name)
        return victim is not None and victim.state in CHARGED

    # Steps

    async def _begin(self, pick: Pick, now: int) -> None:
        job = pick.job
        self.begun[job.name] = None
        if pick.plan is None:
            self._steps.before_admit(job)
            reply = await self.write(job.name, Admit(job.name, job.uid))
            if not reply.ok:
                await self.sleep(REFUSED_PAUSE)
            return
        until = now + self.settings.preempt_wait
        changed = msgspec.structs.replace(
            job, victims=pick.plan.victims, nominated=pick.plan.devices, nominated_until=until
        )
        reply = await self.write(job.name, Update(changed))
        if not reply.ok:
            await self.sleep(REFUSED_PAUSE)

    async def _go_on(self, job: Job, now: int) -> bool:
        victim = next((name for name in job.victims if self._is_alive(name)), None)
        if self._steps.is_over(job, now):
            await self._give_up(job)
        elif victim is not None:
            await self._evict(self.board.jobs[victim], job)
        elif job.state == QUEUED:
            reply = await self.write(job.name, Admit(job.name, job.uid))
            if not reply.ok:
                await self._give_up(job)
        else:
            await self._bind(job)
        return True

    async def _evict(self, victim: Job, job: Job) -> None:
        order = Finish(victim.name, victim.uid, victim.attempt, EVICTED, QUEUED, by=job.name, reason="preempted")
        reply = await self.write(victim.name, order)
        if self._steps.is_spared(reply):
            await self._give_up(job)

    async def _give_up(self, job: Job) -> None:
        """The job goes back, without quota, and without what was kept for it."""
        changed = replace_state(job, QUEUED, job.changed_at, victims=(), nominated=(), reason=GIVEN_UP)
        if job.state == ADMITTED:
            later = self.informer.store_now() + self.settings.backoff
            changed = msgspec.structs.replace(changed, not_before=later)
        await self.write(job.name, Update(changed))

    async def _bind(self, job: Job) -> None:
        """Fence the attempts before, read the newest checkpoint, then bind."""
        number = self._numbering.next(job)
        fence = m.Fence(job.uid, number)
        newest = await self.call(self._places.checkpoints, fence, timeout=self.settings.call_timeout)
        if newest.done:
            await self.write(job.name, Finish(job.name, job.uid, job.attempt, SUCCEEDED, SUCCEEDED))
            return
        current = self.board.jobs.get(job.name)
        members = self.board.room.place(job) if current == job else None
        if members is None:
            return
        seen = self.informer.revision
        await self._write_bind(job, number, members, newest.step)
        if self.informer.revision == seen:
            self._last_tried[job.name] = seen

    async def _write_bind(self, job: Job, number: int, members: tuple[Member, ...], step: int) -> None:
        reply = await self.write(job.name, Bind(job.name, job.uid, number, members, step))
        if reply.ok:
            self._last_tried.pop(job.name, None)
        else:
            self.emit(BindRefused(job.name, reply.reason), at_once=True)

    async def write(self, name: str, command: Command) -> Reply:
        """Write, and wait until the cache shows it: acting from an older one would be acting twice."""
        seen = self.informer.revision
        self.emit(Reconciled(self.name, name, seen, 0), at_once=True)
        reply = await self.port.do(command)
        self._steps.after_write(name, reply)
        if reply.ok:
            self.emit(Reconciled(self.name, name, seen, reply.revision), at_once=True)
        else:
            self.emit(ConflictSeen(self.name, name), at_once=True)
        await self._steps.settle(self.informer, reply)
        return reply


class Steps:
    """Rules between the scheduler's writes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def takes_up(self, job: Job) -> bool:  # noqa: ARG002 - whoever began it
        """Whether a job that stands half way is looked at: always, for whoever began it may be gone."""
        return True

    def is_over(self, job: Job, now: int) -> bool:
        """Whether a job that was admitted, or others evicted for, has waited long enough for its devices."""
        settings = self._scheduler.settings
        if job.nominated or job.victims:
            return now > job.nominated_until
        return job.state == ADMITTED and now > job.changed_at + settings.pods_ready

    def is_spared(self, reply: Reply) -> bool:
        """Whether a victim may not be evicted; any other refusal says that it has gone on: another loop was first."""
        return reply.reason == NO_VICTIM

    def before_admit(self, job: Job) -> None:
        """Nothing is charged before the store has charged it."""

    def after_write(self, name: str, reply: Reply) -> None:
        """The store's word is in the cache soon."""

    async def settle(self, informer: Informer, reply: Reply) -> None:
        """Wait for one's own write."""
        await informer.reach(acknowledged(reply))


def acknowledged(reply: Reply) -> int:
    """What the writer knows from a reply: the revision it wrote, or that of the object it was refused for."""
    if reply.ok:
        return reply.revision
    return 0 if reply.object is None else reply.object.revision
