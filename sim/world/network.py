"""The network: a directed link for each pair that ever spoke, each with its own chance.

A message takes one word of its link's stream: the low half picks the latency, the high half orders equal times. That
is all there is on a link without rules or cuts. Rules (the network's own and those of faults) stack in order; each
draws for every message from its own stream, lost or not, so that removing one moves no draw of another.
"""

from collections.abc import Callable, Iterable
from heapq import heappush
from typing import TYPE_CHECKING, Final

from sim.world import trace as records
from sim.world.distributions import Constant, Distribution, interpolate, quantiles
from sim.world.flight import Flight, Scheduler
from sim.world.kernel import TIE_SHIFT, Act, Kernel
from sim.world.link_rule import Frame, LinkRule, RuleOnLink, garble
from sim.world.message import Message
from sim.world.streams import Stream
from sim.world.trace import Trace
from sim.world.units import SECOND, US

if TYPE_CHECKING:
    from sim.world.node import Node

DELIVER: Final = records.DELIVER
LOOPBACK: Final = Constant(5 * US)
_U32 = 0xFFFFFFFF

Packet = tuple[int, int, int, Act, "Link", Message, int, int]
"""A message on its way, as the queue holds it: (arrival, tie, sequence, arrive, link, message, sent_ns, cause)."""


class Traffic:
    """What the network carried, counted in messages."""

    __slots__ = ("corrupted", "delivered", "duplicated", "lost", "sent")

    def __init__(self) -> None:
        self.sent = self.delivered = self.lost = self.duplicated = self.corrupted = 0


class Link:
    """One direction between two nodes. `plain` says that nothing but latency can happen on it."""

    # What every message touches stands first: with many nodes the lines of the processor's cache are what counts.
    __slots__ = (  # noqa: RUF023
        "words", "plain", "kernel", "table", "trace", "traffic", "cuts", "node", "source", "target",
        "_stream", "_network", "_last", "_busy_until", "rules", "fifo",
    )  # fmt: skip

    def __init__(self, network: "Network", source: "Node", node: "Node", latency: Distribution, stream: Stream) -> None:
        self._network = network
        self.kernel = network.kernel
        self._stream = stream
        self.words = stream.words
        self.table = quantiles(latency)
        self._last = 0
        self._busy_until = 0
        self.source = source.name
        self.target = node.name
        self.node = node
        self.trace = network.trace
        self.traffic = network.traffic
        self.fifo = network.fifo
        self.cuts = 0
        self.rules: list[RuleOnLink] = []
        self.plain = True

    def carry(self, message: Message) -> None:
        """Take a message: it arrives later, or several times, or never."""
        words = self.words
        word = words.pop() if words else self._stream.refill()
        self.traffic.sent += 1
        if not self.plain:
            strikes = [rule.strikes() for rule in self.rules]
            if self.cuts or self.fifo or any(strikes) or self._network.schedulers:
                self._carry_through_rules(message, word, strikes)
                return
        kernel = self.kernel
        now = kernel._now
        table, cell = self.table, word >> 22 & 1023
        low = table[cell]
        kernel.sequence = sequence = kernel.sequence + 1
        heappush(
            kernel._queue,
            (
                now + low + ((table[cell + 1] - low) * (word & 0x3FFFFF) >> 22),
                word >> TIE_SHIFT,
                sequence,
                arrive,
                self,
                message,
                now,
                self.trace.cause,
            ),
        )

    def hurry(self, message: Message) -> None:
        """Take a message that arrives at this very moment, unless the link is cut."""
        words = self.words
        word = words.pop() if words else self._stream.refill()
        self.traffic.sent += 1
        packet = self._packet(0, word, message)
        if self.cuts:
            self.lose(packet, "cut")
        else:
            heappush(self.kernel._queue, packet)

    @property
    def arrive(self) -> Act:
        """What delivers a packet of this link."""
        return arrive

    def lose(self, packet: Packet, why: str) -> None:
        """Record that a message never arrives."""
        _, _, _, _, _, message, sent_ns, cause = packet
        self.traffic.lost += 1
        self.trace.record(self.kernel._now, records.LOST, self.source, self.target, sent_ns, cause, message, why)

    def _carry_through_rules(self, message: Message, word: int, strikes: list[int]) -> None:
        frame = Frame(interpolate(self.table, word & _U32))
        for rule, strike in zip(self.rules, strikes, strict=True):
            if strike:
                rule.apply(frame, strike == 2)
        if self.cuts or frame.lost:
            self.lose(self._packet(0, word, message), "cut" if self.cuts else "lost")
        else:
            self._put_through(frame, message, word)
        for delay in frame.copies:
            self.traffic.duplicated += 1
            heappush(self.kernel._queue, self._packet(delay, word, message))

    def _packet(self, delay: int, word: int, message: Message) -> Packet:
        kernel = self.kernel
        now = kernel._now
        kernel.sequence += 1
        return (now + delay, word >> TIE_SHIFT, kernel.sequence, arrive, self, message, now, self.trace.cause)

    def _put_through(self, frame: Frame, message: Message, word: int) -> None:
        if frame.corrupt is not None:
            self.traffic.corrupted += 1
            altered = None if frame.checksum else garble(message, frame.corrupt)
            if altered is None:
                self.lose(self._packet(0, word, message), "corrupt")
                return
            message = altered
        delay = frame.delay
        now = self.kernel._now
        if frame.bandwidth:
            delay += self._queueing(frame.bandwidth, message)
        if self.fifo:
            self._last = max(now + delay, self._last + 1)
            delay = self._last - now
        packet = self._packet(delay, word, message)
        if self._network.schedulers:
            self._network.ask(Flight(self, message, delay, packet))
        else:
            heappush(self.kernel._queue, packet)

    def _queueing(self, bandwidth: int, message: Message) -> int:
        """How long until the last byte is on the line: the messages before it go first, then it takes its time."""
        now = self.kernel._now
        size = self._network.wire_size(message)
        self._busy_until = max(self._busy_until, now) + size * SECOND // bandwidth
        return self._busy_until - now

    def refresh(self) -> None:
        """See whether the short way is open again."""
        self.plain = not (self.cuts or self.rules or self.fifo or self._network.schedulers)


