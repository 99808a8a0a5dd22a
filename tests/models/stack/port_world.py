"""A caller in front of a port, in a world of its own: the same story over a stand-in and over an adapter.

What the story saw stands in its history, one operation for each call: the test reads it there.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from models import llm_cache, veriflow
from models.stack.backpressure import TOO_LATE, Places
from models.stack.cache_inference import CachedInference, Streams
from models.stack.deployment import cluster_settings, serving_settings
from models.stack.devices_port import LedgerDevices, RememberedDevices
from models.stack.group_replica import GroupReplica
from models.stack.inference_port import StandInEngine, StandInInference
from models.stack.jobs_port import RememberedJobs, VeriflowJobs
from models.stack.objects_port import RememberedObjects, ReplicatedObjects
from models.stack.parts import StoreParts
from models.stack.ports import Devices, Errand, Inference, JobHandle, Jobs, JobWish, Objects
from models.stack.stack_settings import StackSettings
from sim import SECOND, Actor, Model, Refused, Script, System, Timeout, on

DONE = {
    "holds something else": "other", TOO_LATE: "late", veriflow.MEMORY: "memory", veriflow.NO_DEVICE: "none",
}  # fmt: skip
"""Ends of refusals that are answers, and what the history calls them; after any other the call is made again."""
TRIES = 60


class Caller(Actor):
    """It makes one call after another, each again under its key until it is answered."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def on_start(self) -> None:
        self.spawn(self.story())

    async def story(self) -> None:
        raise AssertionError("each port has a story of its own")

    async def until_done(self, verb: str, key: str, call: Callable[[Errand], Awaitable[object]]) -> None:
        """Call until it is known what came of it."""
        for _ in range(TRIES):
            with self.operation(verb, key=key) as operation:
                try:
                    said = await call(Errand("op", f"{verb}/{key}", "ann", SECOND))
                except Refused as refusal:
                    ends = {**DONE, refusal.reason if refusal.reason.startswith("no job") else "no job": "no job"}
                    word = next((word for end, word in ends.items() if refusal.reason.endswith(end)), None)
                    if word is None:
                        raise
                    said = f"refused: {word}"
                operation.ok(said)
            if operation.outcome == "ok":
                return


class ObjectsCaller(Caller):
    """Puts, some of them twice and one with other bytes; gets; lists; deletes."""

    def __init__(self, new: Callable[[Actor], Objects], script: Script) -> None:
        super().__init__(script)
        self._new = new

    async def story(self) -> None:
        port, bucket = self._new(self), "ann"
        for n in (0, 1, 2, 0, 1, 2):
            await self.until_done("put", f"k{n}", partial(port.put, bucket=bucket, key=f"k{n}", body=b"text %d" % n))
        await self.until_done("other", "k0", lambda errand: port.put(errand, bucket, "k0", b"another text"))
        for n in (0, 1, 2, 3):
            await self.until_done("get", f"k{n}", partial(port.get, bucket=bucket, key=f"k{n}"))
        await self.until_done("late", "k0", lambda _: port.get(Errand("op", "late", "ann", 0), bucket, "k0"))
        await self.until_done("list", "k", lambda errand: port.list(errand, bucket, "k"))
        for _ in range(2):
            await self.until_done("delete", "k1", lambda errand: port.delete(errand, bucket, "k1"))
        await self.until_done("list", "all", lambda errand: port.list(errand, bucket, ""))


class InferenceCaller(Caller):
    """Prompts, one of them twice, and one without time."""

    def __init__(self, new: Callable[[Actor], Inference], script: Script) -> None:
        super().__init__(script)
        self._new = new

    async def story(self) -> None:
        port = self._new(self)
        for prompt in (b"one", b"two", b"one"):
            await self.until_done("ask", prompt.decode(), partial(self._ask, port, prompt))
        await self.until_done("late", "x", lambda _: port.generate(Errand("op", "late", "ann", 0), "s", b"x"))

    async def _ask(self, port: Inference, prompt: bytes, errand: Errand) -> tuple[bytes, tuple[str, ...]]:
        said = await port.generate(errand, "s", prompt)
        return said.text, said.degraded


