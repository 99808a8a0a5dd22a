"""Which seeds a sweep runs next: tasks of about a second, every point under the same seeds, until nothing matters."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from sim.explore.row import Row
from sim.explore.worker import WALL_S, Task
from sim.scenario.loader import Loaded

TASK_S = 1.0
"""How much work a task is meant to hold."""
_TASK_MAX = 4096
_RECENT = 101


@dataclass(frozen=True)
class Order:
    """What to sweep. `points` are the overrides of each point, crossed with the seeds.

    `until_failure` ends at the smallest seed that fails, `for_s` hands out nothing after so many seconds. `resume` runs
    only what the results file does not have. `wall_s` is the most that one run may take. `covered` asks for
    the features of runs, which takes their traces.
    """

    loaded: Loaded
    seeds: range
    points: tuple[tuple[str, ...], ...] = ((),)
    until_failure: bool = False
    for_s: float | None = None
    resume: bool = False
    wall_s: float = WALL_S
    folders: tuple[str, ...] = ()
    covered: bool = False


class SeedFeed:
    """The tasks of a sweep: some seeds at every point, then the next seeds."""

    def __init__(self, order: Order, task: Task, done: frozenset[tuple[tuple[str, ...], int]]) -> None:
        self.workers = 1
        self.last_seed: int | None = None
        self._order = order
        self._task = task
        self._done = done
        self._left: deque[Task] = deque()
        self._fresh: Iterator[Task] = iter(())
        self._at = 0
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._end = None if order.for_s is None else time.monotonic() + order.for_s

    def saw(self, row: Row) -> None:
        """Learn how long runs take, and where to end."""
        self._recent.append(row.wall_s)
        if self._order.until_failure and row.failed:
            self.last_seed = row.seed if self.last_seed is None else min(self.last_seed, row.seed)

    def put_back(self, task: Task) -> None:
        """Seeds that a worker had no time for go first."""
        self._left.append(task)

    def next(self) -> Task | None:
        """The next task that still matters."""
        if self._end is not None and time.monotonic() > self._end:
            return None
        while True:
            task = self._left.popleft() if self._left else next(self._fresh, None)
            if task is None:
                if not self._open():
                    return None
                continue
            seeds = tuple(seed for seed in task.seeds if self.last_seed is None or seed <= self.last_seed)
            if seeds:
                return task.of(seeds)

    def _open(self) -> bool:
        """Take the next seeds, for every point; False if there are none, or none that matter."""
        seeds = self._order.seeds[self._at : self._at + self._size()]
        if not seeds or (self.last_seed is not None and seeds[0] > self.last_seed):
            return False
        self._at += len(seeds)
        self._fresh = iter([task for point in self._order.points for task in self._at_point(point, seeds)])
        return True

    def _at_point(self, point: tuple[str, ...], seeds: Sequence[int]) -> list[Task]:
        left = tuple(seed for seed in seeds if (point, seed) not in self._done)
        return [replace(self._task, point=point, seeds=left)] if left else []

    def _size(self) -> int:
        """As many seeds as make a second of work; fewer at the end, so that all workers end together."""
        usual = median(self._recent) if self._recent else TASK_S
        size = int(TASK_S / usual) if usual > 0 else _TASK_MAX
        left = len(self._order.seeds) - self._at
        share = -(-left // (2 * self.workers))
        return max(1, min(size, share, _TASK_MAX))
