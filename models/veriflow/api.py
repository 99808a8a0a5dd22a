"""A front: tenants' and loops' door to the store, with a cache that follows it and may lag behind.

Writes go to the store as they are. Lists and watches are answered from the cache: a past state, but never older than
what the asker has seen.
"""

from typing import TYPE_CHECKING

import msgspec

from models.patterns import digest
from models.veriflow import messages as m
from models.veriflow.commands import Cancel, Command, Reply, Submit
from models.veriflow.informer import Informer, Interest
from models.veriflow.objects import KINDS, Job, JobSpec, Object
from models.veriflow.places import Places
from models.veriflow.settings import Settings
from models.veriflow.store import select
from models.veriflow.watch import Watches
from sim import Actor, Caller, Refused, Timeout, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

PENDING_MAX = 4096
"""Answers that are waited for; the oldest of more than these is lost."""

CONFLICT_409 = "409: another job has this key"

encode = msgspec.msgpack.Encoder().encode


def spec_digest(spec: JobSpec) -> bytes:
    """Eight bytes that tell wishes apart."""
    return digest(encode(spec))


class Naming:
    """How a job is named."""

    def of(self, tenant: str, key: str) -> str:
        """The digest of tenant and key: so the store's `create` is the only test of whether it is known."""
        return digest(encode((tenant, key))).hex()


class Front:
    """What a submit does at the front, around the store's `create`."""

    def __init__(self, api: "Api") -> None:
        self.api = api

    async def submit(self, ask: m.SubmitJob) -> m.JobSeen:
        """The job of this key, which is new or the same; Refused says what is wrong."""
        name = self.api.naming.of(ask.tenant, ask.key)
        reply = await self.api.ask_store(Submit(name, ask.tenant, ask.key, ask.spec), ask.tenant)
        if not reply.ok and not isinstance(reply.object, Job):
            raise Refused(reply.reason)
        job = reply.object
        assert isinstance(job, Job), "the store answers a submit with the job"
        if not self.is_same(job, ask.spec):
            raise Refused(CONFLICT_409)
        return seen(job, reply.revision)

    def is_same(self, job: Job, spec: JobSpec) -> bool:
        """Whether the job of the key is the one that was asked for."""
        return spec_digest(job.spec) == spec_digest(spec)


