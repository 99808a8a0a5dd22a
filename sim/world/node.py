"""A machine: its disk and clock, and the actor that runs on it now.

A node holds a factory and not an actor. Each start makes a new actor, one incarnation; a crash throws it away with
its timers, tasks, calls and whatever it had not made durable. A paused node takes nothing in; what arrives meanwhile
waits, as in the socket buffers of a stopped process, and is handled in order when it resumes.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sim.world import trace as records
from sim.world.clock import Clock
from sim.world.disk import Disk, DiskError
from sim.world.message import Event, Message
from sim.world.signatures import Signatures, Signer
from sim.world.streams import Stream

if TYPE_CHECKING:
    import simpy

    from sim.world.actor import Actor
    from sim.world.network import Link
    from sim.world.tasks import Task
    from sim.world.timer import Timer
    from sim.world.world import World

Outbox = Callable[[str, Message], Iterable[tuple[str, Message]]]


class Strings(Protocol):
    """What a Byzantine node hangs on: it stands between the honest code of the node and the network."""

    def outgoing(self, to: str, message: Message) -> Iterable[tuple[str, Message]]:
        """What leaves instead of `message`, and to whom."""

    def incoming(self, source: str, message: Message) -> bool:
        """Whether the node's own code is shown what arrived."""


class Node:
    """One machine of the world. Faults reach it through the levers of `World`, models through `Actor`."""

    # What every message touches stands first: with many nodes the lines of the processor's cache are what counts.
    __slots__ = (  # noqa: RUF023
        "up", "paused", "begun", "handlers", "actor", "ties", "open_disk", "outbox", "links",
        "_backlog", "_factory", "_pauses", "_world", "calls", "calls_made", "clock", "holds", "incarnation",
        "is_client", "kernel", "name", "operations", "strings", "system", "tasks", "timers", "trace", "zone",
    )  # fmt: skip

    def __init__(
        self, world: "World", name: str, factory: "Callable[[], Actor]", *, system: str, zone: str, is_client: bool
    ) -> None:
        self.name = name
        self.system = system
        self.zone = zone
        self.is_client = is_client
        self.kernel = world.kernel
        self.trace = world.trace
        self.operations = world.operations
        self.ties = world.stream("node", name, "ties")
        self.clock = Clock(lambda: self.kernel._now, self._retime)
        self.actor: Actor | None = None
        self.handlers: dict[type[Message], Callable[..., Message | None]] = {}
        self.up = False
        self.paused = False
        self.begun = False
        """Whether this incarnation has started: one that was started in a pause begins when that ends."""
        self.holds = 0
        self.incarnation = 0
        self.outbox: Outbox | None = None
        self.strings: list[Strings] = []
        self.links: dict[str, Link] = {}
        self.timers: dict[Timer, None] = {}
        self.tasks: dict[Task[Any], None] = {}
        self.calls: dict[int, simpy.Event] = {}
        self.calls_made = 0
        self._backlog: list[tuple[Callable[[Any], None], Any]] = []
        self._pauses = 0
        self._factory = factory
        self.open_disk: Disk | None = None
        self._world = world
        world.machines.append(self)

    @property
    def disk(self) -> Disk:
        """The node's disk, made when first asked for."""
        if self.open_disk is None:
            self.open_disk = self._world.make_disk(self.name)
            self.open_disk.on_error = self.disk_failed
            self.open_disk.notice = self._notice
        return self.open_disk

    @property
    def signer(self) -> Signer:
        """The capability to sign in this node's name."""
        return Signer(self._world.registry, self.name)

    @property
    def signatures(self) -> Signatures:
        """What this node can verify, combine and toss."""
        return Signatures(self._world.registry, self.name)

    def syncing(self) -> bool:
        """Whether a disk sync is under way that messages and events must wait for."""
        disk = self.open_disk
        return disk is not None and disk.pending_syncs > 0

    def when_synced(self, act: Callable[[], None]) -> None:
        """Act when all disk syncs issued so far are done: in the name of the record handled now, on the node's ties."""
        cause = self.trace.cause

        def go_on() -> None:
            self.trace.cause = cause
            self.kernel.ties = self.ties
            act()

        self.disk.after(go_on)

    def start(self) -> None:
        """Begin the next incarnation. Nothing happens to a node that is up."""
        if self.up:
            return
        self.incarnation += 1
        self.up, self.begun = True, False
        self.trace.cause = self._note("start")
        actor = self._factory()
        actor._node = self
        actor.name = self.name
        actor.clock = self.clock
        actor.random = self._world.stream("node", self.name, "incarnation", self.incarnation)
        self.actor = actor
        self._rig()
        self.kernel.ties = self.ties
        self.enter(_boot, actor)

    def stop(self, mode: str, stream: Stream) -> None:
        """End the incarnation; the disk keeps what `mode` says. Nothing happens to a node that is down."""
        if not self.up:
            return
        self.up = False
        self.actor = None
        self._note("crash " + mode)
        self._backlog.clear()
        for timer in list(self.timers):
            timer.cancel()
        for task in list(self.tasks):
            task.close()
        self.calls.clear()
        if self.open_disk is not None:
            self.open_disk.crash(mode, stream)

    def close(self) -> Iterator[Exception]:
        """The world has ended: no story goes on, and what those that stood open say as they end is heard by nobody.

        Yields what they raise.
        """
        up, self.up = self.up, False
        for task in list(self.tasks):
            try:
                task.close()
            except Exception as error:
                yield error
        self.up = up

    def fall(self) -> None:
        """Crash by its own doing (a disk error): the process ends, its supervisor starts it again a little later."""
        self._world.fallen(self)

    def pause(self) -> None:
        """Take nothing in until as many resumes have come."""
        self._pauses += 1
        self.paused = True
        if self._pauses == 1:
            self._note("pause")

    def resume(self) -> None:
        """Undo one pause; after the last, handle what has waited, in order of arrival."""
        assert self._pauses, f"{self.name} is resumed but was not paused"
        self._pauses -= 1
        if self._pauses:
            return
        self.paused = False
        self._note("resume")
        backlog, self._backlog = self._backlog, []
        for place, (act, argument) in enumerate(backlog):
            if self.paused:
                self._backlog = backlog[place:] + self._backlog
                return
            if self.up:
                act(argument)

    def enter(self, act: Callable[[Any], None], argument: object) -> None:
        """The one door to a node's code: through it at once, or when the pause ends, or never if it is down."""
        if self.paused:
            if self.up:
                self._backlog.append((act, argument))
        elif self.up:
            act(argument)

    def transmit(self, to: str, message: Message) -> None:
        """The one place where a node's messages leave; `outbox` is the seam of Byzantine behaviours."""
        if not self.up:
            return
        if self.outbox is None:
            (self.links.get(to) or self.link(to)).carry(message)
            return
        for target, said in self.outbox(to, message):
            (self.links.get(target) or self.link(target)).carry(said)

    def twin(self, ties: Stream) -> "Node":
        """A second machine of the same name and code, with an empty disk, that no link leads to."""
        own = self._world
        twin = Node(own, self.name, self._factory, system=self.system, zone=self.zone, is_client=self.is_client)
        twin.ties = ties
        return twin

    def hang(self, strings: Strings) -> None:
        """Let `strings` come between the node's code and the network, behind those that do already."""
        self.strings.append(strings)
        self.outbox = self._leave
        self._rig()

    def free(self, strings: Strings) -> None:
        """Undo one `hang`."""
        self.strings.remove(strings)
        self.outbox = self._leave if self.strings else None
        self._rig()

    def _rig(self) -> None:
        handlers = {} if self.actor is None else self.actor._handlers
        self.handlers = {kind: partial(self._heed, one) for kind, one in handlers.items()} if self.strings else handlers

    def _leave(self, to: str, message: Message) -> Iterable[tuple[str, Message]]:
        """What all strings together make of a message. What a node tells itself stays as it is."""
        said = [(to, message)]
        if to != self.name:
            for strings in self.strings:
                said = [one for target, changed in said for one in strings.outgoing(target, changed)]
        return said

    def _heed(
        self, handler: Callable[..., Message | None], actor: "Actor", source: str, message: Message
    ) -> Message | None:
        if all(strings.incoming(source, message) for strings in tuple(self.strings)):
            return handler(actor, source, message)
        return None

    def link(self, to: str) -> "Link":
        """The link to the node named `to`, made when the first message takes it."""
        return self._world.network.connect(self, to)

    def emit(self, event: Event) -> None:
        """Record an event and show it to the checks."""
        if not self.up:
            return
        self._world.emitted(self, event)

    def disk_failed(self, error: DiskError) -> None:
        """Tell the actor that its disk failed and nothing took the error."""
        actor = self.actor
        self.trace.cause = 0  # nothing that was recorded: the device did it
        self.kernel.ties = self.ties
        if actor is not None:
            self.enter(lambda _: actor.on_disk_error(error), None)

    def _notice(self, act: Callable[[], None]) -> bool:
        """Take notice of what the disk has done, unless the process is stopped: then when it goes on, in its turn."""
        if self.paused:
            self.enter(lambda _: act(), None)
            return False
        act()
        return True

    def _retime(self) -> None:
        for timer in list(self.timers):
            timer.retime()

    def _note(self, what: str) -> int:
        return self.trace.record(self.kernel._now, records.NODE, self.name, self.incarnation, what)


def _boot(actor: "Actor") -> None:
    actor._node.begun = True
    actor.on_start()
