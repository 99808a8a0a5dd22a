"""Budgets: of ranks and bytes of a release, and of every node's VRAM."""

from models.rfid_moe.events import Compressed, NodeStarted, ShardState, Vram
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import DRAINING, LOADING, READY
from sim import Emitted
from sim.invariants import Invariant, when


class BudgetExact(Invariant):
    """sum K_g = K, 1 <= K_g <= full_g, and the bytes of all images within the budget."""

    name = "budget-exact"
    claim = "every release spends its budget of ranks to the last one, and no byte more than it has"
    watches = (Compressed,)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002 - a release says all
        super().__init__()

    def observe(self, emitted: Emitted) -> None:
        """Add up."""
        event = emitted.event
        assert isinstance(event, Compressed), "it watches nothing else"
        where = f"release {event.release}, layer {event.layer}: "
        if sum(event.ranks) != event.budget:
            self.contradict(emitted, f"{where}groups have {sum(event.ranks)} ranks of a budget of {event.budget}")
        elif any(not 1 <= rank <= full for rank, full in zip(event.ranks, event.full, strict=True)):
            self.contradict(emitted, f"{where}ranks {event.ranks} are not all between 1 and {event.full}")
        elif event.size > event.size_max:
            self.contradict(emitted, f"{where}images have {event.size} bytes of {event.size_max}")


class VramKept(Invariant):
    """What lies on a node <= its rows in the ledger <= its VRAM less what others were granted."""

    name = "vram-kept"
    claim = "no node held more than its rows, and no rows exceeded its VRAM"
    watches = (NodeStarted, ShardState, Vram)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._stage = settings.full_bytes
        self._held: dict[str, dict[tuple[int, bool], int]] = {}
        self._sums: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow both sides."""
        event = emitted.event
        if isinstance(event, Vram):
            self._rows[event.of] = event.rows
            if event.rows + event.claimed > event.total:
                self.contradict(
                    emitted, f"{event.of} has rows of {event.rows} and claims of {event.claimed} in {event.total} bytes"
                )
            self._compare(emitted, event.of)
        elif isinstance(event, NodeStarted):
            self._held[emitted.node], self._sums[emitted.node] = {}, 0
        elif isinstance(event, ShardState):
            self._take(emitted.node, event)
            self._compare(emitted, emitted.node)

    def _take(self, node: str, event: ShardState) -> None:
        held = self._held.setdefault(node, {})
        key = (event.row, event.staged)
        before = held.pop(key, 0)
        if event.target in (LOADING, READY, DRAINING):
            held[key] = event.size
        self._sums[node] = self._sums.get(node, 0) - before + held.get(key, 0)

    def _compare(self, now: Emitted, node: str) -> None:
        held, rows = self._sums.get(node, 0), self._rows.get(node, 0)
        if held > rows:
            self.contradict(now, f"{node} holds {held} bytes and has rows of {rows} ({when(now)})")
