"""Promises about containers: whose they are, that only requests create them, and that preloading delays nobody."""

from models.tyche.events import (
    COLD,
    EXPIRED,
    IDLE,
    LOADING,
    Asked,
    ContainerState,
    LoadState,
    Served,
    Slowed,
    WorkerStarted,
)
from models.tyche.invariants.doubtful import Doubtful
from models.tyche.settings import Settings
from sim import MS, Emitted, show_ns
from sim.invariants import Invariant, when


class UsersApart(Invariant):
    """Every model in a container belongs to the container's user."""

    name = "users-apart"
    claim = "no model lay in a container of another user"
    watches = (ContainerState, LoadState)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._users = {one.name: one.user for one in settings.functions}
        self._containers: dict[str, str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare when a load begins."""
        event = emitted.event
        if isinstance(event, ContainerState):
            self._containers[event.container] = event.user
        elif isinstance(event, LoadState) and event.target == LOADING:
            user, owner = self._users[event.function], self._containers.get(event.container, "nobody")
            if user != owner:
                said = f"{event.function} of user {user} is loaded into {event.container}, which belongs to {owner}"
                self.contradict(emitted, f"{said}: {when(emitted)}")


class NeverHurts(Doubtful):
    """A request takes no longer in its container than without preloading, but for killing and the controller."""

    name = "never-hurts"
    claim = "no request was delayed by preloading beyond the time to kill what was loaded"
    watches = (Served, Slowed, WorkerStarted)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._functions = {one.name: one.as_function() for one in settings.functions}
        self._extra = settings.kill[1] + settings.overhead[1]
        self._start = settings.start[1]
        self._factors: dict[str, list[tuple[int, int]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with a full load at the slowest disk of that time. A pause of the worker excuses."""
        event = emitted.event
        if isinstance(event, WorkerStarted):
            self._factors[emitted.node] = [(emitted.t_ns, 1)]
        elif isinstance(event, Slowed):
            self._factors[emitted.node].append((emitted.t_ns, event.factor))
        elif isinstance(event, Served):
            function = self._functions[event.function]
            took = event.ended_ns - event.begun_ns
            alone = function.execution_ns + function.load_ns * self._slowest(emitted)
            alone += self._start if event.how == "cold" else 0
            if took > alone + self._extra + MS:
                said = f"{event.request} took {show_ns(took)} in its container, {show_ns(alone)} without preloading"
                self.doubt(emitted.t_ns - took, emitted, f"{said}: {when(emitted)}", emitted.node)

    def _slowest(self, emitted: Emitted) -> int:
        """Loads of requests are counted at the pace at which they began: the slowest since then bounds them."""
        return max(factor for _, factor in self._factors[emitted.node])


class CreatesNothing(Doubtful):
    """Containers are created for requests and expire when the keep-alive policy says so, as without preloading."""

    name = "creates-nothing"
    claim = "every container was made for a request and expired when its keep-alive was over"
    watches = (Asked, ContainerState)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._keep_alive = settings.keep_alive
        self._asked: set[str] = set()
        self._idle: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look at both ends of a container's life."""
        event = emitted.event
        if isinstance(event, Asked):
            self._asked.add(event.request)
        elif isinstance(event, ContainerState):
            if event.source == COLD and event.request not in self._asked:
                why = f"for {event.request}, which nobody asked" if event.request else "for no request"
                self.contradict(emitted, f"{when(emitted)} made container {event.container} {why}")
            if event.target == IDLE:
                self._idle[event.container] = emitted.t_ns
            elif event.target == EXPIRED:
                self._expired(emitted, event)

    def _expired(self, emitted: Emitted, event: ContainerState) -> None:
        since = self._idle[event.container]
        idle, keep = emitted.t_ns - since, self._keep_alive
        if abs(idle - keep) > keep // 1000 + MS:
            said = f"container {event.container} expired after {show_ns(idle)}, the keep-alive is {show_ns(keep)}"
            self.doubt(since, emitted, f"{said}: {when(emitted)}", emitted.node)
