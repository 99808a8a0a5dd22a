"""Which worker runs a request: where the model is, else where a container of the user idles, else the least loaded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.tyche.function import Function

if TYPE_CHECKING:
    from models.tyche.controller import Controller


@dataclass(frozen=True)
class Choice:
    """A worker, a container on it ("": whichever), and why: `resident`, `idle` or `least`."""

    worker: str
    container: str
    why: str


class Router:
    """Looks at the table of hints and at what is under way."""

    def __init__(self, node: "Controller") -> None:
        self._node = node

    def choose(self, function: Function) -> Choice:
        """By locality, unless the worker's queue is too long."""
        load, table = self._node.requests.load, self._node.table
        there = [(load(worker), worker, container) for worker, container in table.where(function.name)]
        if there and min(there)[0] <= self._node.settings.queue_max:
            return Choice(*min(there)[1:], "resident")
        idle = [
            (len(held.functions), load(worker), worker, held.container) for worker, held in table.idle(function.user)
        ]
        if idle:
            return Choice(*min(idle)[2:], "idle")
        live = [worker for worker in self._node.workers if not table.is_lost(worker)]
        if live:
            return Choice(min((load(worker), worker) for worker in live)[1], "", "least")
        return Choice(min((table.silent_ns(worker), worker) for worker in self._node.workers)[1], "", "least")
