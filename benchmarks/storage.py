"""The store: replicated operations per second, recovery time against the length of the log, a million keys.

``python -m benchmarks storage`` runs all three; ``python -m benchmarks.storage million`` only the last.
"""

import resource
import sys
import time
from collections.abc import Coroutine, Iterator
from typing import cast

import simpy

from models.veristore.engine.engine import Engine
from models.veristore.machine.view import Change
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from sim import SECOND, Event, load, run
from sim.world.disk import Disk
from sim.world.disk_profile import NVME_PLP
from sim.world.kernel import Kernel
from sim.world.streams import Stream

REPLICATED = "scenarios/stack/store-calm.yaml"
LENGTHS = (1_000, 2_000, 4_000, 8_000, 16_000)
MILLION = 1_000_000
BATCH = 500
VALUE = b"v" * 32


class Bench:
    """A disk on a kernel of its own."""

    def __init__(self) -> None:
        self.kernel = Kernel(Stream(1, "ties"))
        self.disk = Disk(
            name="n1",
            stream=Stream(1, "disk"),
            now=lambda: self.kernel._now,
            at=lambda when, call: self.kernel.at(when, 0, lambda _: call(), None),
            profile=NVME_PLP,
            event=lambda: simpy.Event(self.kernel),
        )

    def story(self, story: Coroutine[object, object, object]) -> tuple[float, float]:
        """Let a story run to its end; returns (wall, virtual) seconds."""

        def steps() -> Iterator[simpy.Event]:
            yield from cast("Iterator[simpy.Event]", story.__await__())

        process = self.kernel.process(steps())  # type: ignore[arg-type] # a generator of events is what simpy takes
        began, now = time.perf_counter(), self.kernel.now
        while not process.processed:
            self.kernel.step()
        return time.perf_counter() - began, (self.kernel.now - now) / SECOND

    def engine(self, settings: Settings) -> Engine:
        """A store on the disk, not open yet."""
        return Engine(self.disk, settings, _deaf, Parts())


def _deaf(event: Event) -> None:
    """Nobody listens."""


async def _load(engine: Engine, count: int, batch: int) -> None:
    for first in range(0, count, batch):
        if not engine.room:
            await engine.rotate()
        engine.append([Change(b"key-%09d" % number, VALUE) for number in range(first, first + batch)])
        await engine.commit()
        if engine.wants_checkpoint:
            await engine.checkpoint.flush(engine.applied)
            await engine.compact()


def replicated() -> None:
    """Operations of the whole stack, clients to disks, with all checks."""
    for nodes in (3, 5):
        loaded = load(REPLICATED, (f"systems.store.nodes={nodes}", "workload.0.clients=16", "workload.0.rate=2000/s"))
        result = run(loaded, 1)
        done = result.counts.ok
        print(
            f"{nodes} replicas: {done / (result.virtual_ns / SECOND):6.0f} operations per simulated second, "
            f"{done / result.wall_s:6.0f} per wall second, {result.verdict}"
        )


def recovery() -> None:
    """How long a store takes to come back, against the records of its log."""
    settings = Settings(memtable_max=1 << 40, log_max=1 << 30)
    first = 0.0
    for length in LENGTHS:
        bench = Bench()
        engine = bench.engine(settings)
        bench.story(engine.open())
        bench.story(_load(engine, length, 1))
        bench.disk.crash("lose-unsynced", Stream(1, "crash"))
        wall, virtual = min(bench.story(bench.engine(settings).open()) for _ in range(3))
        first = first or wall / length
        print(
            f"{length:7,} records: {virtual * 1000:8.2f} ms simulated, {wall * 1000:8.1f} ms wall, "
            f"{wall / length / first:5.2f} x the time per record of the first line"
        )


def million() -> None:
    """A million keys: load, snapshot, restore elsewhere, and the memory that it took."""
    settings = Settings(memtable_max=32 << 20, log_max=4096, record_max=1 << 20, block=4096)
    bench = Bench()
    engine = bench.engine(settings)
    bench.story(engine.open())
    wall, virtual = bench.story(_load(engine, MILLION, BATCH))
    print(f"load      {wall:6.1f} s wall, {virtual:6.2f} s simulated, {_peak()} MiB at most")
    began = time.perf_counter()
    chunks = engine.snapshot()
    size = sum(map(len, chunks))
    print(
        f"snapshot  {time.perf_counter() - began:6.1f} s wall, {len(chunks):,} chunks, {size >> 20} MiB, {_peak()} MiB"
    )
    other = Bench()
    wall, virtual = other.story(other.engine(settings).restore("n1", chunks))
    copy = other.engine(settings)
    other.story(copy.open())
    same = copy.view().get(b"key-%09d" % (MILLION - 1)) == engine.view().get(b"key-%09d" % (MILLION - 1))
    print(f"restore   {wall:6.1f} s wall, {virtual:6.2f} s simulated, {_peak()} MiB at most; equal: {same}")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    """All three."""
    replicated()
    recovery()
    million()


if __name__ == "__main__":
    parts = {"replicated": replicated, "recovery": recovery, "million": million}
    for name in sys.argv[1:] or parts:
        parts[name]()
