"""What `sim new` writes: a replicated register that is right while its primary is up, and a scenario that shows it."""

MODEL_TEMPLATE = '''"""NAME: a register on one primary with backups. Change it into your own protocol."""

from collections.abc import Iterable, Mapping

from sim import MS, Actor, Caller, Check, Emitted, Event, Message, Model, Request, RunRecord, Script, System, Verdict
from sim import on


class Value(Message):
    """What a key holds."""

    value: str | None


class Get(Request[Value]):
    """Asks for the value of a key."""

    key: str


class Put(Request[Value]):
    """Sets the value of a key; answered when it is durable."""

    key: str
    value: str


class Pair(Message):
    """One key and its value."""

    key: str
    value: str


class Table(Message):
    """All keys, as kept on the disk."""

    pairs: tuple[Pair, ...]


class Stored(Event):
    """A value is durable."""

    key: str
    value: str


class Server(Actor):
    """Keeps every value on its disk before it answers."""

    def on_start(self) -> None:
        table = self.disk.load(Table) or Table(())
        self.values = {pair.key: pair.value for pair in table.pairs}

    @on(Get)
    def get(self, caller: Caller, request: Get) -> Value:
        return Value(self.values.get(request.key))

    @on(Put)
    def put(self, caller: Caller, request: Put) -> Value:
        self.values[request.key] = request.value
        self.disk.save(Table(tuple(Pair(key, self.values[key]) for key in sorted(self.values))))
        self.emit(Stored(request.key, request.value))  # leaves, like the reply, when the save is done
        return Value(request.value)


class Client(Actor):
    """Does what its script says, at the primary."""

    def __init__(self, primary: str, script: Script) -> None:
        self.primary = primary
        self.script = script

    def on_start(self) -> None:
        self.spawn(self.story())

    async def story(self) -> None:
        for step in self.script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns)
            request = Get(step.key) if step.verb == "get" else Put(step.key, str(step.arg))
            with self.operation(step.verb, key=step.key, arg=step.arg) as operation:
                operation.ok((await self.call(self.primary, request, timeout=200 * MS)).value)


class StoredOnce(Check):
    """A promise of your own, folded over events: no value is stored twice."""

    name = "stored-once"
    watches = (Stored,)

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], Emitted] = {}
        self.twice: Emitted | None = None

    def observe(self, emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, Stored) and self.seen.setdefault((event.key, event.value), emitted) is not emitted:
            self.twice = self.twice or emitted

    def conclude(self, record: RunRecord) -> Verdict:
        if self.twice is None:
            return Verdict(self.name, "pass", f"{len(self.seen)} values")
        return Verdict(self.name, "fail", f"{self.twice.event} again on {self.twice.node}", at_ns=self.twice.t_ns)


def build(system: System) -> None:
    """Servers on all nodes, of which the first is the primary."""
    for name in system.servers:
        system.server(name, Server)
    for script in system.scripts:
        system.client(script.client, lambda script=script: Client(system.servers[0], script))


def primary(actors: Mapping[str, Actor]) -> Iterable[str]:
    """The first server, if it is up."""
    return list(actors)[:1]


MODEL = Model(
    name="NAME",
    about="a register on one primary",
    build=build,
    spec="kv",
    verbs={"get": 0, "put": 1},
    checks={"stored-once": lambda system: StoredOnce()},
    roles={"leader": primary},
)
'''

SCENARIO_TEMPLATE = """# The primary crashes every few seconds and loses what it had not synced.
# Expected: nothing that was acknowledged is lost.
version: 1
name: NAME
about: Crashes of the primary while clients read and write.
seed: 1
duration: 20s
settle: 5s
systems:
  main: {model: "NAME:MODEL", nodes: 3}
network:
  latency: {lognormal: {median: 1ms, p99: 8ms}}
  loss: 1%
workload:
  - {clients: 3, rate: 60/s, keys: 2, mix: {get: 1, put: 1}, timeout: 200ms}
faults:
  - {every: 4s, for: 1s, crash: {nodes: leader, disk: lose-unsynced}}
checks:
  - linearizable
  - eventually: {progress: 3s}
expect: pass
"""
