"""Requests under way: where each was sent, who waits for it, and what was answered already."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.tyche.events import Arrived, Routed
from models.tyche.function import Function
from models.tyche.messages import Answer, Done, Invoke, Place
from models.tyche.preloader import Standing

if TYPE_CHECKING:
    from models.tyche.controller import Controller

ANSWERED_MAX = 4096


class Open:
    """One request under way: who asked, and the worker that it was sent to last ("": to none yet).

    A model stays after the run only if the request was sent once: sent again, it may run twice, and a ticket has one
    life.
    """

    __slots__ = ("client", "invoke", "sent", "worker")

    def __init__(self, client: str, invoke: Invoke) -> None:
        self.client = client
        self.invoke = invoke
        self.worker = ""
        self.sent = invoke.again


class Requests:
    """Takes requests, sends them to workers, passes the answers on. A repeated one is sent again, not counted again."""

    def __init__(self, node: "Controller", functions: Mapping[str, Function]) -> None:
        self._node = node
        self._functions = functions
        self._open: dict[str, Open] = {}
        self._busy: dict[str, int] = dict.fromkeys(functions, 0)
        self._load: dict[str, int] = dict.fromkeys(node.workers, 0)
        self._answered: dict[str, int] = {}

    def busy(self, function: str) -> bool:
        """Whether a request of this function is under way."""
        return self._busy[function] > 0

    def load(self, worker: str) -> int:
        """How many requests are under way at a worker."""
        return self._load[worker]

    def take(self, client: str, invoke: Invoke) -> None:
        """A client asks, or asks again."""
        request = invoke.request
        if request in self._answered:
            self._node.send(client, Answer(request, self._answered[request]))
        elif request in self._open:
            self._again(self._open[request])
        else:
            self._first(client, invoke)

    def _first(self, client: str, invoke: Invoke) -> None:
        node, function = self._node, invoke.function
        opened = self._open[invoke.request] = Open(client, invoke)
        self._busy[function] += 1
        old = node.preloader.standing.get(function)
        if invoke.again:
            standing = node.preloader.repeated(function)
        else:
            node.emit(Arrived(function, invoke.request, node.now()))
            standing = node.preloader.arrived(function, invoke.next_ns)
        low, high = node.settings.overhead
        wait = node.random.between(low, high) if high else 0
        if wait:
            node.timer(lambda: self._place(opened, standing, old)).reset(wait)
        else:
            self._place(opened, standing, old)

    def _again(self, opened: Open) -> None:
        """Whoever has it is asked again; if he is lost, or nobody has it, somebody else is."""
        if opened.worker and not self._node.table.is_lost(opened.worker):
            self._send(opened, opened.worker, "", self._node.preloader.repeated(opened.invoke.function), False)
        else:
            self._place(opened, self._node.preloader.repeated(opened.invoke.function), None)

    def leave(self, worker: str) -> None:
        """A worker is lost: send elsewhere what it had."""
        for opened in [one for one in self._open.values() if one.worker == worker]:
            self._place(opened, self._node.preloader.repeated(opened.invoke.function), None)

    def _place(self, opened: Open, standing: Standing, old: Standing | None) -> None:
        node, invoke = self._node, opened.invoke
        if invoke.request not in self._open:
            return
        function = self._functions[invoke.function]
        choice = node.router.choose(function)
        silent = node.table.silent_ns(choice.worker)
        node.emit(Routed(invoke.request, invoke.function, choice.worker, choice.why, silent))
        if old is not None and old.ticket != standing.ticket:
            node.preloader.supersede(old, choice.worker)
        if opened.worker:
            self._load[opened.worker] -= 1
        opened.worker = choice.worker
        self._load[choice.worker] += 1
        self._send(opened, choice.worker, choice.container, standing, choice.why == "resident")

    def _send(self, opened: Open, worker: str, container: str, standing: Standing, hinted: bool) -> None:
        invoke, plan = opened.invoke, standing.plan
        keep = 0 if plan is None or standing.over or opened.sent else plan.keep_ns
        opened.sent = True
        if keep:
            standing.worker = worker
        if container:
            self._node.table.use(worker, container)
        epoch = self._node.table.views[worker].epoch
        place = Place(
            invoke.request, invoke.function, container, standing.ticket, keep, standing.priority, hinted, epoch
        )
        self._node.send(worker, place)

    def done(self, done: Done) -> None:
        """A worker has run a request. Its client hears of it once, however many have."""
        opened = self._open.pop(done.request, None)
        if opened is None:
            return
        self._busy[done.function] -= 1
        if opened.worker:  # none yet, if an earlier incarnation had sent it and this one has only heard of it
            self._load[opened.worker] -= 1
        self._answered[done.request] = done.result
        if len(self._answered) > ANSWERED_MAX:
            del self._answered[next(iter(self._answered))]
        self._node.send(opened.client, Answer(done.request, done.result))
