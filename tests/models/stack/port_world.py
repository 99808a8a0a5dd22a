"""A caller in front of a port, in a world of its own: the same story over a stand-in and over an adapter.

What the story saw stands in its history, one operation for each call: the test reads it there.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from models import llm_cache
from models.stack.backpressure import TOO_LATE, Places
from models.stack.cache_inference import CachedInference, Streams
from models.stack.deployment import serving_settings
from models.stack.group_replica import GroupReplica
from models.stack.inference_port import StandInEngine, StandInInference
from models.stack.objects_port import RememberedObjects, ReplicatedObjects
from models.stack.parts import StoreParts
from models.stack.ports import Errand, Inference, Objects
from models.stack.stack_settings import StackSettings
from sim import SECOND, Actor, Model, Refused, Script, System, on

DONE = {"holds something else": "other", TOO_LATE: "late"}
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
                    word = next((word for end, word in DONE.items() if refusal.reason.endswith(end)), None)
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
