"""What is in memory fits into it, and the ledger says what is there."""

from dataclasses import dataclass, field

from models.tyche.events import (
    DEAD,
    EXPIRED,
    LOADING,
    RESIDENT,
    RUNNING,
    WARMING,
    Claimed,
    ContainerState,
    LoadState,
    Memory,
    WorkerStarted,
)
from models.tyche.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


@dataclass
class Contents:
    """What lies in one worker, by what was told of it: MB by memory."""

    pools: tuple[int, ...]
    runs: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Container -> (memory, MB) of what it runs; (0, 0) if it idles."""
    entries: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    claims: dict[int, int] = field(default_factory=dict)

    def preloaded(self, pool: int) -> int:
        """MB of models that were preloaded or kept."""
        return sum(mb for where, mb in self.entries.values() if where == pool)

    def used(self, pool: int, container_mb: int) -> int:
        """MB of everything."""
        bare = container_mb * len(self.runs) if pool == 0 else 0
        running = sum(mb for where, mb in self.runs.values() if where == pool)
        return bare + running + self.preloaded(pool) + self.claims.get(pool, 0)

    def inside(self, container: str, container_mb: int) -> int:
        """MB of main memory that one container takes."""
        where, running = self.runs.get(container, (0, 0))
        models = sum(mb for (name, _), (pool, mb) in self.entries.items() if name == container and pool == 0)
        return container_mb + models + (running if where == 0 else 0)


class MemoryKept(Invariant):
    """Containers, runs, loads and claims together never exceed a memory, nor a container its limit."""

    name = "memory-kept"
    claim = "no memory held more than it has, and every ledger said what was in it"
    watches = (WorkerStarted, ContainerState, LoadState, Claimed, Memory)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._workers: dict[str, Contents] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow what lies where; compare whenever a ledger is told."""
        event = emitted.event
        if isinstance(event, WorkerStarted):
            self._workers[emitted.node] = Contents(event.pools)
        elif isinstance(event, LoadState):
            if event.container and emitted.node in self._workers:
                self._entry(emitted, event, self._workers[emitted.node])
        elif isinstance(event, ContainerState):
            self._container(event, self._workers[emitted.node])
        elif isinstance(event, Claimed):
            self._workers[emitted.node].claims[event.pool] = event.mb
        elif isinstance(event, Memory):
            self._compare(emitted, event, self._workers[emitted.node])

    def _entry(self, emitted: Emitted, event: LoadState, contents: Contents) -> None:
        key = (event.container, event.function)
        if event.target in (LOADING, RESIDENT):
            contents.entries[key] = (event.pool, event.mb)
            limit, inside = self._settings.limit_mb, contents.inside(event.container, self._settings.container_mb)
            if inside > limit:
                self.contradict(emitted, f"container {event.container} of {when(emitted)} holds {inside} of {limit} MB")
        elif event.source in (LOADING, RESIDENT):
            contents.entries.pop(key, None)

    def _container(self, event: ContainerState, contents: Contents) -> None:
        if event.target in (EXPIRED, DEAD):
            contents.runs.pop(event.container, None)
        else:
            busy = event.target in (WARMING, RUNNING) or event.mb
            contents.runs[event.container] = (event.pool, event.mb) if busy else (0, 0)

    def _compare(self, emitted: Emitted, event: Memory, contents: Contents) -> None:
        capacity = contents.pools[event.pool]
        used = contents.used(event.pool, self._settings.container_mb)
        what = "main memory" if event.pool == 0 else f"GPU {event.pool}"
        if used > capacity:
            self.contradict(emitted, f"{what} of {when(emitted)} holds {used} of {capacity} MB")
        preloaded = contents.preloaded(event.pool)
        if preloaded != event.preloaded:
            said = f"the ledger has rows of {event.preloaded} MB for preloaded models, {preloaded} MB lie there"
            self.contradict(emitted, f"{what} of {when(emitted)}: {said}")
        elif used != event.used:
            self.contradict(emitted, f"{what} of {when(emitted)}: the ledger says {event.used} MB, {used} MB are used")
