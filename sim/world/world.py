"""The world: nodes, network, time, and the levers on them that faults may pull, and nothing more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import simpy

from sim.world import trace as records
from sim.world.disk import Disk, DiskError
from sim.world.disk_profile import NVME_PLP, DiskProfile
from sim.world.distributions import Constant, Distribution
from sim.world.kernel import Kernel
from sim.world.link_rule import LinkRule
from sim.world.message import Emitted, Event, check_fields
from sim.world.network import LOOPBACK, Network
from sim.world.node import Node, Strings
from sim.world.operations import OperationLog
from sim.world.signatures import Registry
from sim.world.streams import Stream
from sim.world.topology import Topology
from sim.world.trace import Trace
from sim.world.units import MS, SECOND

if TYPE_CHECKING:
    from sim.world.actor import Actor

Observer = Callable[[Emitted], None]


@dataclass(frozen=True)
class Setting:
    """What the world is made of before any node joins. Durations in ns."""

    latency: Distribution = Constant(1 * MS)
    topology: Topology | None = None
    rule: LinkRule | None = None
    fifo: bool = False
    loopback: Distribution = LOOPBACK
    disk: DiskProfile = NVME_PLP
    restart_after: int = 1 * SECOND
    keep_trace: bool | range = False


class World:
    """A simulated world of one `seed`. Nodes are added, then `boot` starts them in order of their names."""

    def __init__(self, seed: int, setting: Setting | None = None) -> None:
        self.seed = seed
        self.setting = setting or Setting()
        self.trace = Trace(self.setting.keep_trace)
        self.kernel = Kernel(self.stream("kernel", "ties"))
        self.operations = OperationLog(lambda: self.kernel._now, self.trace)
        self.network = Network(
            self.kernel,
            self.trace,
            self.stream,
            self._latency,
            base=self.setting.rule,
            fifo=self.setting.fifo,
            loopback=self.setting.loopback,
        )
        self._nodes: dict[str, Node] = {}
        self.machines: list[Node] = []
        self._registry: Registry | None = None
        self.byzantine: dict[str, None] = {}
        self._watchers: dict[type, list[Observer]] = {}
        self._observers: dict[type[Event], list[Observer]] = {}
        self._named: dict[str, list[Observer]] = {}
        self.nodes: Mapping[str, Node] = MappingProxyType(self._nodes)

    @property
    def now(self) -> int:
        """World time in ns."""
        return self.kernel._now

    @property
    def registry(self) -> Registry:
        """Who signed what in this world, made when first asked for."""
        if self._registry is None:
            self._registry = Registry(self.seed)
        return self._registry

    def stream(self, *names: str | int) -> Stream:
        """The stream of these names under the world's seed."""
        return Stream(self.seed, *names)

    def add(
        self,
        name: str,
        factory: "Callable[[], Actor]",
        *,
        system: str = "",
        zone: str = "",
        is_client: bool = False,
    ) -> Node:
        """Add a node that `factory` makes an actor for at every start."""
        assert name not in self._nodes, f"two nodes named {name}"
        node = Node(self, name, factory, system=system, zone=zone, is_client=is_client)
        self._nodes[name] = node
        self.network.join(node)
        return node

    def boot(self) -> None:
        """Start every node, in the order in which they were added."""
        for node in self._nodes.values():
            self.at(0, node.start)

    def run_until(self, end: int, *, limit: int | None = None) -> None:
        """Let time pass up to `end` ns; OutOfEvents after `limit` events.

        A disk error that a handler or timer let through is the node's to bear, as a process would: `on_disk_error`.
        """
        began, left = self.kernel.sequence, limit
        while True:
            try:
                self.kernel.run_until(end, limit=left, between=self.trace.flush)
            except DiskError as error:
                self._nodes[error.disk].disk_failed(error)
                left = None if limit is None else max(limit - (self.kernel.sequence - began), 0)
            else:
                return

    def close(self) -> None:
        """End every story where it stands. Its `finally` blocks run now, and not at some collection of garbage later.

        What they do is no part of the run any more. All end; the first error of one is raised.
        """
        errors = [error for node in self.machines for error in node.close()]
        if errors:
            raise errors[0]

    def halt(self) -> None:
        """Let `run_until` end now, once what happens at this moment has happened."""
        self.kernel.halt()

    def at(self, ns: int, callback: Callable[[], None]) -> None:
        """Call `callback` at world time `ns`, behind whatever stands at that instant in order of these calls.

        What it does follows from the record that is being handled now.
        """
        cause = self.trace.cause

        def act(_: object) -> None:
            self.trace.cause = cause
            callback()

        self.kernel.at(max(ns, self.kernel._now), 0, act, None)

    def subscribe(self, kinds: Iterable[type[Event]], observer: Observer) -> None:
        """Show `observer` every event of these kinds, and of kinds made from them. It must not disturb the world."""
        for kind in kinds:
            check_fields(kind)
            self._watchers.setdefault(kind, []).append(observer)
        self._observers.clear()

    def subscribe_named(self, kind: str, observer: Observer) -> None:
        """Like `subscribe`, for the kind of events whose class has this name, whoever defines it."""
        self._named.setdefault(kind, []).append(observer)

    def emitted(self, node: Node, event: Event) -> None:
        """Record an event of a node and show it to those who watch its kind."""
        now, trace = self.kernel._now, self.trace
        trace.at = record = trace.at + 1
        trace.buffer.append((now, records.EMIT, node.name, node.incarnation, trace.cause, event))
        observers = self._observers.get(event.__class__)
        if observers is None:
            observers = self._observers_of(event.__class__)
        if observers:
            emitted = Emitted(now, node.name, node.incarnation, record, event)
            for observer in observers:
                observer(emitted)
        if self._named:
            for observer in self._named.get(type(event).__name__, ()):
                observer(Emitted(now, node.name, node.incarnation, record, event))

    def _observers_of(self, kind: type[Event]) -> list[Observer]:
        """A kind is emitted for the first time: see that it can be said, and who watches it or what it is made from."""
        check_fields(kind)
        found: list[Observer] = []
        for base in kind.__mro__:
            found += [one for one in self._watchers.get(base, ()) if one not in found]
        return self._observers.setdefault(kind, found)

    # Levers, in pairs. Each counts, so that faults which overlap heal in any order.

    def crash(self, name: str, disk: str = "lose-unsynced", stream: Stream | None = None) -> None:
        """Crash a node and hold it down; the disk keeps what the mode `disk` says, drawn from `stream`."""
        node = self._nodes[name]
        node.holds += 1
        if not node.up and disk == "wipe":
            node.disk.crash(disk, stream or self._crash_stream(node))
        node.stop(disk, stream or self._crash_stream(node))

    def start(self, name: str) -> None:
        """Let go of a crashed node; it starts when no fault holds it any more."""
        node = self._nodes[name]
        assert node.holds, f"start({name}) without a crash"
        node.holds -= 1
        if not node.holds:
            node.start()

    def pause(self, name: str) -> None:
        """Stop a node's process; what reaches it waits."""
        self._nodes[name].pause()

    def resume(self, name: str) -> None:
        """Let a paused node go on."""
        self._nodes[name].resume()

    def corrupt(self, name: str, strings: Strings) -> None:
        """Let `strings` do as they like with what a node says and hears. Its name stays on the list of the corrupt."""
        self.byzantine[name] = None
        self.registry.coins.corrupt[name] = None
        self._nodes[name].hang(strings)

    def redeem(self, name: str, strings: Strings) -> None:
        """Let the node speak for itself again."""
        self._nodes[name].free(strings)

    def fallen(self, node: Node) -> None:
        """A node crashed by its own doing: the process is gone, the machine stays. A supervisor starts it again."""
        node.stop("keep", self._crash_stream(node))
        self.at(self.now + self.setting.restart_after, lambda: None if node.holds else node.start())

    def record_fault(self, fault: str, what: str, kind: str, targets: tuple[str, ...]) -> None:
        """Write into the trace that a fault was injected, healed or skipped."""
        self.trace.cause = self.trace.record(self.now, records.FAULT, fault, what, kind, targets)

    def make_disk(self, name: str) -> Disk:
        """The disk of a node."""
        ties = self.stream("node", name, "disk", "ties")
        kernel = self.kernel

        def at(time: int, callback: Callable[[], None]) -> None:
            def act(_: object) -> None:
                kernel.ties = ties
                callback()

            kernel.at(time, ties.word(), act, None)

        return Disk(
            name=name,
            stream=self.stream("node", name, "disk"),
            now=lambda: kernel._now,
            at=at,
            profile=self.setting.disk,
            event=lambda: simpy.Event(kernel),
        )

    def _crash_stream(self, node: Node) -> Stream:
        return self.stream("node", node.name, "crash", node.incarnation)

    def _latency(self, source: Node, target: Node) -> Distribution:
        topology = self.setting.topology
        if topology is None or not (source.zone and target.zone):
            return self.setting.latency
        return topology.latency(source.zone, target.zone)
