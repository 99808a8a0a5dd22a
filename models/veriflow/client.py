"""Tenants: they submit jobs, retry under the same key, change their minds, cancel and look; an admin gives orders.

What the store promises of keys is judged from their answers: `Answered` and `Turned` say what each was told.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from models.veriflow import messages as m
from models.veriflow.api import spec_digest
from models.veriflow.commands import ClaimShared, Command, Unclaim, Update
from models.veriflow.events import Answered, Turned
from models.veriflow.objects import JobSpec, Node, Queue, TypeQuota
from models.veriflow.places import Places
from models.veriflow.port import Port
from models.veriflow.settings import Settings
from sim import MS, Actor, Message, Refused, Request, Script, Step, Timeout

R = TypeVar("R", bound=Message)

VERBS = {"submit": 6, "twice": 6, "other": 0, "again": 0, "reuse": 0, "cancel": 0, "status": 0, "jobs": 0}
"""What a workload may ask. A literal `submit` says queue, members, GPUs of each, type, ms of work, priority."""

ORDERS = {"cordon": 0, "uncordon": 0, "drain": 0, "unplug": 1, "replug": 1, "quota": 1, "claim": 2, "unclaim": 0}
"""What an admin may order: of a node, of a device of it, the nominal quota of a queue, a shared claim on a device."""

PATIENCE = 700 * MS
REUSED = 4
PRIORITIES = (0, 0, 0, 1, 2)


class Tenant(Actor):
    """Does the steps of its script one after another. Clients share `tenants` tenants by turns."""

    def __init__(self, places: Places, script: Script, settings: Settings, number: int) -> None:
        self._places = places
        self._script = script
        self._settings = settings
        self._number = number

    def on_start(self) -> None:
        """Begin the script."""
        self.tenant = f"t{self._number % self._settings.tenants}"
        self._turn = self._number
        self._choices = self.random.child("choices")
        self._jobs: list[m.JobSeen] = []
        self._specs: dict[str, JobSpec] = {}
        self._newest = 0
        self._serial = 0
        self._admin = Admin(self, self._places, Port(self, self._places.apis, self._number, PATIENCE))
        self.spawn(self._story())

    async def _story(self) -> None:
        verbs = self._verbs()
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            if self._settings.until and self.elapsed() > self._settings.until:
                return
            if step.verb in ORDERS:
                await self._admin.order(step.verb, step.key, arguments(step))
            else:
                await verbs[step.verb](step)

    def _verbs(self) -> Mapping[str, Callable[[Step], Awaitable[None]]]:
        return {
            "submit": self._submit,
            "twice": self._twice,
            "other": self._other,
            "again": self._again,
            "reuse": self._reuse,
            "cancel": self._cancel,
            "status": self._status,
            "jobs": self._list,
        }

    # Wishes

    def _draw(self) -> JobSpec:
        settings, draw = self._settings, self._choices
        members, gpus = draw.between(1, settings.members), draw.between(1, settings.gpus)
        queue = settings.queues[draw.below(len(settings.queues))].name
        spec = JobSpec(
            queue,
            members,
            gpus,
            draw.choice(settings.types),
            one_node=draw.below(4) == 0 and members * gpus <= settings.devices,
            priority=draw.choice(PRIORITIES),
            work=draw.between(*settings.work),
            checkpoint_every=settings.checkpoint_every,
            retries_max=settings.retries,
            flaky=draw.between(1, 2) if draw.chance(settings.flaky) else 0,
            final=draw.chance(settings.final),
        )
        return msgspec.structs.replace(spec, members=1000) if draw.chance(settings.huge) else spec

    def _wish(self, step: Step) -> JobSpec:
        if self._script.literal is None:
            return self._draw()
        queue, members, gpus, gpu_type, work, priority = arguments(step)
        settings = self._settings
        return JobSpec(
            queue,
            number(members),
            number(gpus),
            gpu_type,
            priority=number(priority),
            work=number(work) * MS,
            checkpoint_every=settings.checkpoint_every,
            retries_max=settings.retries,
            flaky=self._choices.between(1, 2) if self._choices.chance(settings.flaky) else 0,
            final=self._choices.chance(settings.final),
        )

    def _key(self, step: Step) -> str:
        if self._script.literal is not None:
            return step.key
        self._serial += 1
        return f"{self.name}.{self._serial}"

    # Verbs

    async def _submit(self, step: Step) -> None:
        await self._send(self._key(step), self._wish(step))

    async def _twice(self, step: Step) -> None:
        """Two clicks at once, at two fronts; the second stands in no history, but what it is told counts."""
        key, spec = self._key(step), self._wish(step)
        second = self.spawn(self._click(key, spec))
        await self._send(key, spec)
        await second

    async def _click(self, key: str, spec: JobSpec) -> None:
        wish = spec_digest(spec)
        try:
            seen = await self._ask(m.SubmitJob(self.tenant, key, spec), turn=1)
        except Refused as no:
            self.emit(Turned(self.tenant, key, no.reason, wish))
        except Timeout:
            return
        else:
            self._tell(key, "submit", seen, wish)

    async def _again(self, step: Step) -> None:
        """The same wish under the same key."""
        if self._specs:
            key = self._choices.choice(list(self._specs))
            await self._send(key, self._specs[key])
        else:
            await self._submit(step)

    async def _other(self, step: Step) -> None:
        """Another wish under a key that was used."""
        if self._specs:
            key = self._choices.choice(list(self._specs))
            await self._send(key, msgspec.structs.replace(self._specs[key], work=self._specs[key].work + 1))
        else:
            await self._submit(step)

    async def _reuse(self, _: Step) -> None:
        """One of a few keys, which all clients use again and again: names that come back."""
        await self._send(f"key{self._choices.below(REUSED)}", self._draw())

    async def _send(self, key: str, spec: JobSpec) -> None:
        wish = spec_digest(spec)
        with self.operation("submit", key=f"{self.tenant}/{key}", arg=wish.hex()) as operation:
            try:
                seen = await self._ask(m.SubmitJob(self.tenant, key, spec))
            except Refused as no:
                self.emit(Turned(self.tenant, key, no.reason, wish))
                operation.fail()
                return
            self._tell(key, "submit", seen, wish)
            operation.ok(seen.uid)
            self._jobs.append(seen)
            if not key.startswith("key"):
                self._specs[key] = spec

    async def _cancel(self, step: Step) -> None:
        job = self._some_job(step)
        if job is None:
            return
        with self.operation("cancel", key=f"{self.tenant}/{job.key}", arg=job.uid) as operation:
            seen = await self._ask(m.CancelAsk(self.tenant, job.name, job.uid))
            self._tell(job.key, "cancel", seen, seen.spec)
            operation.ok(seen.state)

    async def _status(self, step: Step) -> None:
        job = self._some_job(step)
        if job is None:
            return
        with self.operation("status", key=f"{self.tenant}/{job.key}", arg=job.uid) as operation:
            seen = await self._ask(m.StatusAsk(self.tenant, job.name, self._newest))
            self._tell(job.key, "status", seen, seen.spec)
            operation.ok(seen.state)

    async def _list(self, _: Step) -> None:
        with self.operation("jobs", key=self.tenant) as operation:
            listed = await self._ask(m.JobsAsk(self.tenant))
            for seen in listed.jobs:
                self._tell(seen.key, "jobs", seen, seen.spec)
            operation.ok(len(listed.jobs))

    def _some_job(self, step: Step) -> m.JobSeen | None:
        if self._script.literal is not None:
            return next((job for job in self._jobs if job.key == step.key), None)
        return self._choices.choice(self._jobs) if self._jobs else None

    def _tell(self, key: str, verb: str, seen: m.JobSeen, wish: bytes) -> None:
        self._newest = max(self._newest, seen.revision)
        self.emit(Answered(self.tenant, key, verb, seen.name, seen.uid, seen.tenant, seen.state, seen.revision, wish))

    async def _ask(self, request: Request[R], turn: int = 0) -> R:
        """Ask one front after the other until there is an answer."""
        deadline = self.elapsed() + self._script.timeout_ns
        apis: Sequence[str] = self._places.apis
        while (left := deadline - self.elapsed()) > 0:
            try:
                return await self.call(apis[(self._turn + turn) % len(apis)], request, timeout=min(left, PATIENCE))
            except Timeout:
                self._turn += 1
            except Refused as no:
                if no.reason != m.BEHIND:
                    raise
                self._turn += 1
                await self.sleep(min(left, 50 * MS))
        raise Timeout("fronts")


class Admin:
    """Orders of an operator, which stand in no history."""

    def __init__(self, client: Actor, places: Places, port: Port) -> None:
        self._client = client
        self._places = places
        self._port = port

    async def order(self, verb: str, key: str, said: Sequence[str]) -> None:
        """Carry out an order; one that meets no answer is given up."""
        try:
            if verb in ("unplug", "replug"):
                self._client.send(self._places.runtime_of(key), m.Unplug(number(said[0]), verb == "replug"))
            elif verb == "claim":
                await self._port.do(
                    ClaimShared(f"claim/{key}/{said[0]}", "serving", key, number(said[0]), number(said[1]))
                )
            elif verb == "unclaim":
                await self._port.do(Unclaim(key))
            else:
                await self._change(verb, key, said)
        except Timeout:
            return

    async def _change(self, verb: str, key: str, said: Sequence[str]) -> None:
        """Read and write again until nobody came between."""
        for _ in range(20):
            found = await self._port.get("Queue" if verb == "quota" else "Node", key)
            command = self._changed(verb, found, said)
            if command is None or (await self._port.do(command)).ok:
                return
            await self._client.sleep(50 * MS)

    def _changed(self, verb: str, found: object, said: Sequence[str]) -> Command | None:
        if isinstance(found, Queue):
            nominal = number(said[0])
            quotas = tuple(TypeQuota(one.gpu_type, nominal, one.borrow, one.lend) for one in found.quotas)
            return Update(msgspec.structs.replace(found, quotas=quotas))
        if isinstance(found, Node):
            shut = verb != "uncordon"
            return Update(msgspec.structs.replace(found, cordoned=shut, draining=verb == "drain"))
        return None


def arguments(step: Step) -> list[str]:
    """What a literal step says behind its key."""
    if step.arg is None:
        return []
    return [str(one) for one in step.arg] if isinstance(step.arg, tuple) else [str(step.arg)]


def number(said: str) -> int:
    """A whole number; -1 for what is none: the store refuses it in its own words."""
    try:
        return int(said)
    except ValueError:
        return -1
