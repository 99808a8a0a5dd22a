"""Total order broadcast, its liveness: what is broadcast or delivered anywhere arrives everywhere, in a stated time."""

from collections.abc import Hashable

from sim.checks.agreement.events import Broadcast, Delivered
from sim.checks.agreement.promise import Promise, deadline_ns, live
from sim.checks.agreement.words import honest_of, say, when
from sim.checks.check import RunRecord
from sim.checks.values import typed
from sim.world.message import Emitted
from sim.world.units import SECOND, show_ns


class _Arrivals:
    """When each node first delivered each message, in ns."""

    def __init__(self) -> None:
        self.of: dict[str, dict[Hashable, int]] = {}
        self.firsts: dict[Hashable, Emitted] = {}

    def note(self, emitted: Emitted, event: Delivered) -> None:
        key = typed(event.message)
        self.firsts.setdefault(key, emitted)
        self.of.setdefault(emitted.node, {}).setdefault(key, emitted.t_ns)

    def missing(self, key: Hashable, servers: list[str], due: int) -> list[str]:
        """The servers that had not delivered a message by `due`."""
        return [name for name in servers if self.of.get(name, {}).get(key, due + 1) > due]


class UniformDelivery(Promise):
    """What any honest node delivered, even one that crashed then, every honest server delivers.

    It has `within_ns` after the first delivery and the end of the storm. Messages delivered first too late for that
    are not judged.
    """

    name = "uniform-agreement"
    kind = "liveness"
    watches = evidence = (Delivered,)

    def __init__(
        self, *, within_ns: int = 5 * SECOND, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._within_ns = within_ns
        self._arrivals = _Arrivals()
        self.claim = f"what one delivered all delivered within {show_ns(within_ns)}"

    def fold(self, emitted: Emitted) -> None:
        """Note the first delivery at each node."""
        event = emitted.event
        assert isinstance(event, Delivered), "this one is watched"
        self._arrivals.note(emitted, event)

    def finish(self, record: RunRecord) -> None:
        """The first message that somebody lacks."""
        servers, judged = live(record, self.byzantine), 0
        for key, first in self._arrivals.firsts.items():
            due = deadline_ns(record, first.t_ns, self._within_ns)
            if due is None:
                continue
            judged += 1
            missing = self._arrivals.missing(key, servers, due)
            if missing:
                event = first.event
                assert isinstance(event, Delivered), "the map holds deliveries"
                said = f"{when(first)} delivered {say(event.message)}; {missing[0]} had not by {show_ns(due)}"
                self.contradict(due, said + _others(missing))
        if not judged:
            self.doubt(f"the run ended before {show_ns(self._within_ns)} had passed after any delivery and the storm")


class SenderDelivery(Promise):
    """What an honest node broadcasts is delivered by itself, or by some honest server if it is no server.

    Judged are broadcasts of the settle phase, in which nothing crashes; `durable` says that a node remembers what it
    broadcast over a crash, and then those of the storm count too.
    """

    name = "broadcast-validity"
    kind = "liveness"
    watches = (Broadcast, Delivered)
    evidence = (Broadcast,)

    def __init__(
        self,
        *,
        within_ns: int = 5 * SECOND,
        durable: bool = False,
        byzantine: frozenset[str] | None = None,
        f: int | None = None,
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._within_ns = within_ns
        self._durable = durable
        self._sent: dict[tuple[str, Hashable], Emitted] = {}
        self._arrivals = _Arrivals()
        self.claim = f"what was broadcast was delivered within {show_ns(within_ns)}"

    def fold(self, emitted: Emitted) -> None:
        """Note broadcasts and deliveries."""
        event = emitted.event
        if isinstance(event, Broadcast):
            self._sent.setdefault((emitted.node, typed(event.message)), emitted)
        elif isinstance(event, Delivered):
            self._arrivals.note(emitted, event)

    def finish(self, record: RunRecord) -> None:
        """The first broadcast that came to nothing."""
        judged = 0
        for (node, key), sent in self._sent.items():
            due = deadline_ns(record, sent.t_ns, self._within_ns)
            if due is not None and (self._durable or sent.t_ns >= record.settle_ns):
                judged += 1
                self._judge(record, node, key, due)
        if not judged:
            self.doubt(f"nothing was broadcast that had to be delivered {show_ns(self._within_ns)} before the end")

    def _judge(self, record: RunRecord, node: str, key: Hashable, due: int) -> None:
        servers = live(record, self.byzantine)
        awaited = [node] if node in servers else servers
        if len(self._arrivals.missing(key, awaited, due)) < len(awaited):
            return
        sent = self._sent[node, key]
        event = sent.event
        assert isinstance(event, Broadcast), "the map holds broadcasts"
        did = "it had not delivered that itself"
        if node not in servers:
            did = f"none of {honest_of(record.servers, self.byzantine)} had delivered it"
        self.contradict(due, f"{when(sent)} broadcast {say(event.message)}; by {show_ns(due)} {did}")


def _others(missing: list[str]) -> str:
    return "" if len(missing) == 1 else f", nor had {len(missing) - 1} more"
