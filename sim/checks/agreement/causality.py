"""Orders that senders promise: first in, first out, and causal order (Birman, Schiper and Stephenson 1991)."""

from collections.abc import Hashable
from dataclasses import dataclass

from sim.checks.agreement.deliveries import life_of
from sim.checks.agreement.events import Broadcast, Delivered
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.checks.values import typed
from sim.world.message import Emitted

_Life = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A broadcast: the `number`-th of its sender's life (from 1), and how many of each life have to come before it."""

    life: _Life
    number: int
    needs: tuple[tuple[_Life, int], ...]


class _Orders:
    """Who broadcast what in which order, and how many messages of each sender's life each node has delivered."""

    def __init__(self) -> None:
        self.sent: dict[Hashable, _Sent] = {}
        self.broadcasts: dict[_Life, list[Emitted]] = {}
        self.delivered: dict[_Life, dict[_Life, int]] = {}
        self.fresh: dict[_Life, dict[_Life, int]] = {}  # what a node delivered since its last broadcast
        self.spoke: dict[_Life, int] = {}  # the incarnation that broadcast last
        self.early: dict[Hashable, Emitted] = {}  # deliveries of what nobody had broadcast

    def broadcast(self, emitted: Emitted, key: Hashable, node: _Life) -> None:
        """Number a message; what its life broadcast before it has told of all that is not fresh."""
        if key in self.sent:
            return
        life = (emitted.node, emitted.incarnation)
        mine = self.broadcasts.setdefault(life, [])
        mine.append(emitted)
        known = self.fresh if self.spoke.get(node) == emitted.incarnation else self.delivered
        self.sent[key] = _Sent(life, len(mine), tuple(known.get(node, {}).items()))
        self.spoke[node] = emitted.incarnation
        self.fresh[node] = {}

    def deliver(self, emitted: Emitted, key: Hashable, node: _Life, causal: bool) -> Emitted | None:
        """Count a delivery; the broadcast whose message had to come first and did not, or None."""
        sent = self.sent.get(key)
        if sent is None:  # of a Byzantine sender, or from nowhere: another check's business
            self.early.setdefault(key, emitted)
            return None
        counts = self.delivered.setdefault(node, {})
        before = counts.get(sent.life, 0)
        if sent.number > before + 1:
            return self.broadcasts[sent.life][before]
        for life, number in sent.needs if causal else ():
            if counts.get(life, 0) < number:
                return self.broadcasts[life][counts.get(life, 0)]
        counts[sent.life] = max(before, sent.number)
        self.fresh.setdefault(node, {})[sent.life] = counts[sent.life]
        return None


class SenderOrder(Promise):
    """No node delivers a message before one that its sender broadcast earlier, in the same incarnation: FIFO order.

    With `causal` also not before one that its sender had delivered when it broadcast: causal order. `volatile`: an
    incarnation delivers from the first message again. What a Byzantine node broadcast is bound by no order.
    """

    watches = (Broadcast, Delivered)
    evidence = (Delivered,)

    def __init__(
        self,
        *,
        causal: bool = False,
        volatile: bool = False,
        byzantine: frozenset[str] | None = None,
        f: int | None = None,
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._causal = causal
        self._volatile = volatile
        self._orders = _Orders()
        self.name = "causal-order" if causal else "fifo-order"
        self.claim = f"all delivered in {'causal' if causal else 'FIFO'} order"

    def fold(self, emitted: Emitted) -> None:
        """Number broadcasts; count deliveries."""
        event = emitted.event
        assert isinstance(event, (Broadcast, Delivered)), "these two are watched"
        if self.undecided:
            return
        key, node = typed(event.message), life_of(emitted, self._volatile)
        if isinstance(event, Broadcast):
            self._orders.broadcast(emitted, key, node)
            early = self._orders.early.get(key)
            if early is not None:
                self.doubt(f"{when(early)} delivered {say(event.message)}, which {when(emitted)} broadcast only then")
            return
        missing = self._orders.deliver(emitted, key, node, self._causal)
        if missing is not None:
            self._explain(emitted, event, key, missing)

    def _explain(self, emitted: Emitted, event: Delivered, key: Hashable, missing: Emitted) -> None:
        sent = self._orders.sent[key]
        broadcast = self._orders.broadcasts[sent.life][sent.number - 1]
        earlier = missing.event
        assert isinstance(earlier, Broadcast), "the list holds broadcasts"
        time = when(missing).partition(" at ")[2]
        own = missing.node == broadcast.node
        why = f"had broadcast {{}} at {time}" if own else f"had delivered {{}}, broadcast by {when(missing)}"
        self.contradict(
            emitted.t_ns,
            f"{when(emitted)} delivered {say(event.message)} but not {say(earlier.message)} before it; "
            f"{when(broadcast)} broadcast {say(event.message)} when it {why.format(say(earlier.message))}",
        )
