"""Network messages per second: ours, with trace and fingerprint on, against the same ping-pong in SimPy.

SimPy is written in three ways. `cable` is the idiom of SimPy's own documentation for a medium with latency: a process
per message that waits and puts into a Store. `inline` lets the sender itself wait before it puts, which is cheaper but
lets nobody send while a message is under way. `events` is no network at all: bare Timeouts with a callback.
All draw a log-normal latency for each hop.
"""

import random
from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.timing import alternate
from sim.world.actor import Actor, on
from sim.world.distributions import LogNormal
from sim.world.message import Message
from sim.world.units import MS
from sim.world.world import Setting, World

HOPS = 20_000
_MU, _SIGMA = -6.9078, 0.8939  # median 1 ms, 99th percentile 8 ms, in seconds

Process = Generator[simpy.Event, Any, None]


class Ping(Message):
    """One way."""

    number: int


class Pong(Message):
    """And back."""

    number: int


class Server(Actor):
    """Begins, and answers every Pong with a Ping."""

    def on_start(self) -> None:
        self.send("b", Ping(0))

    @on(Pong)
    def pong(self, source: str, message: Pong) -> None:
        self.send(source, Ping(message.number + 1))


class Returner(Actor):
    """Answers every Ping with a Pong."""

    @on(Ping)
    def ping(self, source: str, message: Ping) -> None:
        self.send(source, Pong(message.number))


def ours() -> int:
    """Hops delivered, trace kept and fingerprint computed."""
    world = World(7, Setting(latency=LogNormal(1 * MS, 8 * MS), keep_trace=True))
    world.add("a", Server)
    world.add("b", Returner)
    world.boot()
    while world.network.traffic.delivered < HOPS:
        world.run_until(world.now + 1000 * MS)
    world.trace.fingerprint()
    return world.network.traffic.delivered


class Cable:
    """A medium with latency, as SimPy's documentation writes it."""

    def __init__(self, env: simpy.Environment, chance: random.Random) -> None:
        self._env = env
        self._store: simpy.Store = simpy.Store(env)
        self._chance = chance

    def _latency(self, value: int) -> Process:
        yield self._env.timeout(self._chance.lognormvariate(_MU, _SIGMA))
        self._store.put(value)

    def put(self, value: int) -> None:
        """Send."""
        self._env.process(self._latency(value))

    def get(self) -> simpy.Event:
        """Receive."""
        return self._store.get()


def cable() -> int:
    """Hops over two Cables."""
    env, chance, hops = simpy.Environment(), random.Random(7), 0
    there, back = Cable(env, chance), Cable(env, chance)

    def player(receive: Cable, send: Cable, begins: bool) -> Process:
        nonlocal hops
        if begins:
            send.put(0)
        while hops < HOPS:
            value = yield receive.get()
            hops += 1
            send.put(value + 1)

    env.process(player(back, there, True))
    env.process(player(there, back, False))
    env.run()
    return hops


def inline() -> int:
    """Hops where the sender waits out the latency before it puts."""
    env, chance, hops = simpy.Environment(), random.Random(7), 0
    there, back = simpy.Store(env), simpy.Store(env)

    def player(receive: simpy.Store, send: simpy.Store, begins: bool) -> Process:
        nonlocal hops
        if begins:
            yield send.put(0)
        while hops < HOPS:
            value = yield receive.get()
            hops += 1
            yield env.timeout(chance.lognormvariate(_MU, _SIGMA))
            yield send.put(value + 1)

    env.process(player(back, there, True))
    env.process(player(there, back, False))
    env.run()
    return hops


def events() -> int:
    """Bare Timeouts, each of which sets the next from its callback."""
    env, chance, hops = simpy.Environment(), random.Random(7), 0

    def arrived(_: simpy.Event) -> None:
        nonlocal hops
        hops += 1
        if hops < HOPS:
            again()

    def again() -> None:
        timeout = env.timeout(chance.lognormvariate(_MU, _SIGMA))
        assert timeout.callbacks is not None
        timeout.callbacks.append(arrived)

    again()
    env.run()
    return hops


def main() -> None:
    """Print microseconds a hop and the ratios."""
    cost = alternate({"seedstorm": ours, "cable": cable, "inline": inline, "events": events})
    for name, seconds in cost.items():
        ratio = seconds / cost["seedstorm"]
        print(
            f"{name:<10} {seconds * 1e6:6.2f} us a hop   {1 / seconds:>9,.0f} hops/s   {ratio:5.2f} x seedstorm's time"
        )
