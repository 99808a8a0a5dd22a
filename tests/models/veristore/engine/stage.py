"""An engine alone on a simulated disk, with a record of what it must hold.

stage = Stage()
stage.open()
stage.put(a=b"1")                    # appended, committed, acknowledged
stage.story(stage.flush())           # any story of the engine, to its end
stage.crash("torn")                  # the power fails; the next `open` must find what was acknowledged
stage.open()
"""

from collections.abc import Coroutine, Iterator, Sequence
from typing import TypeVar, cast

import simpy

from models.veristore.engine.engine import Engine
from models.veristore.events import Appended
from models.veristore.machine.view import Change
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from sim import SECOND, Event
from sim.world.disk_profile import NVME_PLP, DiskProfile
from tests.world.disk_bench import Bench

E = TypeVar("E", bound=Event)
State = dict[bytes, tuple[bytes, int]]

SMALL = Settings(memtable_max=150, segment_records=8, manifest_edits=6, fan_in=2, block=128, log_max=1000, reserve=0)
ALL = 1_000_000


class Stage:
    """`states[n]` is the map after batch n, `acked` the last batch that was acknowledged."""

    def __init__(
        self, settings: Settings = SMALL, parts: Parts | None = None, seed: int = 1, profile: DiskProfile = NVME_PLP
    ) -> None:
        self.settings = settings
        self.parts = parts or Parts()
        self.bench = Bench(seed, profile)
        self.disk = self.bench.disk
        self.told: list[Event] = []
        self.states: list[State] = [{}]
        self.acked = 0
        self.engine = self.fresh()

    def fresh(self) -> Engine:
        """A new engine on the disk, not open yet."""
        self.engine = self.parts.engine(self.disk, self.settings, self._tell, self.parts)
        return self.engine

    def _tell(self, event: Event) -> None:
        self.told.append(event)

    def said(self, kind: type[E]) -> list[E]:
        """All events of a kind, in order."""
        return [event for event in self.told if isinstance(event, kind)]

    # Stories

    def start(self, story: Coroutine[object, object, object]) -> simpy.Process:
        """Begin a story; time does not pass yet."""

        def run() -> Iterator[simpy.Event]:
            yield from cast("Iterator[simpy.Event]", story.__await__())

        return self.bench.kernel.process(run())  # type: ignore[arg-type] # a generator of events is what simpy takes

    def story(self, story: Coroutine[object, object, object]) -> None:
        """Let a story run to its end."""
        process = self.start(story)
        while not process.processed:
            self.bench.kernel.step()

    def until(self, story: Coroutine[object, object, object], ns: int) -> bool:
        """Let a story run for `ns`, or to its end; returns whether it ended."""
        process = self.start(story)
        self.bench.kernel.run_until(self.bench.kernel.now + ns)
        return process.processed

    def until_step(self, story: Coroutine[object, object, object], step: int, *, within: bool) -> bool:
        """Let a story run until the disk has done its operation number `step`, or is `within` it; or to its end."""
        steps = self.disk.record_steps()
        process = self.start(story)
        while not process.processed:
            if len(steps) > step:
                self.bench.kernel.run_until(max(self.bench.kernel.now, steps[step] - within))
                return process.processed
            self.bench.kernel.step()
        return True

    # What is done

    def open(self) -> Engine:
        """Recover, and compare with what must be there."""
        self.fresh()
        self.story(self.engine.open())
        self.check()
        return self.engine

    def crash(self, mode: str = "lose-unsynced", seed: int = 0) -> "Stage":
        """Cut the power, or kill the process."""
        self.bench.crash(mode, seed)
        return self

    def append(self, *changes: Change) -> int:
        """Append one batch."""
        seq = self.engine.append(changes)
        del self.states[seq:]
        state = dict(self.states[-1])
        for key, value in changes:
            if value is None:
                state.pop(key, None)
            else:
                state[key] = (value, seq)
        self.states.append(state)
        return seq

    async def commit(self) -> None:
        """Commit, and note what is acknowledged by that."""
        await self.engine.commit()
        self.acked = self.engine.applied

    async def flush(self) -> None:
        """A checkpoint."""
        await self.engine.checkpoint.flush(self.engine.applied)

    async def write(self, *batches: Sequence[Change]) -> None:
        """Each batch in a group of its own, with upkeep as it is due."""
        for changes in batches:
            if not self.engine.room:
                await self.engine.rotate()
            self.append(*changes)
            await self.commit()
            if self.engine.wants_checkpoint:
                await self.flush()
                await self.engine.compact()

    def put(self, **values: bytes) -> None:
        """One batch, committed."""
        self.story(self.write([Change(key.encode(), value) for key, value in values.items()]))

    def delete(self, *keys: str) -> None:
        """One batch of deletes, committed."""
        self.story(self.write([Change(key.encode(), None) for key in keys]))

    # What must hold

    def shown(self) -> State:
        """The whole map as a reader sees it."""
        return {key: (value, seq) for key, value, seq in self.engine.view().scan(b"", b"", ALL)}

    def check(self) -> None:
        """A store that serves holds a prefix of what was appended, with all that was acknowledged."""
        engine = self.engine
        assert engine.ready, str(engine.damage)
        last = engine.applied
        assert self.acked <= last < len(self.states), f"{last} was recovered, {self.acked} was acknowledged"
        assert self.shown() == self.states[last]
        view = engine.view()
        keys = {key for state in self.states for key in state}
        assert {key: view.get(key) for key in keys} == {key: self.states[last].get(key) for key in keys}
        [chain] = [event.chain for event in self.said(Appended) if event.seq == last][-1:] or [bytes(8)]
        assert engine.shown_chain == chain
        del self.states[last + 1 :]
        self.acked = last

    def wait(self, ns: int = SECOND // 10) -> "Stage":
        """Let time pass."""
        self.bench.wait(ns)
        return self


def numbered(count: int, keys: int = 13) -> list[list[Change]]:
    """Batches for a script: puts of one or two keys, and a delete now and then."""
    batches = []
    for number in range(1, count + 1):
        key = f"k{number * 5 % keys}".encode()
        value = f"v{number}".encode() * (1 + number % 4)
        changes = [Change(key, None if number % 6 == 0 else value)]
        if number % 3 == 0:
            changes.append(Change(f"k{(number * 5 + 1) % keys}".encode(), value))
        batches.append(changes)
    return batches
