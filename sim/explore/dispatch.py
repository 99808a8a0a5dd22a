"""Feeds tasks to a crew, a few at a time, and gives back what comes, whatever breaks on the way.

A worker that dies takes a whole pool of processes with it, so who is guilty is found by trying: every seed that was in
flight is tried again alone, and one that breaks its worker then is to blame, if it does so twice.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Protocol

from sim.explore.executors import Crew
from sim.explore.row import lost_row
from sim.explore.worker import Batch, Task, perform
from sim.identity import Identity

TICK_S = 0.5
"""How often progress is told while nothing comes."""

Done = tuple[Task, Batch]


class Feed(Protocol):
    """Where tasks come from."""

    def next(self) -> Task | None:
        """The next task; None if there is none now."""

    def put_back(self, task: Task) -> None:
        """Seeds that a worker had no time for."""


class Strangers(Exception):
    """Workers that would run other code: `found` are their identities."""

    def __init__(self, asker: Identity, found: list[Identity]) -> None:
        super().__init__("workers differ from this process")
        self.asker = asker
        self.found = found


def refuse_strangers(crew: Crew, asker: Identity) -> None:
    """Ask the workers who they are, as far as they can be asked before any work; Strangers if one differs."""
    found = [one for one in crew.identities() if one != asker]
    if found:
        raise Strangers(asker, found)


def dispatch(crew: Crew, feed: Feed, tick: Callable[[], None] = lambda: None) -> Iterator[Done]:
    """Each task with its batch, in the order in which they are done. Ends when the feed has nothing and all is done.

    An interrupt gives what has come by then, and is raised.
    """
    flying: dict[Future[Batch], Task] = {}
    try:
        while True:
            while len(flying) < crew.room and (task := feed.next()) is not None:
                flying[crew.submit(perform, task)] = task
            if not flying:
                return
            done, _ = wait(flying, timeout=TICK_S, return_when=FIRST_COMPLETED)
            tick()
            broken = []
            for future in [one for one in flying if one in done]:
                task = flying.pop(future)
                if _is_lost(future):
                    broken.append(task)
                else:
                    yield _settled(task, future.result(), feed)
            if broken:
                yield from _recover(crew, feed, flying, broken)
    except KeyboardInterrupt:
        for future, task in flying.items():
            if future.done() and not _is_lost(future):
                yield _settled(task, future.result(), feed)
        raise


def _settled(task: Task, batch: Batch, feed: Feed) -> Done:
    if batch.stranger is not None:
        raise Strangers(task.asker, [batch.stranger])
    if batch.left:
        feed.put_back(task.of(batch.left))
    return task, batch


def _is_lost(future: "Future[Batch]") -> bool:
    return bool(_loss(future))


def _loss(future: "Future[Batch]") -> str:
    """What is said of a worker that went away. What a task does wrong is in its batch, so every error means that."""
    try:
        error = future.exception()
    except CancelledError:
        return "cancelled"
    return "" if error is None else type(error).__name__


def _recover(crew: Crew, feed: Feed, flying: dict["Future[Batch]", Task], broken: list[Task]) -> Iterator[Done]:
    """Take in what else is in flight; run alone whatever was lost."""
    wait(flying)
    for future, task in list(flying.items()):
        del flying[future]
        if _is_lost(future):
            broken.append(task)
        else:
            yield _settled(task, future.result(), feed)
    crew.renew()
    for task in broken:
        yield from _alone(crew, feed, task)


def _alone(crew: Crew, feed: Feed, task: Task) -> Iterator[Done]:
    """Run the seeds of a task one by one with nothing beside them."""
    for seed in task.seeds:
        one = task.of((seed,))
        for strike in range(1, crew.strikes + 1):
            future = crew.submit(perform, one)
            wait([future])
            if not _is_lost(future):
                yield _settled(one, future.result(), feed)
                break
            crew.renew()
            if strike == crew.strikes:
                yield one, Batch((lost_row(one.point, seed, _loss(future)),))
