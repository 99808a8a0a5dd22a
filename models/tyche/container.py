"""Containers of a worker: made for a request, idle after it, expired by the keep-alive policy, or dead by a crash.

COLD -> WARMING -> IDLE -> RUNNING -> IDLE, IDLE -> EXPIRED, any -> DEAD. A container belongs to one user for good.
What is loaded in it beside a run are entries, one for each function.
"""

from typing import TYPE_CHECKING

from models.tyche.events import COLD, DEAD, DROPPED, EXPIRED, IDLE, LOST, WARMING, ContainerState
from models.tyche.function import Function
from models.tyche.ledger import RAM
from models.tyche.messages import Held, Ticket
from sim import Timer

if TYPE_CHECKING:
    from models.tyche.worker import Worker


class Entry:
    """A model that lies in a container, or is on its way into it. `ready_at` is on the worker's clock, in ns."""

    __slots__ = ("container", "function", "lease", "pool", "priority", "ready", "ready_at", "state", "ticket")

    def __init__(
        self, ticket: Ticket, function: Function, container: "Container", pool: int, priority: int, state: str
    ) -> None:
        self.ticket = ticket
        self.function = function
        self.container = container
        self.pool = pool
        self.priority = priority
        self.state = state
        self.ready_at = 0
        self.ready: Timer | None = None
        self.lease: Timer | None = None

    @property
    def row(self) -> str:
        """Its row in the ledger, which a run of the same function in the same container takes over."""
        return self.container.row_of(self.function)

    def rest(self) -> None:
        """No timer rings any more."""
        for timer in (self.ready, self.lease):
            if timer is not None:
                timer.cancel()


class Container:
    """One container. While it is WARMING or RUNNING, `request` and `function` say what for, `pool` where that lies."""

    __slots__ = ("entries", "expiry", "function", "name", "pool", "request", "state", "user", "work")

    def __init__(self, name: str, user: str) -> None:
        self.name = name
        self.user = user
        self.state = COLD
        self.request = ""
        self.function: Function | None = None
        self.pool = RAM
        self.entries: dict[str, Entry] = {}
        self.expiry: Timer | None = None
        self.work: Timer | None = None

    def row_of(self, function: Function) -> str:
        """The row of a model in this container."""
        return f"{self.name} {function.name}"

    @property
    def held(self) -> Held:
        """As the controller is told."""
        resident = tuple(name for name, entry in self.entries.items() if entry.state == "RESIDENT")
        return Held(self.name, self.user, self.state == IDLE, resident, gone=self.state in (EXPIRED, DEAD))


class Containers:
    """All containers of a worker's epoch. Only requests create them."""

    def __init__(self, node: "Worker") -> None:
        self._node = node
        self._made = 0
        self.live: dict[str, Container] = {}

    def create(self, user: str, request: str, function: Function, pool: int) -> Container:
        """A new container for a request, whose model gets its row at once."""
        self._made += 1
        container = Container(f"{self._node.name}.{self._node.epoch}.{self._made}", user)
        self.live[container.name] = container
        self.change(container, WARMING, request, function, pool)
        ledger, row, base = self._node.ledger, container.row_of(function), self._node.settings.container_mb
        if pool == RAM:
            ledger.take(RAM, {container.name: base, row: function.mb})
        else:
            ledger.take(RAM, {container.name: base})
            ledger.take(pool, {row: function.mb})
        return container

    def change(
        self, container: Container, target: str, request: str = "", function: Function | None = None, pool: int = RAM
    ) -> None:
        """Another state, told to the checks."""
        source, container.state = container.state, target
        container.request, container.function, container.pool = request, function, pool
        mb = 0 if function is None else function.mb
        self._node.emit(ContainerState(container.name, container.user, source, target, request, pool, mb))

    def rest(self, container: Container) -> None:
        """It idles from now on, and expires if nobody needs it."""
        if container.state != IDLE:
            self.change(container, IDLE)
        keep_alive = self._node.settings.keep_alive
        if keep_alive:
            if container.expiry is None:
                container.expiry = self._node.timer(lambda: self.expire(container))
            container.expiry.reset(keep_alive)

    def expire(self, container: Container) -> None:
        """The keep-alive policy takes it away, with what was preloaded into it."""
        if container.state == IDLE:
            self._empty(container, DROPPED, "its container expired")
            self.change(container, EXPIRED)
            self._node.ledger.give(RAM, container.name)
            del self.live[container.name]
            self._node.send_inventory()

    def crash(self, container: Container) -> None:
        """The process of a container dies; what it ran is run again in another."""
        request, function, pool = container.request, container.function, container.pool
        if container.work is not None:
            container.work.cancel()
        if container.expiry is not None:
            container.expiry.cancel()
        self.bury(container)
        self.change(container, DEAD)
        rows = [container.name]
        if function is not None and pool == RAM:
            rows.append(container.row_of(function))
        if function is not None and pool != RAM:
            self._node.ledger.give(pool, container.row_of(function))
        self._node.ledger.give(RAM, *rows)
        del self.live[container.name]
        self._node.send_inventory()
        if request:
            self._node.runs.again(request)

    def bury(self, container: Container) -> None:
        """What was loaded in a dead container is lost."""
        self._empty(container, LOST, "its container crashed")

    def _empty(self, container: Container, target: str, why: str) -> None:
        for entry in [*container.entries.values()]:
            self._node.loads.end(entry, target, why)

    def idle(self, user: str) -> list[Container]:
        """Containers of a user in which nothing runs."""
        return [one for one in self.live.values() if one.state == IDLE and one.user == user]
