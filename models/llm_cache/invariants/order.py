"""Order: the least recently touched block goes first, and nobody is overtaken for ever."""

from collections import OrderedDict
from collections.abc import Iterable

from models.llm_cache.block import CACHED, FREE
from models.llm_cache.events import Admitted, BlockState, EngineStarted, Evicted, Filled, Gone, Queued, Unpinned
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class _Cache:
    """The cached blocks of one engine in the order in which they were given back, and how many stand behind each.

    Blocks are given back and cached at one moment, so they come in order; `sorted` says whether they always did.
    """

    def __init__(self) -> None:
        self.touches = 0
        self.touched: dict[int, int] = {}
        self.cached: OrderedDict[int, int] = OrderedDict()
        self.newest = 0
        self.sorted = True
        self.parents: dict[int, int] = {}
        self.children: dict[int, int] = {}

    def touch(self, blocks: Iterable[int]) -> None:
        """They were given back just now."""
        for block in blocks:
            self.touches += 1
            self.touched[block] = self.touches

    def rest(self, blocks: Iterable[int]) -> None:
        """They are cached from now on."""
        for block in blocks:
            touch = self.touched.get(block, 0)
            self.sorted = self.sorted and touch > self.newest
            self.cached[block] = self.newest = touch

    def wake(self, blocks: Iterable[int]) -> None:
        """They are needed again."""
        for block in blocks:
            self.cached.pop(block, None)

    def stand(self, blocks: Iterable[int], before: int) -> None:
        """They are complete, each behind the one before it, the first behind `before`."""
        for block in blocks:
            self.parents[block] = before
            self.children[before] = self.children.get(before, 0) + 1
            before = block

    def oldest(self) -> int | None:
        """The cached block without a child that was touched first."""
        first = next(iter(self.cached), None)
        if first is not None and self.sorted and not self.children.get(first):
            return first
        leaves = [(touch, block) for block, touch in self.cached.items() if not self.children.get(block)]
        return min(leaves)[1] if leaves else None

    def free(self, blocks: Iterable[int]) -> None:
        """They hold nothing."""
        for block in blocks:
            self.cached.pop(block, None)
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
        if isinstance(event, BlockState):
            if event.target == CACHED:
                cache.rest(event.blocks)
            elif event.target == FREE:
                cache.free(event.blocks)
            elif event.source == CACHED:
                cache.wake(event.blocks)
        elif isinstance(event, Unpinned):
            cache.touch(event.blocks)
        elif isinstance(event, Filled):
            cache.stand(event.blocks, event.parent)
        elif isinstance(event, Evicted):
            for block in event.blocks:
                oldest = cache.oldest()
                if block != oldest:
                    said = f"block {block} was evicted, block {oldest} was touched before it"
                    self.contradict(emitted, f"{said}: {when(emitted)}")
                cache.free((block,))


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
