"""The ledger of one worker's memory: main memory and each GPU's, row by row, in MB.

Rows of preloaded models are pre-emptible: whoever needs the memory for a request, or has an exclusive claim, takes it.
"""

from collections.abc import Callable, Mapping, Sequence

from models.tyche.events import Memory
from sim import Event

RAM = 0
"""The memory of containers; 1, 2, ... are GPUs."""


class Pool:
    """One memory. `rows` has the MB of each row, `preloaded` names those that can be taken away."""

    __slots__ = ("capacity", "preloaded", "preloaded_mb", "rows", "used")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.rows: dict[str, int] = {}
        self.preloaded: dict[str, None] = {}
        self.used = 0
        self.preloaded_mb = 0

    @property
    def free(self) -> int:
        """MB that no row takes."""
        return self.capacity - self.used


class Ledger:
    """All memories of a worker. Every change is told."""

    def __init__(self, capacities: Sequence[int], emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self.pools = tuple(map(Pool, capacities))

    @property
    def free(self) -> tuple[int, ...]:
        """MB without a row, by memory."""
        return tuple(pool.free for pool in self.pools)

    def reclaimable(self, number: int) -> int:
        """MB that are free or hold what was preloaded."""
        pool = self.pools[number]
        return pool.free + pool.preloaded_mb

    def take(self, number: int, rows: Mapping[str, int], *, preloaded: bool = False) -> None:
        """Write rows of so many MB."""
        pool = self.pools[number]
        for row, mb in rows.items():
            pool.rows[row] = mb
            pool.used += mb
            if preloaded:
                pool.preloaded[row] = None
                pool.preloaded_mb += mb
        self._tell(number)

    def turn(self, number: int, row: str, *, preloaded: bool) -> None:
        """A preloaded model is used, or one that was used stays as a preloaded one."""
        pool = self.pools[number]
        if row in pool.rows and preloaded != (row in pool.preloaded):
            pool.preloaded_mb += pool.rows[row] if preloaded else -pool.rows[row]
            if preloaded:
                pool.preloaded[row] = None
            else:
                del pool.preloaded[row]
        self._tell(number)

    def give(self, number: int, *rows: str) -> None:
        """Strike rows out; one that is not there takes nothing."""
        pool = self.pools[number]
        for row in rows:
            mb = pool.rows.pop(row, 0)
            pool.used -= mb
            if row in pool.preloaded:
                del pool.preloaded[row]
                pool.preloaded_mb -= mb
        self._tell(number)

    def _tell(self, number: int) -> None:
        pool = self.pools[number]
        self._emit(Memory(number, pool.used, pool.preloaded_mb))
