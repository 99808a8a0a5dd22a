"""Total order broadcast, its safety: every message once, none from nowhere, one order (Hadzilacos and Toueg 1994)."""

from collections.abc import Hashable

from sim.checks.agreement.events import Broadcast, Delivered
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.checks.values import typed
from sim.world.message import Emitted


class DeliveryIntegrity(Promise):
    """A node delivers a message at most once, and only if it had been broadcast, by its origin where one is named.

    `volatile`: an incarnation begins again with the first message. A message of a Byzantine origin may say anything;
    one without a named origin, that no honest node broadcast, leaves the verdict open where there is a Byzantine node.
    """

    name = "delivery-integrity"
    watches = (Broadcast, Delivered)
    evidence = (Delivered,)
    claim = "every message was delivered at most once, and had been broadcast"

    def __init__(
        self, *, volatile: bool = False, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._volatile = volatile
        self._sent: set[tuple[Hashable, str | None]] = set()
        self._delivered: dict[tuple[str, int], dict[Hashable, Emitted]] = {}

    def fold(self, emitted: Emitted) -> None:
        """Two look-ups per delivery."""
        event = emitted.event
        assert isinstance(event, (Broadcast, Delivered)), "these two are watched"
        key = typed(event.message)
        if isinstance(event, Broadcast):
            self._sent.update(((key, emitted.node), (key, None)))
            return
        life = life_of(emitted, self._volatile)
        first = self._delivered.setdefault(life, {}).setdefault(key, emitted)
        if first is not emitted:
            self.contradict(emitted.t_ns, f"{when(first)} delivered {say(event.message)}, and again {when(emitted)}")
        elif event.origin not in self.byzantine and (key, event.origin) not in self._sent:
            self._invented(emitted, event)

    def _invented(self, emitted: Emitted, event: Delivered) -> None:
        origin = "" if event.origin is None else f" as {event.origin}'s"
        said = f"{when(emitted)} delivered {say(event.message)}{origin}"
        if event.origin is not None:
            self.contradict(emitted.t_ns, f"{said}, which {event.origin} had not broadcast")
        elif self.byzantine:
            self.doubt(f"{said}, which no honest node had broadcast; a Byzantine one may have")
        else:
            self.contradict(emitted.t_ns, f"{said}, which nobody had broadcast")


class TotalOrder(Promise):
    """What any two nodes delivered is one sequence, or the beginning of it.

    The longest sequence so far is the order; each delivery is compared with it at its own place, which is once per
    delivery and no comparison in pairs. Two sequences of which neither begins the other cannot both begin the longest
    one, so nothing is missed. `volatile`: an incarnation delivers from the first message again.
    """

    name = "total-order"
    watches = evidence = (Delivered,)
    claim = "all delivered in one order"

    def __init__(
        self, *, volatile: bool = False, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._volatile = volatile
        self._order: list[tuple[Hashable, Emitted]] = []
        self._place: dict[tuple[str, int], int] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare with the order at the place that this node has reached, or make it longer."""
        event = emitted.event
        assert isinstance(event, Delivered), "this one is watched"
        life = life_of(emitted, self._volatile)
        place = self._place.get(life, 0)
        self._place[life] = place + 1
        key = typed(event.message)
        if place == len(self._order):
            self._order.append((key, emitted))
            return
        ordered, first = self._order[place]
        if ordered != key:
            self.contradict(
                emitted.t_ns,
                f"message {place + 1} of the order differs: {_delivery(first)}, {_delivery(emitted)}",
            )


def life_of(emitted: Emitted, volatile: bool) -> tuple[str, int]:
    """Whose sequence a delivery belongs to: the node's, or the incarnation's where sequences are volatile."""
    return emitted.node, emitted.incarnation if volatile else 0


def _delivery(emitted: Emitted) -> str:
    event = emitted.event
    assert isinstance(event, Delivered), "only deliveries are kept"
    term = "" if event.term is None else f" in term {say(event.term)}"
    return f"{when(emitted)} delivered {say(event.message)}{term}"
