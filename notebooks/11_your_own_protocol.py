# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 11 Your own protocol
#
# **How far is it from an empty file to a found bug?**
#
# We write a register on a few servers, let it fail, mend what failed, and let it fail again. (`sim new NAME` writes
# a larger beginning than this one.)

# %%
import os
import sys
from pathlib import Path

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 40  # the test suite takes 6

# %% [markdown]
# ## An empty file
#
# A server is a class: one object is one incarnation, a crash discards it. A client is a story. What clients ask for and
# hear goes into the history, and the history is checked against a register.

# %%
HERE = Path("runs/own")
HERE.mkdir(parents=True, exist_ok=True)
sys.path.insert(0, str(HERE))

FIRST = '''\
"""A register on several servers; clients talk to the first."""

from sim import MS, Actor, Caller, Message, Model, Request, on


class Value(Message):
    value: str | None


class Get(Request[Value]):
    key: str


class Put(Request[Value]):
    key: str
    value: str


class Server(Actor):
    others = ()

    def on_start(self):
        self.values = {}

    @on(Get)
    def get(self, caller: Caller, request: Get) -> Value:
        return Value(self.values.get(request.key))

    @on(Put)
    def put(self, caller: Caller, request: Put) -> Value:
        self.values[request.key] = request.value
        return Value(request.value)


class Client(Actor):
    def __init__(self, servers, script):
        self.servers, self.script = servers, script

    def on_start(self):
        self.spawn(self.story())

    def choose(self):
        return self.servers[0]

    async def story(self):
        for step in self.script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns)
            request = Get(step.key) if step.verb == "get" else Put(step.key, str(step.arg))
            with self.operation(step.verb, key=step.key, arg=step.arg) as operation:
                operation.ok((await self.call(self.choose(), request, timeout=200 * MS)).value)


def build(system, server=Server, client=Client):
    for name in system.servers:
        system.server(name, server)
    for script in system.scripts:
        system.client(script.client, lambda script=script: client(system.servers, script))


MODEL = Model("own", "a register", build, spec="kv", verbs={"get": 0, "put": 1})
'''

SCENARIO = """\
version: 1
name: own
duration: 12s
settle: 3s
systems: {main: {model: "own_first:MODEL", nodes: 3}}
network: {latency: {lognormal: {median: 1ms, p99: 8ms}}}
workload: {clients: 3, rate: 40/s, keys: 1, mix: {get: 1, put: 1}, timeout: 200ms}
nemesis: {every: {exponential: 1500ms}, for: 200ms..1s, kinds: {crash: 1, partition: 1}, max_down: 1}
checks: [linearizable]
"""

(HERE / "own_first.py").write_text(FIRST)
(HERE / "own.yaml").write_text(SCENARIO)
scenario = sim.load(HERE / "own.yaml")
first = sim.sweep(scenario, SEEDS, jobs=1)
first

# %% [markdown]
# ## The first failing run

# %%
run = first.run(first.failures[0].smallest.seed)
run

# %%
violation = next(one for one in run.failed if one.check == "linearizable")
figures.timeline(run, ops=violation.involved);

# %% [markdown]
# A value that was acknowledged is gone. Shrinking says by what:

# %%
small = sim.shrink(run, runs=150)
small

# %% [markdown]
# ## Mend it: the disk
#
# A crash takes the object and its dictionary. What has to survive is saved; the answer leaves when the save is durable.

# %%
SECOND = '''\
"""The register, kept on the disk."""

from own_first import Caller, Client, Message, Model, Put, Server, Value, build, on


class Pair(Message):
    key: str
    value: str


class Table(Message):
    pairs: tuple[Pair, ...]


class Durable(Server):
    def on_start(self):
        self.values = {pair.key: pair.value for pair in (self.disk.load(Table) or Table(())).pairs}

    @on(Put)
    def put(self, caller: Caller, request: Put) -> Value:
        self.values[request.key] = request.value
        self.disk.save(Table(tuple(Pair(key, self.values[key]) for key in sorted(self.values))))
        return Value(request.value)


MODEL = Model("own", "a durable register", lambda system: build(system, Durable), spec="kv", verbs={"get": 0, "put": 1})
'''
(HERE / "own_second.py").write_text(SECOND)
second = sim.sweep(scenario.with_({"systems.main.model": "own_second:MODEL"}), SEEDS, jobs=1)
second

# %% [markdown]
# No seed fails. But the first server is alone: while it is down, nobody is served.

# %%
served = frames.operations(second.run(1))
served["outcome"].value_counts()

# %% [markdown]
# ## Let others help, and fail again
#
# So each server tells the others what was put, and clients read from any of them. That looks innocent, and serves more.

# %%
THIRD = '''\
"""The durable register; writes are told to the others, reads go to anybody."""

from own_second import Caller, Client, Durable, Message, Model, Put, Value, build, on


class Copy(Message):
    key: str
    value: str


class Helpful(Durable):
    names = ("n1", "n2", "n3")

    @on(Put)
    def put(self, caller: Caller, request: Put) -> Value:
        for name in self.names:
            if name != self.name:
                self.send(name, Copy(request.key, request.value))
        return Durable.put(self, caller, request)

    @on(Copy)
    def copy(self, source: str, message: Copy) -> None:
        self.values[message.key] = message.value


class Reader(Client):
    def choose(self):
        return self.servers[self.random.between(0, 2)] if self.reading else self.servers[0]

    async def call(self, target, request, timeout):
        self.reading = not isinstance(request, Put)
        return await Client.call(self, self.choose(), request, timeout=timeout)

    reading = False


MODEL = Model(
    "own", "a helpful register", lambda system: build(system, Helpful, Reader), spec="kv", verbs={"get": 0, "put": 1}
)
'''
(HERE / "own_third.py").write_text(THIRD)
third = sim.sweep(scenario.with_({"systems.main.model": "own_third:MODEL"}), SEEDS, jobs=1)
third

# %%
stale = sim.shrink(third.run(third.failures[0].smallest.seed), runs=200)
stale

# %%
violation = next(one for one in stale.run.failed if one.check == "linearizable")
figures.timeline(stale.run, ops=violation.involved);

# %%
lines = sum(len(text.splitlines()) for text in (FIRST, SCENARIO))
share = [len(sweep.failed) / len(sweep.rows) for sweep in (first, second, third)]

assert share[0] > 0
assert share[1] == 0, "the durable register on one server keeps its promise"
assert share[2] > 0
assert stale.kind.check == "linearizable"

Markdown(
    f"**Answer.** {lines} lines: the first version lost acknowledged values in {100 * share[0]:.0f}% of {SEEDS} "
    f"seeds, and its "
    f"smallest failing run needs {len(small.needed)} fault and {small.after.operations} operations; kept on the "
    f"disk it "
    f"failed in none; with reads from anywhere it failed in {100 * share[2]:.0f}%, by {len(violation.involved)} "
    f"operations and "
    f"{len(stale.needed) or 'no'} fault{'s' * (len(stale.needed) != 1)}."
)
