"""What a worker does: load a scenario once, run the seeds of a task one after another, send back a row for each.

This is the whole seam between a sweep and whoever computes: a task is text and numbers, so is what comes back.
"""

import importlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from sim.explore.belt import Belt, OutOfTime
from sim.explore.coverage import features_of, order_of
from sim.explore.row import Row, crashed_row, overdue_row, row_of
from sim.identity import Identity, identity
from sim.running import run
from sim.scenario.loader import Loaded, load_text
from sim.world.crash_site import ModelCrash, find_crash_site

TASK_S = 2.0
"""A task that has taken so long gives the rest of its seeds back."""
WALL_S = 600.0
"""A run may take so long, unless the task says otherwise."""

_alone = threading.RLock()
"""The guard of a run stands for the whole process, so threads of one worker take turns."""


@dataclass(frozen=True)
class Task:
    """Seeds of one scenario to run. `folders` are where models of the user's own are looked for.

    `until` names checks: the first run in which one of them fails is the last of the task. `asker` is the identity of
    whoever asks; a worker that differs runs nothing. `label` is for whoever asks. `covered` asks
    for the features of each run.
    """

    text: str
    path: str
    overrides: tuple[str, ...]
    point: tuple[str, ...]
    seeds: tuple[int, ...]
    asker: Identity
    modules: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    label: str = ""
    wall_s: float = WALL_S
    covered: bool = False

    def of(self, seeds: tuple[int, ...]) -> "Task":
        """The same task with other seeds."""
        return replace(self, seeds=seeds)


@dataclass(frozen=True)
class Batch:
    """What came of a task: rows in order of its seeds, and the seeds that are left.

    If nothing could be run, `stranger` is the worker that would run other code, or `problem` what kept it from running.
    """

    rows: tuple[Row, ...]
    left: tuple[int, ...] = ()
    stranger: Identity | None = None
    problem: str = ""


@contextmanager
def taking_turns(folders: tuple[str, ...]) -> Iterator[None]:
    """While this lasts no other thread of this process runs anything; models are found in these folders too."""
    with _alone:
        for folder in folders:
            if folder not in sys.path:
                sys.path.append(folder)
                importlib.invalidate_caches()
        yield


def perform(task: Task) -> Batch:
    """Run the seeds of a task until its time is over."""
    with taking_turns(task.folders):
        own = identity(task.modules)
        if own != task.asker:
            return Batch((), task.seeds, own)
        try:
            loaded = _loaded(task.text, task.path, (*task.overrides, *task.point))
        except Exception as error:
            return Batch((), problem=str(error) or type(error).__name__)
        return _run(task, loaded)


def _run(task: Task, loaded: Loaded) -> Batch:
    end = time.monotonic() + TASK_S
    rows: list[Row] = []
    for place, seed in enumerate(task.seeds):
        if rows and time.monotonic() > end:
            return Batch(tuple(rows), task.seeds[place:])
        rows.append(run_seed(loaded, seed, task.point, task.wall_s, covered=task.covered))
        if task.until and any(kind.check in task.until for kind in rows[-1].failures):
            break
    return Batch(tuple(rows))


@lru_cache(maxsize=64)
def _loaded(text: str, path: str, overrides: tuple[str, ...]) -> Loaded:
    return load_text(text, path, overrides)


def run_seed(
    loaded: Loaded, seed: int, point: tuple[str, ...] = (), wall_s: float = WALL_S, *, covered: bool = False
) -> Row:
    """One run as a row, whatever becomes of it."""
    began, cpu = time.perf_counter(), time.thread_time()
    try:
        with Belt(wall_s):
            result = run(loaded, seed, keep_trace=covered)
    except OutOfTime:
        return overdue_row(point, seed, time.perf_counter() - began, time.thread_time() - cpu)
    except (Exception, SystemExit) as error:
        site = error.site if isinstance(error, ModelCrash) else find_crash_site(error, 0)
        return crashed_row(site, point, seed, time.perf_counter() - began, time.thread_time() - cpu)
    end, wall, spent = loaded.scenario.duration, time.perf_counter() - began, time.thread_time() - cpu
    if not covered:
        return row_of(result, point, end, wall, spent)
    return row_of(result, point, end, wall, spent, features_of(result), order_of(result))
