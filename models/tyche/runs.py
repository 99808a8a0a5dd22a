"""Runs on a worker: a queue of requests, containers for them, and what stands in their way killed.

A request never waits for a load of somebody else: all that lies in its container beside its own model is killed, which
takes 2 to 11 ms and is the only delay that preloading may cause (Sui and others, SoCC 2024).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.tyche.container import Container
from models.tyche.events import IDLE, KILLED, RUNNING, Served
from models.tyche.function import Function, result_of
from models.tyche.ledger import RAM
from models.tyche.messages import FOREVER, Done, Place

if TYPE_CHECKING:
    from models.tyche.worker import Worker

RESULTS_MAX = 4096


class Run:
    """A request on this worker. Times in ns of the worker's clock."""

    __slots__ = ("begun_ns", "came_ns", "function", "how", "load_ns", "place", "start_ns")

    def __init__(self, place: Place, function: Function, came_ns: int) -> None:
        self.place = place
        self.function = function
        self.came_ns = came_ns
        self.begun_ns = came_ns
        self.start_ns = 0
        self.load_ns = 0
        self.how = ""


class Runs:
    """Requests that wait, that run and that were run. The same request runs once at a time, however often it comes."""

    def __init__(self, node: "Worker") -> None:
        self._node = node
        self._queue: list[Run] = []
        self._running: dict[str, Run] = {}
        self._results: dict[str, int] = {}
        self._dispatching = self._look_again = False

    def take(self, place: Place) -> None:
        """The controller sends a request, perhaps once more."""
        node, request = self._node, place.request
        node.loads.see(place.ticket)
        if request in self._results:
            self._say_done(place, place.container, self._results[request])
        elif request not in self._running and all(one.place.request != request for one in self._queue):
            self._queue.append(Run(place, node.functions[place.function], node.elapsed()))
            self.dispatch()

    def again(self, request: str) -> None:
        """The container of a run has crashed: it is the next to begin elsewhere."""
        self._queue.insert(0, self._running.pop(request))
        self.dispatch()

    def dispatch(self) -> None:
        """Begin every run that can, in order of arrival. One that ends at once lets the others be looked at again."""
        if self._dispatching:
            self._look_again = True
            return
        self._dispatching = self._look_again = True
        while self._look_again:
            self._look_again = False
            queue, self._queue = self._queue, []
            self._queue = [run for run in queue if not self._begin(run)] + self._queue
        self._dispatching = False

    def _begin(self, run: Run) -> bool:
        container = self._choose(run)
        if container is not None:
            self._begin_in(run, container)
            return True
        return self._begin_cold(run)

    def _choose(self, run: Run) -> Container | None:
        """An idle container of the user: with the model, then the one that was named, then the one least filled."""
        name, node = run.function.name, self._node
        fitting = [
            (name not in one.entries, one.name != run.place.container, len(one.entries), one.name)
            for one in node.containers.idle(run.function.user)
            if name in one.entries or self._has_room(run.function)
        ]
        return node.containers.live[min(fitting)[3]] if fitting else None

    def _has_room(self, function: Function) -> bool:
        pool = self._node.loads.pool_for(function)
        return self._node.ledger.reclaimable(pool) >= function.mb

    def _begin_cold(self, run: Run) -> bool:
        node, function = self._node, run.function
        pool, base = node.loads.pool_for(function), node.settings.container_mb
        needed = {RAM: base, pool: function.mb} if pool != RAM else {RAM: base + function.mb}
        if any(node.ledger.reclaimable(number) < mb for number, mb in needed.items()):
            return False
        for number, mb in needed.items():
            node.loads.evict(number, mb, "evicted")
        node.loads.void(run.place.ticket, but=None)
        container = node.containers.create(function.user, run.place.request, function, pool)
        self._running[run.place.request] = run
        run.begun_ns, run.how = node.elapsed(), "cold"
        low, high = node.settings.start
        run.start_ns = node.random.between(low, high)
        self._after(container, run.start_ns, lambda: self._run(run, container))
        return True

    def _begin_in(self, run: Run, container: Container) -> None:
        node, function = self._node, run.function
        self._running[run.place.request] = run
        run.begun_ns = node.elapsed()
        if container.expiry is not None:
            container.expiry.cancel()
        wait = self.clear(container, function)
        node.loads.void(run.place.ticket, but=container)
        used = node.loads.use(container, function)
        if used is None:
            pool = node.loads.pool_for(function)
            node.loads.evict(pool, function.mb, "evicted")
            node.containers.change(container, RUNNING, run.place.request, function, pool)
            node.ledger.take(pool, {container.row_of(function): function.mb})
            run.how, run.load_ns = "warm", function.load_ns * node.slowness
        else:
            run.how, run.load_ns = used
            node.containers.change(container, RUNNING, run.place.request, function, container.pool)
            node.ledger.turn(container.pool, container.row_of(function), preloaded=False)
        self._after(container, wait + run.load_ns + function.execution_ns, lambda: self._finish(run, container))

    def _run(self, run: Run, container: Container) -> None:
        """The new container is warm."""
        node, function = self._node, run.function
        pool = container.pool
        node.containers.change(container, IDLE, run.place.request, function, pool)
        node.containers.change(container, RUNNING, run.place.request, function, pool)
        run.load_ns = function.load_ns * node.slowness
        self._after(container, run.load_ns + function.execution_ns, lambda: self._finish(run, container))

    def clear(self, container: Container, function: Function) -> int:
        """Kill what lies in the container beside the function; how long that takes, in ns."""
        others = [entry for name, entry in container.entries.items() if name != function.name]
        for entry in others:
            self._node.loads.end(entry, KILLED, "another function runs")
        low, high = self._node.settings.kill
        return self._node.random.between(low, high) if others else 0

    def _after(self, container: Container, ns: int, callback: Callable[[], None]) -> None:
        if ns:
            container.work = self._node.timer(callback)
            container.work.reset(ns)
        else:
            callback()

    def _finish(self, run: Run, container: Container) -> None:
        node, place, function = self._node, run.place, run.function
        del self._running[place.request]
        result = self._results[place.request] = result_of(function.name, place.request)
        if len(self._results) > RESULTS_MAX:
            del self._results[next(iter(self._results))]
        node.emit(
            Served(
                place.request, function.name, container.name, run.how, place.hinted, run.came_ns, run.begun_ns,
                node.elapsed(), run.start_ns, run.load_ns, result,
            )
        )  # fmt: skip
        self._leave(run, container)
        self._say_done(place, container.name, result)
        self.dispatch()

    def _leave(self, run: Run, container: Container) -> None:
        """The container idles; the model stays or goes."""
        node, place, function, pool = self._node, run.place, run.function, container.pool
        node.containers.rest(container)
        container.pool = pool
        row, left = container.row_of(function), self._left(run)
        if left is not None and node.loads.keep(place.ticket, function, container, left, place.priority):
            node.ledger.turn(pool, row, preloaded=True)
            return
        if left is not None or (place.keep_ns and place.epoch == node.epoch):
            node.loads.close(place.ticket, function, container)
        node.ledger.give(pool, row)

    def _left(self, run: Run) -> int | None:
        """How long the model is to stay from now on, in ns; None if it goes."""
        keep = run.place.keep_ns if run.place.epoch == self._node.epoch else 0
        if keep in (0, FOREVER):
            return FOREVER if keep else None
        left = run.came_ns + keep - self._node.elapsed()
        return left if left > 0 else None

    def _say_done(self, place: Place, container: str, result: int) -> None:
        node = self._node
        held = node.held_of(container)
        serial, free = node.next_serial(), node.ledger.free
        node.tell(Done(node.epoch, serial, held, free, place.request, place.function, result, node.now()))
