"""Memory: each block in one state, each state counted, each pin taken off once."""

from collections import Counter

from models.llm_cache.block import CACHED, FILLING, FREE, USED
from models.llm_cache.events import BlockState, EngineStarted, Evicted, Gone, Pinned, Pool, Unpinned
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class MemoryConserved(Invariant):
    """FREE + FILLING + CACHED + USED = total at every event, and an attempt that has left an engine holds nothing."""

    name = "memory-conserved"
    claim = "every block was in one state at a time, and none was lost"
    watches = (EngineStarted, BlockState, Pool, Pinned, Unpinned, Gone)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._states: dict[str, list[str]] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._pins: dict[str, Counter[str]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Move blocks, count."""
        event, node = emitted.event, emitted.node
        if isinstance(event, BlockState):
            self._move(emitted, event)
        elif isinstance(event, EngineStarted):
            self._start(emitted, event)
        elif isinstance(event, Pinned):
            self._pins[node][event.attempt] += len(event.blocks)
        elif isinstance(event, Unpinned):
            self._pins[node][event.attempt] -= len(event.blocks)
        elif isinstance(event, Gone):
            held = self._pins[node].pop(event.attempt, 0)
            if held:
                said = f"{event.attempt} has {event.why} and holds {held} blocks still"
                self.contradict(emitted, f"{said}: {when(emitted)}")
        elif isinstance(event, Pool):
            self._compare(emitted, event)

    def _start(self, emitted: Emitted, event: EngineStarted) -> None:
        self._states[emitted.node] = [FREE] * event.total
        self._counts[emitted.node] = Counter({FREE: event.total})
        self._pins[emitted.node] = Counter()
        if event.claim and event.total * event.block_bytes > event.claim:
            said = f"{event.total} blocks of {event.block_bytes} bytes are more than the claim of {event.claim}"
            self.contradict(emitted, f"{said}: {when(emitted)}")

    def _move(self, emitted: Emitted, event: BlockState) -> None:
        states, counts = self._states[emitted.node], self._counts[emitted.node]
        source, target = event.source, event.target
        for block in event.blocks:
            state = states[block]
            if state != source:
                said = f"block {block} goes from {source} to {target}, and was {state}"
                self.contradict(emitted, f"{said}: {when(emitted)}")
                counts[state] -= 1
                counts[source] += 1
            states[block] = target
        counts[source] -= len(event.blocks)
        counts[target] += len(event.blocks)

    def _compare(self, emitted: Emitted, event: Pool) -> None:
        counts = self._counts[emitted.node]
        told = {FREE: event.free, FILLING: event.filling, CACHED: event.cached, USED: event.used}
        for state, count in told.items():
            if count != counts[state]:
                said = f"the pool counts {count} blocks that are {state}, there are {counts[state]}"
                self.contradict(emitted, f"{said}: {when(emitted)}")


class RefcountTrue(Invariant):
    """A block's count of references is the number of those that need it; none of them is freed or evicted."""

    name = "refcount-true"
    claim = "every block was needed by as many as its count said, and none that was needed went"
    watches = (EngineStarted, Pinned, Unpinned, BlockState, Evicted)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._pins: dict[str, list[int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count."""
        event = emitted.event
        if isinstance(event, EngineStarted):
            self._pins[emitted.node] = [0] * event.total
            return
        pins = self._pins[emitted.node]
        if isinstance(event, BlockState):
            if event.target in (FREE, CACHED):
                self._unneeded(emitted, event.blocks, pins, f"became {event.target}")
            elif event.target == USED and min([pins[block] for block in event.blocks]) < 1:
                self.contradict(emitted, f"a block became USED and nobody needs it: {when(emitted)}")
        elif isinstance(event, Pinned):
            for block in event.blocks:
                pins[block] += 1
        elif isinstance(event, Unpinned):
            self._unpin(emitted, event, pins)
        elif isinstance(event, Evicted):
            self._unneeded(emitted, event.blocks, pins, "was evicted")

    def _unpin(self, emitted: Emitted, event: Unpinned, pins: list[int]) -> None:
        for block, refs in zip(event.blocks, event.refs, strict=True):
            left = pins[block] = pins[block] - 1
            if left < 0:
                self.contradict(emitted, f"{event.attempt} does not need block {block} twice: {when(emitted)}")
            elif refs != left:
                said = f"block {block} says that {refs} need it, {left} do"
                self.contradict(emitted, f"{said}: {when(emitted)}")

    def _unneeded(self, emitted: Emitted, blocks: tuple[int, ...], pins: list[int], what: str) -> None:
        for block in blocks:
            if pins[block] > 0:
                self.contradict(emitted, f"block {block} {what} while {pins[block]} need it: {when(emitted)}")
