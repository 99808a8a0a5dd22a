"""Loads on a worker: models on their way into idle containers, resident there, and gone again.

LOADING -> RESIDENT -> USED | DROPPED | KILLED | LOST. Memory is tested when a load starts, not when it is planned. Each
entry has a lease a little beyond its time, for the case that the controller's word to drop it never comes.
"""

from typing import TYPE_CHECKING

from models.tyche.container import Container, Entry
from models.tyche.events import DROPPED, IDLE, KILLED, LOADING, PLANNED, RESIDENT, USED, LoadState
from models.tyche.function import Function
from models.tyche.ledger import RAM
from models.tyche.messages import FOREVER, Dropped, Held, Load, Loaded, Ticket
from sim import MS

if TYPE_CHECKING:
    from models.tyche.worker import Worker

LEASE_SLACK = 500 * MS


class Loads:
    """All entries of a worker. `newest` has the age of the newest ticket of each function: older ones are ignored."""

    def __init__(self, node: "Worker") -> None:
        self._node = node
        self._newest: dict[str, tuple[int, int]] = {}
        self._closed: dict[str, Ticket] = {}

    # Words of the controller

    def is_void(self, ticket: Ticket) -> bool:
        """Whether a newer ticket of the function is known, or this one is over."""
        newest = self._newest.get(ticket.function, (0, 0))
        return ticket.age < newest or self._closed.get(ticket.function) == ticket

    def see(self, ticket: Ticket) -> None:
        """Remember that there is this ticket."""
        self._newest[ticket.function] = max(ticket.age, self._newest.get(ticket.function, (0, 0)))

    def load(self, load: Load) -> None:
        """Load into an idle container, if there is room right now."""
        ticket, live = load.ticket, self._node.containers.live
        if self.is_void(ticket) or load.epoch != self._node.epoch:
            return
        self.see(ticket)
        self.void(ticket, but=None)
        if any(entry.ticket == ticket for entry in self.of(ticket.function)):
            self._prolong(ticket, load.keep_ns)
            return
        function = self._node.functions[ticket.function]
        container = self.home(load, function)
        if container is None:
            self._refuse(load, live.get(load.container), "the container does not idle")
            return
        for name in load.displaced:
            if name in container.entries:
                self.end(container.entries[name], DROPPED, "displaced")
        pool = self.pool_for(function)
        if not self.fits(container, function, pool):
            self._refuse(load, container, "no room")
            return
        self._begin(load, container, function, pool)

    def home(self, load: Load, function: Function) -> Container | None:  # noqa: ARG002
        """The container that was named, if it idles: none is made for a load."""
        container = self._node.containers.live.get(load.container)
        return container if container is not None and container.state == IDLE else None

    def unload(self, ticket: Ticket) -> None:
        """A ticket is over. A model that runs is no entry any more, and is left alone."""
        self.see(ticket)
        for entry in self.of(ticket.function):
            if entry.ticket.age <= ticket.age:
                self.end(entry, DROPPED, "its time is over")
        if not self.is_void(ticket):
            self._closed[ticket.function] = ticket

    def void(self, ticket: Ticket, but: Container | None) -> None:
        """A new ticket: what lies under older ones anywhere `but` in one container is dropped."""
        for entry in self.of(ticket.function):
            if entry.ticket.age < ticket.age and entry.container is not but:
                self.end(entry, DROPPED, "superseded")

    # Entries

    def of(self, function: str) -> list[Entry]:
        """The entries of a function."""
        return [one.entries[function] for one in self._node.containers.live.values() if function in one.entries]

    def entries(self) -> list[Entry]:
        """All entries."""
        return [entry for one in self._node.containers.live.values() for entry in one.entries.values()]

    def pool_for(self, function: Function) -> int:
        """The memory that the model goes to: of GPUs the one in which most can be had."""
        ledger = self._node.ledger
        if not function.gpu:
            return RAM
        return max(range(1, len(ledger.pools)), key=lambda number: (ledger.reclaimable(number), -number))

    def fits(self, container: Container, function: Function, pool: int) -> bool:
        """Whether there is room at this instant, in the worker's memory and within the container's limit."""
        if self._node.ledger.pools[pool].free < function.mb:
            return False
        return pool != RAM or self._taken(container) + function.mb <= self._node.settings.limit_mb

    def _taken(self, container: Container) -> int:
        models = sum(entry.function.mb for entry in container.entries.values() if entry.pool == RAM)
        return self._node.settings.container_mb + models

    def _begin(self, load: Load, container: Container, function: Function, pool: int) -> None:
        entry = Entry(load.ticket, function, container, pool, load.priority, LOADING)
        container.entries[function.name] = entry
        self._tell(entry, PLANNED, LOADING, "")
        self.write_row(entry)
        self._set_lease(entry, load.keep_ns)
        wait = function.load_ns * self._node.slowness
        entry.ready_at = self._node.elapsed() + wait
        if wait:
            entry.ready = self._node.timer(lambda: self._ready(entry))
            entry.ready.reset(wait)
        else:
            self._ready(entry)

    def _ready(self, entry: Entry) -> None:
        entry.state = RESIDENT
        self._tell(entry, LOADING, RESIDENT, "")
        node = self._node
        node.tell(Loaded(node.epoch, node.next_serial(), entry.container.held, node.ledger.free, entry.ticket))

    def write_row(self, entry: Entry) -> None:
        """Its row in the ledger."""
        self._node.ledger.take(entry.pool, {entry.row: entry.function.mb}, preloaded=True)

    def keep(self, ticket: Ticket, function: Function, container: Container, keep_ns: int, priority: int) -> bool:
        """A run is over and its model stays, under the ticket of its arrival; False if that is over by now."""
        if self.is_void(ticket):
            return False
        entry = Entry(ticket, function, container, container.pool, priority, RESIDENT)
        container.entries[function.name] = entry
        self._tell(entry, PLANNED, LOADING, "kept")
        self._tell(entry, LOADING, RESIDENT, "kept")
        self._set_lease(entry, keep_ns)
        return True

    def close(self, ticket: Ticket, function: Function, container: Container) -> None:
        """What was to stay does not, because its ticket is over."""
        self._tell(Entry(ticket, function, container, container.pool, 0, PLANNED), PLANNED, DROPPED, "over by now")

    def use(self, container: Container, function: Function) -> tuple[str, int] | None:
        """A request takes the model over: hit, or caught with the rest of its load in ns. None if it is not there."""
        entry = container.entries.pop(function.name, None)
        if entry is None:
            return None
        entry.rest()
        self._closed[function.name] = entry.ticket
        self._tell(entry, entry.state, USED, "")
        container.pool = entry.pool
        if entry.state == RESIDENT:
            return "hit", 0
        return "caught", max(0, entry.ready_at - self._node.elapsed())

    def end(self, entry: Entry, target: str, why: str) -> None:
        """An entry is no more."""
        entry.rest()
        del entry.container.entries[entry.function.name]
        self._closed[entry.function.name] = entry.ticket
        self._tell(entry, entry.state, target, why)
        self._node.ledger.give(entry.pool, entry.row)
        self._say_dropped(entry.ticket, entry.container.held, why)

    def evict(self, pool: int, mb: int, why: str, sparing: Container | None = None) -> None:
        """Take preloaded models away, those of least priority first, until `mb` are free."""
        for entry in sorted(self.entries(), key=lambda one: (one.priority, one.row)):
            if self._node.ledger.pools[pool].free >= mb:
                return
            if entry.pool == pool and entry.container is not sparing:
                self.end(entry, KILLED if why == "claim" else DROPPED, why)

    def _set_lease(self, entry: Entry, keep_ns: int) -> None:
        if keep_ns != FOREVER:
            entry.lease = self._node.timer(lambda: self.end(entry, DROPPED, "its lease is over"))
            entry.lease.reset(self._lease(keep_ns))

    def _lease(self, keep_ns: int) -> int:
        """The controller's word comes first, whatever the two clocks do."""
        return keep_ns + keep_ns * self._node.settings.clock_drift_max // 1_000_000 + LEASE_SLACK

    def _prolong(self, ticket: Ticket, keep_ns: int) -> None:
        for entry in self.of(ticket.function):
            if entry.lease is not None:
                entry.lease.reset(self._lease(keep_ns))

    def _refuse(self, load: Load, container: Container | None, why: str) -> None:
        held = Held(load.container, "", False, (), gone=True) if container is None else container.held
        ticket, mb = load.ticket, self._node.functions[load.ticket.function].mb
        self._node.emit(
            LoadState(ticket.function, ticket.incarnation, ticket.n, load.container, 0, mb, PLANNED, DROPPED, why)
        )
        self._closed[ticket.function] = ticket
        self._say_dropped(ticket, held, why)

    def _say_dropped(self, ticket: Ticket, held: Held, why: str) -> None:
        node = self._node
        node.tell(Dropped(node.epoch, node.next_serial(), held, node.ledger.free, ticket, why))

    def _tell(self, entry: Entry, source: str, target: str, why: str) -> None:
        ticket = entry.ticket
        self._node.emit(
            LoadState(
                ticket.function, ticket.incarnation, ticket.n, entry.container.name, entry.pool, entry.function.mb,
                source, target, why,
            )
        )  # fmt: skip
