"""A work queue of names: each is worked on by one at a time, again if it is touched meanwhile, later after errors.

As client-go's rate limiting queue: deduplicated, with a back-off of each name that doubles from 5 ms up to 1 s.
"""

from collections.abc import Awaitable, Callable
from heapq import heappop, heappush

from sim import MS, SECOND, Actor, Refused, Timeout

FIRST, CAP = 5 * MS, 1 * SECOND

Work = Callable[[str], Awaitable[None]]


class WorkQueue:
    """Names, and `workers` stories that take them. `work` reads wish and world and makes one step."""

    def __init__(self, actor: Actor, work: Work, workers: int) -> None:
        self._actor = actor
        self._work = work
        self._ready = actor.store()
        self._queued: dict[str, None] = {}
        self._busy: dict[str, bool] = {}
        self._failed: dict[str, int] = {}
        self._later: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}
        self._timer = actor.timer(self._ring)
        for _ in range(workers):
            actor.spawn(self._serve())

    def add(self, name: str) -> None:
        """Look at this name, soon."""
        if name in self._busy:
            self._busy[name] = True
        elif name not in self._queued:
            self._queued[name] = None
            self._ready.put(name)

    def add_after(self, name: str, ns: int) -> None:
        """Look at this name in so many ns; of several times the earliest counts."""
        due = self._actor.elapsed() + max(ns, 0)
        if name in self._due and self._due[name] <= due:
            return
        self._due[name] = due
        heappush(self._later, (due, name))
        self._arm()

    def _arm(self) -> None:
        if self._later:
            self._timer.reset(max(0, self._later[0][0] - self._actor.elapsed()))

    def _ring(self) -> None:
        now = self._actor.elapsed()
        while self._later and self._later[0][0] <= now:
            due, name = heappop(self._later)
            if self._due.get(name) == due:
                del self._due[name]
                self.add(name)
        self._arm()

    async def _serve(self) -> None:
        while True:
            name = await self._actor.wait(self._ready.get())
            del self._queued[name]
            self._busy[name] = False
            try:
                await self._work(name)
            except (Refused, Timeout):
                failed = self._failed[name] = self._failed.get(name, 0) + 1
                self.add_after(name, min(CAP, FIRST << min(failed - 1, 10)))
            else:
                self._failed.pop(name, None)
            if self._busy.pop(name):
                self.add(name)
