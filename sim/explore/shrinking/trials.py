"""Tries candidates: which is the first, in their order, that still fails the same way?

Several are run at a time, and the answer does not depend on how many: a later one that fails sooner waits its turn.
Whatever was run once is known.
"""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import islice

from sim.explore.executors import Crew
from sim.explore.failure import Failure
from sim.explore.row import Row
from sim.explore.shrinking.case import Case
from sim.explore.worker import Batch, Task, perform
from sim.identity import identity


class OutOfBudget(Exception):
    """No more runs, or no more time."""


class Trials:
    """Runs candidates of one failure, `target`, until `runs` of them were tried or `seconds` are over.

    `best` is the last case that was found to fail, `row` its run; `runs` counts what was needed, in order, and not what
    was tried ahead.
    """

    def __init__(
        self,
        crew: Crew,
        target: Failure,
        *,
        runs: int,
        seconds: float,
        modules: tuple[str, ...],
        folders: tuple[str, ...],
    ) -> None:
        self.target = target
        self.runs = 0
        self.best: Case | None = None
        self.row: Row | None = None
        self._crew = crew
        self._runs_max = runs
        self._end = time.monotonic() + seconds
        self._modules = modules
        self._folders = folders
        self._known: dict[bytes, Row | None] = {}
        self._counted: set[bytes] = set()

    def fails(self, case: Case) -> bool:
        """Whether this one case fails the same way."""
        return self.first([case]) is not None

    def first(self, candidates: Iterable[Case]) -> Case | None:
        """The first candidate that fails the same way, which then is the best; None if none does."""
        for case, row in self._in_order(iter(candidates)):
            self._count(case)
            if row is not None and self.target in row.failures:
                self.best, self.row = case, row
                return case
        return None

    def would_fail(self, case: Case) -> bool:
        """Whether a case fails the same way, without taking it for the best."""
        ((_, row),) = self._in_order(iter([case]))
        self._count(case)
        return row is not None and self.target in row.failures

    def _count(self, case: Case) -> None:
        if case.key in self._counted:
            return
        self._counted.add(case.key)
        self.runs += 1
        last = 0.0 if self.row is None else self.row.wall_s  # the best case is run once more, to be told of
        if self.runs >= self._runs_max or time.monotonic() + last > self._end:
            raise OutOfBudget

    def _in_order(self, candidates: Iterator[Case]) -> Iterator[tuple[Case, Row | None]]:
        """Each candidate with its run, in order; as many as there are workers are under way at a time."""
        ahead = max(1, self._crew.workers)
        flying: list[tuple[Case, Future[Batch] | None]] = []
        try:
            while True:
                for case in islice(candidates, ahead - len(flying)):
                    known = case.key in self._known
                    flying.append((case, None if known else self._crew.submit(perform, self._task(case))))
                if not flying:
                    return
                case, future = flying.pop(0)
                if future is not None:
                    self._known[case.key] = self._row_of(case, future)
                yield case, self._known[case.key]
        finally:
            for _, future in flying:
                if future is not None:
                    future.cancel()

    def _row_of(self, case: Case, future: "Future[Batch]") -> Row | None:
        """The row of a run; None if the case makes no sense, or takes its worker with it."""
        batch = self._crew.settle(future, perform, self._task(case))
        return batch.rows[0] if batch is not None and batch.rows else None

    def _task(self, case: Case) -> Task:
        return Task(case.text, case.path, (), (), (case.seed,), identity(self._modules), self._modules, self._folders)
