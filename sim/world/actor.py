"""What a model author writes: actors that react to messages and timers, and tell stories.

    class Ping(Request[Pong]):
        count: int

    class Server(Actor):
        @on(Ping)
        def ping(self, caller: Caller, message: Ping) -> Pong:
            return Pong(message.count)

An actor is one incarnation of one node: a crash discards it with its timers and tasks, a restart makes a new one on the
same disk. It sees its own clock, disk, mailbox and random stream and nothing else.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import simpy

from sim.world import tasks
from sim.world.clock import Clock
from sim.world.disk import Disk, DiskError
from sim.world.message import (
    Answer,
    Ask,
    Caller,
    Event,
    Message,
    R,
    Refused,
    Request,
    Timeout,
    check_fields,
)
from sim.world.operations import Operation
from sim.world.signatures import Signatures, Signer
from sim.world.streams import Stream
from sim.world.timer import Timer

if TYPE_CHECKING:
    from sim.world.node import Node

T = TypeVar("T")
H = TypeVar("H", bound=Callable[..., Any])

_Handler = Callable[..., Message | None]
_MARK = "_handles"


def on(kind: type[Message]) -> Callable[[H], H]:
    """Make a method the handler of messages of type `kind`.

    The handler of a plain message gets (source name, message). The handler of a Request gets (caller, request): it
    returns the reply, or None and answers later with `reply` or `refuse`, or never.
    """
    check_fields(kind)

    def mark(method: H) -> H:
        setattr(method, _MARK, kind)
        return method

    return mark


class Actor:
    """One incarnation of a node. Subclasses declare handlers with `on` and start their work in `on_start`.

    Attributes, from `on_start` on: `name` of the node, `random` (this incarnation's stream), `disk`, `clock`.
    """

    name: str
    random: Stream
    clock: Clock
    _node: "Node"
    _handlers: ClassVar[dict[type[Message], _Handler]] = {}
    _handler_names: ClassVar[dict[type[Message], str]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the handlers by name, so that a subclass overrides one by defining a method of its name."""
        names = dict(cls._handler_names)
        for name, method in vars(cls).items():
            kind = getattr(method, _MARK, None)
            if kind is not None:
                names[kind] = name
        cls._handler_names = names
        cls._handlers = {kind: getattr(cls, name) for kind, name in names.items()}

    def on_start(self) -> None:
        """Called at boot and after every restart: load what is durable, set timers, spawn stories."""

    def on_disk_error(self, error: DiskError) -> None:  # noqa: ARG002
        """A sync failed and no story awaited it. The right answer, and the default, is to crash: never retry a sync."""
        self._node.fall()

    @property
    def disk(self) -> Disk:
        """The node's disk: what `load` and `read` find after a restart."""
        return self._node.disk

    @property
    def signer(self) -> Signer:
        """The capability to sign in this node's name. Keep it in `on_start`: asking costs a little each time."""
        return self._node.signer

    @property
    def signatures(self) -> Signatures:
        """What everybody can verify, combine and toss."""
        return self._node.signatures

    def now(self) -> int:
        """The node's own wall clock, in ns: offset, drift, jumps and all."""
        return self.clock.time()

    def elapsed(self) -> int:
        """The node's own monotonic clock, in ns: timers and `sleep` run on it."""
        return self.clock.elapsed()

    def send(self, to: str, message: Message) -> None:
        """Send and forget. It leaves when all disk syncs issued so far are done (law 4)."""
        node = self._node
        disk = node.open_disk
        if disk is not None and disk.pending_syncs:
            node.when_synced(lambda: node.transmit(to, message))
        else:
            node.transmit(to, message)

    def broadcast(self, names: Iterable[str], message: Message) -> None:
        """Send to each of `names` but oneself."""
        for name in names:
            if name != self.name:
                self.send(name, message)

    async def call(self, to: str, request: Request[R], *, timeout: int) -> R:
        """Send a request and wait for its reply, at most `timeout` ns of the node's own clock.

        Raises Refused (it did not happen) or Timeout (it may have happened, or may still).
        """
        node = self._node
        node.calls_made += 1
        number = node.calls_made
        answered = simpy.Event(node.kernel)
        node.calls[number] = answered
        alarm = Timer(node, lambda: _fail(answered, Timeout(to)), "timeout")
        alarm.reset(timeout)
        self.send(to, Ask(number, node.incarnation, request))
        try:
            return cast("R", await answered)  # type: ignore[misc]
        finally:
            alarm.cancel()
            node.calls.pop(number, None)

    def reply(self, caller: Caller, message: Message | None) -> None:
        """Answer a request: it happened."""
        self.send(caller.source, Answer(caller.id, caller.incarnation, message))

    def refuse(self, caller: Caller, reason: str) -> None:
        """Answer a request: it did not happen and never will."""
        self.send(caller.source, Answer(caller.id, caller.incarnation, None, reason))

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer of this incarnation that will call `callback`; `reset(ns)` starts it."""
        return Timer(self._node, callback, getattr(callback, "__name__", "timer"))

    def spawn(self, story: Coroutine[Any, Any, T]) -> tasks.Task[T]:
        """Start a story. It begins at this instant, after the handler that spawned it."""
        return tasks.Task(self._node, story)

    async def sleep(self, ns: int) -> None:
        """Let `ns` of the node's own time pass."""
        rung = simpy.Event(self._node.kernel)
        alarm = Timer(self._node, lambda: _succeed(rung), "sleep")
        alarm.reset(ns)
        try:
            await rung  # type: ignore[misc]
        finally:
            alarm.cancel()

    async def gather(self, *awaitables: Awaitable[T]) -> list[T]:
        """Run several at once; all results in order. The first failure is raised and cancels the rest."""
        return await tasks.gather(self._node, awaitables)

    async def first_of(self, *awaitables: Awaitable[T], timeout: int | None = None) -> tasks.First[T]:
        """Run several at once until one is done; the rest are cancelled. Timeout if none is within `timeout` ns."""
        if timeout is None:
            return await tasks.first_of(self._node, awaitables)
        bounded = (*awaitables, cast("Awaitable[T]", self.sleep(timeout)))
        first = await tasks.first_of(self._node, bounded)
        if first.index == len(awaitables):
            raise Timeout("first_of")
        return first

    async def wait(self, event: simpy.Event) -> Any:
        """Await a simpy event, with types that a checker follows: ``item = await self.wait(store.get())``."""
        return await event  # type: ignore[misc]

    def emit(self, event: Event, *, at_once: bool = False) -> None:
        """Tell the checks and the trace what happened inside; gated by the disk like a message.

        With `at_once` it is told when it happens: for what is true whether or not the disk completes anything.
        """
        node = self._node
        if node.syncing() and not at_once:
            node.when_synced(lambda: node.emit(event))
        else:
            node.emit(event)

    def when_durable(self, callback: Callable[[], None]) -> None:
        """Call `callback` once all disk syncs issued so far are done; at once if none is under way."""
        node = self._node
        if node.syncing():
            node.when_synced(lambda: node.enter(lambda _: callback(), None))
        else:
            callback()

    def operation(self, f: str, *, key: object = None, arg: object = None) -> Operation:
        """One operation in the history: ``with self.operation("get", key="x") as op: op.ok(await ...)``."""
        return Operation(self._node.operations, self.name, f, key, arg)

    def store(self, capacity: int | None = None) -> simpy.Store:
        """A simpy Store inside this node, of this incarnation: a queue of items."""
        return simpy.Store(self._node.kernel, float("inf") if capacity is None else capacity)

    def resource(self, capacity: int = 1) -> simpy.Resource:
        """A simpy Resource inside this node, of this incarnation: `capacity` places, first come first served."""
        return simpy.Resource(self._node.kernel, capacity)

    def container(self, capacity: int | None = None, level: int = 0) -> simpy.Container:
        """A simpy Container inside this node, of this incarnation: an amount of something."""
        return simpy.Container(self._node.kernel, float("inf") if capacity is None else capacity, level)

    @on(Ask)
    def _asked(self, source: str, ask: Ask) -> None:
        body = ask.body
        handler = self._handlers.get(body.__class__)
        if handler is None:
            raise TypeError(f"{type(self).__name__} has no handler for {type(body).__name__}, which {source} sent it")
        caller = Caller(source, ask.id, ask.incarnation)
        answer = handler(self, caller, body)
        if answer is not None:
            self.reply(caller, answer)

    @on(Answer)
    def _answered(self, source: str, answer: Answer) -> None:
        waiting = self._node.calls.pop(answer.id, None) if answer.incarnation == self._node.incarnation else None
        if waiting is None or waiting.triggered:
            return  # late, double, or meant for an incarnation that is gone
        if answer.refused is not None:
            _fail(waiting, Refused(answer.refused, source))
        else:
            waiting.succeed(answer.body)


Actor._handler_names = {Ask: "_asked", Answer: "_answered"}
Actor._handlers = {Ask: Actor._asked, Answer: Actor._answered}


def _succeed(event: simpy.Event) -> None:
    event.succeed()


def _fail(event: simpy.Event, error: Exception) -> None:
    if event.triggered:
        return  # after a pause answer and alarm come up together, before the story goes on: the first one counts
    event._defused = True
    event.fail(error)
