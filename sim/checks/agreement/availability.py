"""Data availability: what a decided value stands for is held by enough honest nodes, then and from then on."""

from collections.abc import Hashable

from sim.checks.agreement.events import DataDropped, DataHeld, Decided
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import listed, say, when
from sim.checks.values import typed
from sim.world.message import Emitted


class DataAvailable(Promise):
    """From its decision on, at least `holders` honest nodes hold the data of a decided value.

    Holding is durable: it outlives a crash, and ends only with `DataDropped`.
    """

    name = "data-availability"
    watches = (Decided, DataHeld, DataDropped)
    evidence = (Decided,)

    def __init__(self, holders: int, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._least = holders
        self._holders: dict[Hashable, dict[str, None]] = {}
        self._decided: dict[Hashable, Emitted] = {}
        self.claim = f"every decided value was held by at least {holders} honest nodes"

    def fold(self, emitted: Emitted) -> None:
        """Count holders at each decision, and after it at each loss."""
        event = emitted.event
        assert isinstance(event, (Decided, DataHeld, DataDropped)), "these are watched"
        key = typed(event.value)
        holders = self._holders.setdefault(key, {})
        if isinstance(event, DataHeld):
            holders[emitted.node] = None
            return
        if isinstance(event, DataDropped):
            holders.pop(emitted.node, None)
            did = "dropped"
        else:
            self._decided.setdefault(key, emitted)
            did = "decided"
        first = self._decided.get(key)
        if first is not None and len(holders) < self._least:
            since = "" if first is emitted else f" ({when(first)} had decided it)"
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} {did} {say(event.value)}{since}, whose data is held by {len(holders)} honest nodes "
                f"({listed(holders)}); {self._least} are needed",
            )