class Api(Actor):
    """One incarnation of a front."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts") -> None:
        self._settings = settings
        self._places = places
        self._parts = parts

    def on_start(self) -> None:
        """Follow the store."""
        settings = self._settings
        self.naming = self._parts.naming()
        self._front = self._parts.front(self)
        self._watches = Watches(self, settings.history, settings.push)
        self._token = 0
        self._pending: dict[int, Caller] = {}
        self._cache = Informer(self, (self._places.store,), Interest(KINDS), settings, self._changed, self._listed)
        self._cache.published = self._publish
        self.spawn(self._cache.follow(0))
        self._bookmarks = self.timer(self._bookmark)
        self._bookmarks.reset(settings.bookmark)

    def _changed(self, before: Object | None, after: Object | None) -> None:
        """The watchers get the pushes as they come."""

    def _listed(self) -> None:
        """After a list the changes before it are not known."""
        cache = self._cache
        self._watches.cut_all()
        self._watches.log.reset(cache.revision)
        self._watches.revision, self._watches.at = cache.revision, cache.store_now()

    def _publish(self, push: m.Push) -> None:
        fresh = [change for change in push.changes if change.revision > self._watches.revision]
        self._watches.publish(fresh, self._cache.revision, push.at)

    def _bookmark(self) -> None:
        self._watches.at = self._cache.store_now()
        self._watches.bookmark()
        self._bookmarks.reset(self._settings.bookmark)

    # The store

    @on(m.Push)
    def push(self, source: str, push: m.Push) -> None:
        """From the store."""
        self._cache.push(source, push)

    @on(m.Do)
    def do(self, caller: Caller, ask: m.Do) -> None:
        """A write of a loop or an agent: the store decides."""
        self._pass_on(caller, ask.command)

    def _pass_on(self, caller: Caller, command: Command) -> None:
        self._token += 1
        self._pending[self._token] = caller
        if len(self._pending) > PENDING_MAX:
            del self._pending[next(iter(self._pending))]
        self.send(self._places.store, m.Forward(self._token, caller.source, command))

    @on(m.Forwarded)
    def forwarded(self, _: str, message: m.Forwarded) -> None:
        """The store's answer."""
        caller = self._pending.pop(message.token, None)
        if caller is not None:
            self.reply(caller, message.reply)

    async def ask_store(self, command: Command, by: str) -> Reply:
        """A write on behalf of a tenant."""
        return await self.call(self._places.store, m.DoFor(by, command), timeout=self._settings.call_timeout)

    # Lists and watches

    @on(m.ListAll)
    def list_all(self, caller: Caller, ask: m.ListAll) -> m.Listed | None:
        """From the cache, if that is new enough."""
        if ask.fresh:
            self.spawn(self._list_fresh(caller, ask))
            return None
        return self._list(caller, ask, ask.at_least)

    async def _list_fresh(self, caller: Caller, ask: m.ListAll) -> None:
        try:
            now = await self.call(self._places.store, m.NowAsk(), timeout=self._settings.call_timeout)
        except Timeout:
            return
        await self._cache.reach(now.revision)
        listed = self._list(caller, ask, now.revision)
        if listed is not None:
            self.reply(caller, listed)

    def _list(self, caller: Caller, ask: m.ListAll, at_least: int) -> m.Listed | None:
        cache = self._cache
        if not cache.synced or cache.revision < at_least:
            self.refuse(caller, m.BEHIND)
            return None
        objects = [one for kind in ask.kinds for one in cache.objects[kind].values()]
        return m.Listed(select(objects, ask), cache.revision, cache.store_now())

    @on(m.Watch)
    def watch(self, caller: Caller, watch: m.Watch) -> m.Watching | None:
        """From a loop or an agent."""
        if not self._cache.synced:
            self.refuse(caller, m.BEHIND)
            return None
        return self._watches.open(caller, watch, self.refuse)

    @on(m.Ack)
    def ack(self, source: str, ack: m.Ack) -> None:
        """From a loop or an agent."""
        self._watches.heard(source, ack.id)

    @on(m.GetAsk)
    def get(self, caller: Caller, ask: m.GetAsk) -> m.Got | None:
        """From somebody who wants one object, as it is in the cache."""
        if not self._cache.synced:
            self.refuse(caller, m.BEHIND)
            return None
        return m.Got(self._cache.objects[ask.kind].get(ask.name))

    # Tenants

    @on(m.SubmitJob)
    def submit(self, caller: Caller, ask: m.SubmitJob) -> None:
        """From a tenant."""
        self.spawn(self._submit(caller, ask))

    async def _submit(self, caller: Caller, ask: m.SubmitJob) -> None:
        try:
            self.reply(caller, await self._front.submit(ask))
        except Refused as no:
            self.refuse(caller, no.reason)
        except Timeout:
            return  # it may have happened: the tenant asks again, under the same key

    @on(m.StatusAsk)
    def status(self, caller: Caller, ask: m.StatusAsk) -> m.JobSeen | None:
        """From a tenant: a past state, but not one before what it was told."""
        if not self._cache.synced or self._cache.revision < ask.at_least:
            self.refuse(caller, m.BEHIND)
            return None
        job = self._cache.objects["Job"].get(ask.name)
        if not isinstance(job, Job) or job.tenant != ask.tenant:
            self.refuse(caller, f"no job {ask.name!r}")
            return None
        return seen(job, self._cache.revision)

    @on(m.CancelAsk)
    def cancel(self, caller: Caller, ask: m.CancelAsk) -> None:
        """From a tenant."""
        self.spawn(self._cancel(caller, ask))

    async def _cancel(self, caller: Caller, ask: m.CancelAsk) -> None:
        try:
            reply = await self.ask_store(Cancel(ask.name, ask.uid, ask.tenant), ask.tenant)
        except Timeout:
            return
        if isinstance(reply.object, Job):
            self.reply(caller, seen(reply.object, reply.revision))
        else:
            self.refuse(caller, f"no job {ask.name!r}")

    @on(m.JobsAsk)
    def jobs(self, caller: Caller, ask: m.JobsAsk) -> m.Jobs | None:
        """From a tenant: its own jobs."""
        if not self._cache.synced:
            self.refuse(caller, m.BEHIND)
            return None
        jobs = [one for one in self._cache.objects["Job"].values() if isinstance(one, Job) and one.tenant == ask.tenant]
        return m.Jobs(tuple(seen(job, self._cache.revision) for job in jobs))


def seen(job: Job, revision: int) -> m.JobSeen:
    """What a tenant sees of a job."""
    return m.JobSeen(job.name, job.uid, job.tenant, job.key, job.state, revision, spec_digest(job.spec))