class JobsCaller(Caller):
    """A job, the same again, another wish under its key; looks until it is over; a long one that is called off."""

    def __init__(self, new: Callable[[Actor], Jobs], script: Script) -> None:
        super().__init__(script)
        self._new = new

    async def story(self) -> None:
        port = self._new(self)
        short, long = JobWish(1, SECOND // 2), JobWish(1, 60 * SECOND)
        for _ in range(2):
            await self.until_done("submit", "k0", lambda errand: self._name(port.submit(errand, "k0", short)))
        await self.until_done("other", "k0", lambda errand: port.submit(errand, "k0", long))
        job = await self._until_over(port, "k0", short)
        await self.until_done("foreign", "k0", lambda _: port.status(Errand("op", "f", "bob", SECOND), job))
        await self.until_done("submit", "k1", lambda errand: self._name(port.submit(errand, "k1", long)))
        await self.until_done("cancel", "k1", lambda errand: self._call_off(port, errand, long))
        await self._until_over(port, "k1", long)
        await self.until_done("late", "k2", lambda _: port.submit(Errand("op", "late", "ann", 0), "k2", short))

    async def _name(self, said: Awaitable[JobHandle]) -> int:
        """Which job it is, of those that the tenant has been told of."""
        names = self.__dict__.setdefault("names", {})
        return cast("int", names.setdefault((await said).name, len(names)))

    async def _call_off(self, port: Jobs, errand: Errand, wish: JobWish) -> str:
        await port.cancel(errand, await port.submit(errand, "k1", wish))
        return "called off"

    async def _until_over(self, port: Jobs, key: str, wish: JobWish) -> JobHandle:
        while True:
            try:
                job = await port.submit(Errand("op", f"again/{key}", "ann", SECOND), key, wish)
                job = await port.status(Errand("op", f"look/{key}", "ann", SECOND), job)
            except (Refused, Timeout):
                job = JobHandle("", 0, "")
            if job.state in veriflow.TERMINAL:
                break
            await self.sleep(SECOND // 5)
        with self.operation("over", key=key) as operation:
            operation.ok(job.state)
        return job


class DevicesCaller(Caller):
    """Rows of one node, one of them twice; more than there is; what is given back can be had again."""

    def __init__(self, new: Callable[[Actor], tuple[Devices, str]], script: Script) -> None:
        super().__init__(script)
        self._new = new

    async def story(self) -> None:
        port, node = self._new(self)
        await self.sleep(SECOND)
        for id_, size in (("a", 50), ("b", 60), ("a", 50), ("c", 60), ("d", 20)):
            await self.until_done("claim", id_, partial(self._claim, port, node, id_, size))
        for _ in range(2):
            await self.until_done("release", "b", lambda errand: port.release(errand, "b"))
        await self.sleep(SECOND)
        await self.until_done("sweep", "b", lambda errand: self._sweep(port, errand, ("b", "c")))
        await self.until_done("holds", "a", lambda errand: port.holds(errand, "a"))
        await self.until_done("holds", "b", lambda errand: port.holds(errand, "b"))
        await self.until_done("claim", "e", partial(self._claim, port, node, "e", 60))
        await self.until_done("held", "", lambda errand: self._sorted(port, errand))
        await self.until_done("late", "x", lambda _: port.holds(Errand("op", "late", "ann", 0), "a"))

    async def _claim(self, port: Devices, node: str, id_: str, size: int, errand: Errand) -> tuple[str, int, int]:
        row = await port.claim(errand, id_, "me", node, size * 2**30)
        return row.id, row.device, row.size >> 30

    async def _sweep(self, port: Devices, errand: Errand, ids: tuple[str, ...]) -> None:
        """A claim that was doubled on its way may have come after its release, or after it was refused."""
        for id_ in await port.held(errand, ""):
            if id_ in ids:
                await port.release(errand, id_)

    async def _sorted(self, port: Devices, errand: Errand) -> tuple[str, ...]:
        return tuple(sorted(await port.held(errand, "")))


def _build_cluster(system: System) -> veriflow.Places:
    settings = cast("StackSettings", system.parameters)
    cluster = cluster_settings(settings)
    layer = System("veriflow", system.servers, cluster)
    veriflow.MODEL.build(layer)
    for name, (factory, _) in layer.factories.items():
        system.server(name, factory)
    return veriflow.places_of(system.servers, cluster)


def build_jobs(system: System) -> None:
    """The adapter: a cluster."""
    places, cluster = _build_cluster(system), cluster_settings(cast("StackSettings", system.parameters))
    for script in system.scripts:
        new = partial(VeriflowJobs, fronts=places.apis, settings=cluster)
        system.client(script.client, partial(JobsCaller, new, script))


def build_remembered_jobs(system: System) -> None:
    """The stand-in."""
    for name in system.servers:
        system.server(name, Actor)
    for script in system.scripts:
        system.client(script.client, partial(JobsCaller, RememberedJobs, script))


def build_devices(system: System) -> None:
    """The adapter: rows of a cluster's ledger."""
    places, cluster = _build_cluster(system), cluster_settings(cast("StackSettings", system.parameters))
    ledger = partial(LedgerDevices, fronts=places.apis, devices=cluster.devices)
    for script in system.scripts:
        system.client(script.client, partial(DevicesCaller, lambda actor: (ledger(actor), places.agents[0]), script))


def build_remembered_devices(system: System) -> None:
    """The stand-in."""
    cluster = cluster_settings(cast("StackSettings", system.parameters))
    for name in system.servers:
        system.server(name, Actor)
    ledger = RememberedDevices(("g1",), cluster.devices, cluster.memory)
    for script in system.scripts:
        system.client(script.client, partial(DevicesCaller, lambda _: (ledger, "g1"), script))


def build_objects(system: System) -> None:
    """The adapter: a Raft group with a store on it."""
    settings = cast("StackSettings", system.parameters).store
    for name in system.servers:
        system.server(name, partial(GroupReplica, settings, system.servers, StoreParts(), None))
    for script in system.scripts:
        new = partial(ReplicatedObjects, servers=system.servers, settings=settings)
        system.client(script.client, partial(ObjectsCaller, new, script))


def build_remembered(system: System) -> None:
    """The stand-in; servers are there and have nothing to do."""
    for name in system.servers:
        system.server(name, Actor)
    for script in system.scripts:
        system.client(script.client, partial(ObjectsCaller, lambda _: RememberedObjects(), script))


def build_inference(system: System) -> None:
    """The stand-in of engines."""
    settings = cast("StackSettings", system.parameters)
    for name in system.servers:
        system.server(name, partial(StandInEngine, settings, Places))
    for script in system.scripts:
        new = partial(StandInInference, engines=system.servers)
        system.client(script.client, partial(InferenceCaller, new, script))


class Asker(InferenceCaller):
    """It hears answers as they are said."""

    def on_start(self) -> None:
        self.streams = Streams(self)
        super().on_start()

    @on(llm_cache.Chunk)
    def chunk(self, source: str, chunk: llm_cache.Chunk) -> None:
        self.streams.hear(source, chunk)


def build_cache(system: System) -> None:
    """The adapter: LLM serving, a router and two engines."""
    settings = serving_settings(cast("StackSettings", system.parameters))
    layer = System("serving", system.servers, settings)
    llm_cache.MODEL.build(layer)
    for name, (factory, _) in layer.factories.items():
        system.server(name, factory)
    for script in system.scripts:
        new = partial(CachedInference, routers=system.servers[: settings.routers], patience=SECOND)
        system.client(script.client, partial(Asker, new, script))


def _model(name: str, build: Callable[[System], None]) -> Model:
    return Model(name, "a port", build, parameters=StackSettings, verbs={"call": 0})


OBJECTS = _model("objects", build_objects)
REMEMBERED = _model("remembered", build_remembered)
INFERENCE = _model("inference", build_inference)
CACHE = _model("cache", build_cache)
JOBS = _model("jobs", build_jobs)
REMEMBERED_JOBS = _model("remembered jobs", build_remembered_jobs)
DEVICES = _model("devices", build_devices)
REMEMBERED_DEVICES = _model("remembered devices", build_remembered_devices)
