"""The preloader: after each request a ticket with a plan, and loads and drops when they are due.

It uses memory that stands idle already: containers that the keep-alive policy made, of the function's user, when no
request needs them. While a request of the function is under way its model is not loaded for the next one.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.tyche.baselines import Moment, policy_of
from models.tyche.chance import worth
from models.tyche.events import DROPPED, PLANNED, LoadState, PlannerFailed, Predicted, Sent
from models.tyche.function import Function
from models.tyche.messages import FOREVER, Load, Ticket, Unload
from models.tyche.planner import Home
from models.tyche.predictor import Plan
from models.tyche.settings import FunctionEntry
from sim import MS, Message

if TYPE_CHECKING:
    from models.tyche.controller import Controller


class KnownArrivals(Message):
    """The durable record of `windows: saved`: (function, times of its last arrivals, T_off of its prediction)."""

    windows: tuple[tuple[str, tuple[int, ...], int], ...]


class Standing:
    """A function's newest ticket: its plan, the worker that was told of it ("": none yet), and whether it is over.

    `born_ns`: the arrival, on the controller's monotonic clock. The model may be loaded long after T_load, when the run
    has ended at last, and has to go at T_off all the same.
    """

    __slots__ = ("born_ns", "over", "plan", "priority", "ticket", "worker")

    def __init__(self, ticket: Ticket, plan: Plan | None, priority: int, born_ns: int) -> None:
        self.born_ns = born_ns
        self.ticket = ticket
        self.plan = plan
        self.priority = priority
        self.worker = ""
        self.over = plan is None


class Preloader:
    """Plans of all functions. `standing` has the newest of each."""

    def __init__(self, node: "Controller", functions: Mapping[str, FunctionEntry]) -> None:
        settings, parts = node.settings, node.parts
        self._node = node
        self._settings = settings
        self._functions: dict[str, Function] = {name: entry.as_function() for name, entry in functions.items()}
        self._mean_gaps = {name: entry.arrivals.gap for name, entry in functions.items()}
        self._policy = policy_of(settings, parts.predictor(settings))
        self._chance = parts.chance()
        self._planner = parts.planner(settings, self._functions, node.table, node.emit)
        self._timers = parts.timers(node, self.load_due, self.drop_due)
        self._stamps = parts.stamps(node)
        self._tickets = 0
        self._due: dict[str, None] = {}
        self._uses: dict[str, int] = {}
        self._clock = 0  # of greedy-dual: the priority of what was evicted last
        self.standing: dict[str, Standing] = {}
        self.windows = {name: parts.window(settings.window, settings.reset) for name in self._functions}
        if settings.windows == "saved":
            self._recall(node.disk.load(KnownArrivals))

    def arrived(self, function: str, next_ns: int) -> Standing:
        """A request has come: a new ticket, and the old one's timers are off."""
        self._timers.cancel(function)
        self._due.pop(function, None)
        self._uses[function] = self._uses.get(function, 0) + 1
        self._tickets += 1
        plan = self._guarded_plan(function, next_ns)
        ticket = Ticket(function, self._node.incarnation, self._tickets)
        standing = self.standing[function] = Standing(ticket, plan, self._priority(function), self._node.elapsed())
        if plan is not None:
            self._predict(ticket, plan)
        return standing

    def repeated(self, function: str) -> Standing:
        """A request that had come before, perhaps to an earlier incarnation: nothing is learnt from it."""
        if function not in self.standing:
            self._tickets += 1
            ticket = Ticket(function, self._node.incarnation, self._tickets)
            self.standing[function] = Standing(ticket, None, self._priority(function), self._node.elapsed())
        return self.standing[function]

    def supersede(self, old: Standing | None, worker: str) -> None:
        """The next request goes to `worker`, which sees for itself; any other that holds the old model is told."""
        if old is None or old.over:
            return
        old.over = True
        if not old.worker:
            self._end(old, "the next request came first")
        elif old.worker != worker:
            self._send(old, "void", old.worker, Unload(old.ticket))

    def dropped(self, ticket: Ticket, why: str) -> None:
        """A worker says that a ticket is over."""
        standing = self.standing.get(ticket.function)
        if standing is not None and standing.ticket == ticket:
            standing.over = True
            if why == "evicted":
                self._clock = max(self._clock, standing.priority)

    def retry(self) -> None:
        """Something has changed: try again what was due and found no place."""
        for function in [*self._due]:
            self.load_due(function)

    def load_due(self, function: str) -> None:
        """T_load: the model is loaded now, or as soon as there is a place for it."""
        standing = self.standing[function]
        if standing.over or standing.plan is None or (standing.worker and not standing.plan.keep_ns):
            self._due.pop(function, None)
            return
        if not self._load(function, standing, standing.plan):
            self._due[function] = None

    def drop_due(self, function: str) -> None:
        """T_off: the model goes."""
        standing = self.standing[function]
        self._due.pop(function, None)
        if standing.over:
            return
        standing.over = True
        if standing.worker:
            self._send(standing, "unload", standing.worker, Unload(standing.ticket))
        else:
            self._end(standing, "there was no place for it")

    # Planning

    def _guarded_plan(self, function: str, next_ns: int) -> Plan | None:
        """A planner that dies costs the prediction, not the request."""
        try:
            return self._plan(function, next_ns)
        except (ArithmeticError, LookupError) as error:
            self._node.emit(PlannerFailed(function, type(error).__name__))
            return None

    def _plan(self, function: str, next_ns: int) -> Plan | None:
        window, now = self.windows[function], self._stamps.now()
        gap = now - window.times[-1] if window.times else None
        window.add(now)
        moment = Moment(self._functions[function], self._mean_gaps[function], gap, window.span, next_ns)
        plan = self._policy.plan(moment)
        window.off_ns = max(plan.drop_after, 0) if plan is not None else window.off_ns
        if self._settings.windows == "saved":
            self._node.disk.save(KnownArrivals(tuple((n, w.times, w.off_ns) for n, w in self.windows.items())))
        return plan

    def _recall(self, known: KnownArrivals | None) -> None:
        for name, times, off_ns in () if known is None else known.windows:
            self.windows[name] = self._node.parts.window(self._settings.window, self._settings.reset, times)
            self.windows[name].off_ns = off_ns

    def _predict(self, ticket: Ticket, plan: Plan) -> None:
        load = FOREVER if plan.load_after is None else plan.load_after
        keep = plan.keep_ns != 0
        self._node.emit(
            Predicted(ticket.function, ticket.incarnation, ticket.n, load, plan.drop_after, plan.span, keep)
        )
        self._timers.arm(ticket.function, plan.load_after, None if plan.drop_after == FOREVER else plan.drop_after)

    def _worth(self, function: Function) -> int:
        return worth(function, self._guarded_chance(function.name))

    def _chance_of(self, function: str) -> int:
        span, horizon = self.windows[function].span, self._settings.horizon
        if span is None:
            return self._chance.unknown(horizon)
        return self._chance.within(horizon, span, self._settings.window)

    def _priority(self, function: str) -> int:
        """What goes first when memory runs short has the least."""
        one = self._functions[function]
        if self._settings.policy == "greedy-dual":
            return self._clock + self._uses.get(function, 0) * (one.load_ns // MS) * 1000 // one.mb
        return worth(one, self._guarded_chance(function)) // one.mb

    def _guarded_chance(self, function: str) -> int:
        try:
            return self._chance_of(function)
        except ArithmeticError as error:
            self._node.emit(PlannerFailed(function, type(error).__name__))
            return 0

    # Words to workers

    def _load(self, function: str, standing: Standing, plan: Plan) -> bool:
        if self._node.requests.busy(function):
            return False
        span = self.windows[function].span or 0
        one = self._functions[function]
        if plan.keep_ns:
            kept = self._node.table.where(function)
            home = Home(*kept[0]) if kept else None
        else:
            home = self._planner.choose(one, self._worth, self._guarded_chance(function), span)
        if home is None:
            return False
        self._due.pop(function, None)
        for name in home.displaced:
            if name in self.standing:
                self.standing[name].over = True
        standing.worker = home.worker
        left = max(0, standing.born_ns + plan.drop_after - self._node.elapsed())
        epoch = self._node.table.views[home.worker].epoch
        load = Load(standing.ticket, home.container, left, standing.priority, epoch, home.displaced)
        self._send(standing, "load", home.worker, load)
        return True

    def _send(self, standing: Standing, verb: str, worker: str, message: Message) -> None:
        ticket = standing.ticket
        self._node.emit(Sent(ticket.function, ticket.incarnation, ticket.n, verb, worker))
        self._node.send(worker, message)

    def _end(self, standing: Standing, why: str) -> None:
        """A ticket that no worker ever heard of is over."""
        one, ticket = self._functions[standing.ticket.function], standing.ticket
        self._node.emit(LoadState(ticket.function, ticket.incarnation, ticket.n, "", 0, one.mb, PLANNED, DROPPED, why))
