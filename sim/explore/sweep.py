"""Sweep: one scenario under many seeds, on whoever computes, one row for each run.

Rows come in any order and are put in order of point and seed before anything is said, so what a sweep says does not
depend on the number of workers.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.explore.dispatch import dispatch, refuse_strangers
from sim.explore.executors import Crew, hire
from sim.explore.feed import Order, SeedFeed
from sim.explore.results import Key, Results, scenario_hash
from sim.explore.row import Row
from sim.explore.worker import Task
from sim.identity import identity, own_models
from sim.result import Run
from sim.running import run
from sim.scenario.loader import load_text

if TYPE_CHECKING:
    from sim.explore.summary import KindSummary


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: `done` of `total` runs (None: nobody knows), `ran` of them now, and how many `failed`.

    `kinds` are the checks that failed first most often, with how often.
    """

    done: int
    total: int | None
    failed: int
    elapsed_s: float
    ran: int
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, repr=False)
class Sweep:
    """The rows of a sweep, in order of point and seed. `interrupted` says that some are missing.

    `reused` rows were in the results file already. `notes` say what else should be known.
    """

    order: Order
    rows: tuple[Row, ...]
    executor: str
    wall_s: float
    interrupted: bool = False
    reused: int = 0
    notes: tuple[str, ...] = ()
    file: Path | None = None

    def __repr__(self) -> str:
        return f"<Sweep of {self.order.loaded.scenario.name}: {len(self.rows):,} runs, {len(self.failed):,} failed>"

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that failed."""
        return tuple(row for row in self.rows if row.failed)

    @property
    def failures(self) -> "tuple[KindSummary, ...]":
        """The kinds of failure, the most frequent first: how many runs, their share, the smallest seed."""
        from sim.explore.summary import summarise

        return summarise(self).kinds

    def run(self, seed: int, point: tuple[str, ...] | None = None) -> Run:
        """The run of a seed again, whole; `point` are its overrides, by default those of the first point."""
        order = self.order
        at = order.points[0] if point is None else point
        if at not in order.points or seed not in order.seeds:
            raise LookupError(f"seed {seed} at {' '.join(at) or 'the only point'} is none of this sweep")
        return run(load_text(order.loaded.text, order.loaded.path, (*order.loaded.overrides, *at)), seed)

    def _repr_html_(self) -> str:
        from sim.explore.summary import card_of

        return card_of(self)


class WorkerProblem(Exception):
    """A worker could not run the scenario at all; the message says why."""


def sweep(
    order: Order,
    executor: str = "serial",
    results: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Sweep:
    """Run it. Raises CrewError, Strangers, ResultsError or WorkerProblem; after an interrupt what is done is kept."""
    return Sweeping(order, executor, results, on_progress).finish()


class Sweeping:
    """A sweep under way."""

    def __init__(
        self, order: Order, executor: str, results: Path | None, on_progress: Callable[[Progress], None]
    ) -> None:
        for point in order.points:
            load_text(order.loaded.text, order.loaded.path, (*order.loaded.overrides, *point))  # refuse it now
        self._order = order
        self._modules = own_models(order.loaded.scenario)
        self._asker = identity(self._modules)
        self._key = Key(scenario_hash(order.loaded), self._asker.code)
        self._executor = executor
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._kept: dict[tuple[tuple[str, ...], int], Row] = {}
        self._notes: list[str] = []
        self._results = None if results is None else Results(results)
        if self._results is not None:
            self._take_in(self._results)
            self._results.remember(self._key, order.loaded)
        self._feed = SeedFeed(order, self._task(), frozenset(self._kept) if order.resume else frozenset())
        self._parted = False
        self._rows: dict[tuple[tuple[str, ...], int], Row] = {}
        if order.resume:
            self._reuse()
        self._reused = len(self._rows)

    def _take_in(self, results: Results) -> None:
        """What the file has of this key, and was asked for."""
        lacking = self._order.covered
        rows = [row for row in results.rows(self._key) if _is_done(row) and (row.features or not lacking)]
        self._kept = {(row.point, row.seed): row for row in rows}
        others = results.others(self._key)
        if self._order.resume and others and not self._kept:
            count = sum(number for _, number in others)
            what = "scenario" if all(key.code == self._asker.code for key, _ in others) else "code"
            self._notes.append(f"the {what} has changed: {count:,} rows of before are kept aside, this is a new set")

    def _reuse(self) -> None:
        points, seeds = set(self._order.points), self._order.seeds
        self._rows = {key: row for key, row in self._kept.items() if key[0] in points and key[1] in seeds}
        for row in self._rows.values():
            self._feed.saw(row)

    def _task(self) -> Task:
        loaded = self._order.loaded
        return Task(
            loaded.text, loaded.path, loaded.overrides, (), (), self._asker, self._modules, self._order.folders,
            wall_s=self._order.wall_s, covered=self._order.covered,
        )  # fmt: skip

    def finish(self) -> Sweep:
        """Run to the end, or until somebody interrupts."""
        crew = hire(self._executor, self._modules)
        interrupted = False
        try:
            refuse_strangers(crew, self._asker)
            self._feed.workers = max(1, crew.workers)
            self._run(crew)
        except KeyboardInterrupt:
            interrupted = True
        except BaseException:
            crew.close(wait=False)
            self._close()
            raise
        crew.close(wait=not interrupted)
        self._close()
        return self._conclude(interrupted)

    def _run(self, crew: Crew) -> None:
        for _, batch in dispatch(crew, self._feed, self._tick):
            if batch.problem:
                raise WorkerProblem(batch.problem)
            if self._results is not None:
                self._results.add(self._key, batch.rows)
            for row in batch.rows:
                self._saw(row)
            self._tick()

    def _saw(self, row: Row) -> None:
        """Keep a row. One that differs from what the same code gave before shows that a run depends on more."""
        before = self._kept.get((row.point, row.seed))
        if before is not None and row.fingerprint and before.fingerprint != row.fingerprint and not self._parted:
            self._parted = True
            said = "ran otherwise than before with the same code: not deterministic (sim doctor finds it)"
            self._notes.append(f"seed {row.seed} {said}")
        self._rows[row.point, row.seed] = row
        self._feed.saw(row)

    def _tick(self) -> None:
        order, elapsed = self._order, time.monotonic() - self._began
        total = None if order.for_s is not None else len(order.seeds) * len(order.points)
        kinds = Counter(row.kind.check for row in self._rows.values() if row.kind is not None)
        ran = len(self._rows) - self._reused
        self._on_progress(Progress(len(self._rows), total, kinds.total(), elapsed, ran, tuple(kinds.most_common(3))))

    def _close(self) -> None:
        if self._results is not None:
            self._results.close()

    def _conclude(self, interrupted: bool) -> Sweep:
        rows = sorted(self._rows.values(), key=lambda row: (self._order.points.index(row.point), row.seed))
        last = self._feed.last_seed
        shown = tuple(row for row in rows if last is None or row.seed <= last)
        wall_s = time.monotonic() - self._began
        file = None if self._results is None else self._results.path
        reused = sum((row.point, row.seed) in self._kept for row in shown) if self._order.resume else 0
        return Sweep(self._order, shown, self._executor, wall_s, interrupted, reused, tuple(self._notes), file)


def _is_done(row: Row) -> bool:
    """Whether there is no use in running it again; a worker that was lost may have been somebody else's doing."""
    return row.outcome != "crashed-worker"