def arrive(packet: Packet) -> None:
    """Deliver a packet, unless its link was cut meanwhile or its node is down; a paused node takes it later."""
    _, _, _, _, link, message, sent_ns, cause = packet
    node = link.node
    if link.cuts:
        link.lose(packet, "cut")
    elif node.up and not node.paused:
        link.traffic.delivered += 1
        trace, source = link.trace, link.source
        trace.at = trace.cause = trace.at + 1
        trace.buffer.append((link.kernel._now, DELIVER, source, link.target, sent_ns, cause, message))
        link.kernel.ties = node.ties
        handler = node.handlers.get(message.__class__)
        if handler is None:
            raise TypeError(no_handler(node, source, message))
        handler(node.actor, source, message)
    elif node.up:
        node.enter(arrive, packet)
    else:
        link.lose(packet, "down")


class Network:
    """All links of a world, and the levers on them: cut and mend, degrade and restore.

    `latency_between(source, target)` gives the base latency of a pair of nodes; `base` is the network's own rule (its
    everyday loss, duplicates, reordering), None for a network without. `loopback` is how long a node takes to
    hear itself.
    """

    def __init__(
        self,
        kernel: Kernel,
        trace: Trace,
        stream: Callable[..., Stream],
        latency_between: "Callable[[Node, Node], Distribution]",
        *,
        base: LinkRule | None = None,
        fifo: bool = False,
        loopback: Distribution = LOOPBACK,
    ) -> None:
        self.kernel = kernel
        self.trace = trace
        self.traffic = Traffic()
        self.fifo = fifo
        self._loopback = loopback
        self._stream = stream
        self._latency_between = latency_between
        self._base = base
        self._nodes: dict[str, Node] = {}
        self._cuts: dict[tuple[str, str], int] = {}
        self._degraded: dict[int, tuple[frozenset[tuple[str, str]], LinkRule]] = {}
        self._handles = 0
        self.schedulers: list[Scheduler] = []

    def join(self, node: "Node") -> None:
        """Let a node be reached by its name."""
        self._nodes[node.name] = node

    def connect(self, source: "Node", to: str) -> Link:
        """The link from `source` to the node named `to`, made when the first message takes it."""
        node = self._nodes.get(to)
        if node is None:
            raise LookupError(f"{source.name} sends to {to!r}, which is not a node of this world")
        own = source is node
        latency = self._loopback if own else self._latency_between(source, node)
        stream = self._stream("link", source.name, to)
        link = Link(self, source, node, latency, stream)
        if self._base is not None and not own:
            link.rules.append(RuleOnLink(self._base, stream.child("network")))
        link.cuts = self._cuts.get((source.name, to), 0)
        for pairs, rule in self._degraded.values():
            if (source.name, to) in pairs:
                link.rules.append(self._on_link(rule, source.name, to))
        link.refresh()
        source.links[to] = link
        return link

    def cut(self, source: str, target: str) -> None:
        """Let nothing through from `source` to `target`, not even what is on its way, until as many `mend`s came."""
        self._change_cuts(source, target, 1)

    def mend(self, source: str, target: str) -> None:
        """Undo one `cut`."""
        assert self._cuts.get((source, target)), f"mend({source}, {target}) without a cut"
        self._change_cuts(source, target, -1)

    def _change_cuts(self, source: str, target: str, by: int) -> None:
        pair = (source, target)
        self._cuts[pair] = count = self._cuts.get(pair, 0) + by
        if not count:
            del self._cuts[pair]
        link = self._nodes[source].links.get(target)
        if link is not None:
            link.cuts = count
            link.refresh()

    def is_cut(self, source: str, target: str) -> bool:
        """Whether nothing gets through from `source` to `target` now."""
        return (source, target) in self._cuts

    def degrade(self, pairs: Iterable[tuple[str, str]], rule: LinkRule) -> int:
        """Put `rule` on the links of `pairs` (source, target), behind the rules that are there; returns its handle."""
        self._handles += 1
        covered = frozenset(pairs)
        self._degraded[self._handles] = (covered, rule)
        for source, target in sorted(covered):
            link = self._nodes[source].links.get(target)
            if link is not None:
                link.rules.append(self._on_link(rule, source, target))
                link.refresh()
        return self._handles

    def restore(self, handle: int) -> None:
        """Take the rule of this handle away."""
        pairs, rule = self._degraded.pop(handle)
        for source, target in sorted(pairs):
            link = self._nodes[source].links.get(target)
            if link is not None:
                link.rules = [one for one in link.rules if one.rule is not rule]
                link.refresh()

    def obey(self, scheduler: Scheduler) -> None:
        """Let `scheduler` decide about every message between two nodes that is sent from now on."""
        self.schedulers.append(scheduler)
        self._refresh()

    def ignore(self, scheduler: Scheduler) -> None:
        """Undo one `obey`. What the scheduler holds is its own to let go."""
        self.schedulers.remove(scheduler)
        self._refresh()

    def ask(self, flight: Flight) -> None:
        """Let the schedulers decide, each about what the one before it made of the delay."""
        for scheduler in tuple(self.schedulers):
            if flight.source == flight.target and not scheduler.selves:
                continue
            delay = scheduler.schedule(flight)
            if delay is None:
                return
            flight.delay = delay
        flight.depart(flight.delay)

    def _refresh(self) -> None:
        for node in self._nodes.values():
            for link in node.links.values():
                link.refresh()

    def wire_size(self, message: Message) -> int:
        """Bytes of a message on the wire: its encoding and 40 of headers."""
        return len(self._encode(message)) + 40

    def state(self) -> tuple[object, ...]:
        """What the levers stand at, for comparing before and after: cuts and rules by pair."""
        rules = sorted((pair, rule.id) for pairs, rule in self._degraded.values() for pair in pairs)
        return (tuple(sorted(self._cuts.items())), tuple(rules), tuple(one.id for one in self.schedulers))

    def _on_link(self, rule: LinkRule, source: str, target: str) -> RuleOnLink:
        return RuleOnLink(rule, self._stream("fault", rule.id, "link", source, target))

    @staticmethod
    def _encode(message: Message) -> bytes:
        from sim.world.link_rule import ENCODER

        return ENCODER.encode(message)


def no_handler(node: "Node", source: str, message: Message) -> str:
    """The sentence for a message that nobody expected."""
    actor, kind = type(node.actor).__name__, type(message).__name__
    return f"{actor} has no handler for {kind}, which {source} sent it; declare one with @on({kind})"
