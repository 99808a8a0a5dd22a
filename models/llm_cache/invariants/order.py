"""Order: the least recently touched block goes first, and nobody is overtaken for ever."""

from collections import Counter
from heapq import heappop, heappush

from models.llm_cache.block import CACHED, FREE
from models.llm_cache.events import Admitted, BlockState, EngineStarted, Evicted, Filled, Gone, Queued, Unpinned
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class _Cache:
    """The cached blocks of one engine, when each was last given back, and how many stand behind each."""

    def __init__(self) -> None:
        self.touches = 0
        self.touched: dict[int, int] = {}
        self.cached: set[int] = set()
        self.heap: list[tuple[int, int]] = []
        self.parents: dict[int, int] = {}
        self.children: Counter[int] = Counter()

    def touch(self, block: int) -> None:
        """It was given back just now."""
        self.touches += 1
        self.touched[block] = self.touches
        heappush(self.heap, (self.touches, block))

    def oldest(self) -> int | None:
        """The cached block without a child that was touched first."""
        while self.heap and (self.heap[0][1] not in self.cached or self.touched[self.heap[0][1]] != self.heap[0][0]):
            heappop(self.heap)
        if self.heap and not self.children[self.heap[0][1]]:
            return self.heap[0][1]
        leaves = [(self.touched[block], block) for block in self.cached if not self.children[block]]
        return min(leaves)[1] if leaves else None

    def free(self, block: int) -> None:
        """It holds nothing."""
        self.cached.discard(block)
        parent = self.parents.pop(block, -1)
        if parent >= 0:
            self.children[parent] -= 1


class LruOrder(Invariant):
    """Each evicted block was, of those that nobody needs and nothing stands behind, the least recently touched."""

    name = "lru-order"
    claim = "every evicted block was the least recently touched one that could go"
    watches = (EngineStarted, BlockState, Unpinned, Evicted, Filled)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._caches: dict[str, _Cache] = {}

    def observe(self, emitted: Emitted) -> None:
        """Touch, evict."""
        event = emitted.event
        if isinstance(event, EngineStarted):
            self._caches[emitted.node] = _Cache()
            return
        cache = self._caches[emitted.node]
        if isinstance(event, Unpinned):
            for block in event.blocks:
                cache.touch(block)
        elif isinstance(event, Filled):
            before = event.parent
            for block in event.blocks:
                cache.parents[block] = before
                cache.children[before] += 1
                before = block
        elif isinstance(event, BlockState):
            self._move(event, cache)
        elif isinstance(event, Evicted):
            for block in event.blocks:
                oldest = cache.oldest()
                if block != oldest:
                    said = f"block {block} was evicted, block {oldest} was touched before it"
                    self.contradict(emitted, f"{said}: {when(emitted)}")
                cache.free(block)

    def _move(self, event: BlockState, cache: _Cache) -> None:
        if event.target == CACHED:
            cache.cached.update(event.blocks)
        elif event.target == FREE:
            for block in event.blocks:
                cache.free(block)
        elif event.source == CACHED:
            cache.cached.difference_update(event.blocks)


class NoOvertake(Invariant):
    """Whoever waits in an engine is passed by at most so many that came later."""

    name = "no-overtake"
    watches = (EngineStarted, Queued, Admitted, Gone)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._most = settings.overtake_max
        self.claim = f"nobody was passed by more than {self._most} that came later"
        self._waiting: dict[str, dict[str, tuple[int, int]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count who passes whom."""
        event, node = emitted.event, emitted.node
        if isinstance(event, EngineStarted):
            self._waiting[node] = {}
        elif isinstance(event, Queued):
            self._waiting[node][event.attempt] = (event.order, 0)
        elif isinstance(event, Gone) and event.why != "preempted":
            self._waiting[node].pop(event.attempt, None)
        elif isinstance(event, Admitted):
            waiting = self._waiting[node]
            waiting.pop(event.attempt, None)
            for attempt, (order, passed) in waiting.items():
                if order < event.order:
                    waiting[attempt] = (order, passed + 1)
                    if passed + 1 > self._most:
                        said = f"{attempt} was passed by {passed + 1} that came later, {event.attempt} among them"
                        self.contradict(emitted, f"{said}: {when(emitted)}")
