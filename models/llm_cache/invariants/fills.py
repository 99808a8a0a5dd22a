"""Fills: one at a time for each block of a text, and nobody waits for one that nobody computes."""

from models.llm_cache.chain import SHARED
from models.llm_cache.events import Asked, EngineStarted, FillBegan, Filled, FillLost, Freed, Gone, Joined
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when

Identity = tuple[int, bytes, str]
"""A key, what is to stand under it, and for whom: short keys of different blocks may be equal."""


class _Engine:
    """What one engine computes: identities under way, by block too; who waits for which; what nobody computes."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.under_way: dict[Identity, str] = {}
        self.of_block: dict[int, Identity] = {}
        self.waiting: dict[str, set[int]] = {}
        self.lost: dict[int, Emitted] = {}


class OneFill(Invariant):
    """No block of a text is computed twice at a time, and what others wait for is computed or taken over."""

    name = "one-fill"
    claim = "no block was computed twice at a time, and nobody waited for one that nobody computed"
    watches = (Asked, EngineStarted, FillBegan, Filled, FillLost, Joined, Gone, Freed)

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__()
        self._size = settings.block_tokens
        self._shared = settings.shared_salt
        self._known = known
        self._engines: dict[str, _Engine] = {}

    def observe(self, emitted: Emitted) -> None:
        """Begin and end fills."""
        event = emitted.event
        if isinstance(event, Asked):
            self._known.note(event)
            return
        if isinstance(event, EngineStarted):
            self._engines[emitted.node] = _Engine(event.version)
            return
        engine = self._engines[emitted.node]
        if engine.lost:
            self._look_for_ghosts(emitted, engine)
        if isinstance(event, Filled):
            self._end(event.blocks, engine)
            for waited in engine.waiting.values():
                waited.difference_update(event.blocks)
        elif isinstance(event, FillBegan):
            self._begin(emitted, event, engine)
        elif isinstance(event, FillLost):
            self._end(event.blocks, engine)
            engine.lost.update(dict.fromkeys(event.blocks, emitted))
        elif isinstance(event, Joined):
            engine.waiting[event.attempt] = {*event.blocks}
        elif isinstance(event, Gone):
            engine.waiting.pop(event.attempt, None)
        elif isinstance(event, Freed) and engine.lost:
            for block in event.blocks:
                engine.lost.pop(block, None)

    def _begin(self, emitted: Emitted, event: FillBegan, engine: _Engine) -> None:
        request = event.attempt.rpartition("@")[0]
        contents = self._known.contents(request, engine.version, self._size)
        own, public = self._salts(request)
        for at, (block, key) in enumerate(zip(event.blocks, event.keys, strict=True), event.first):
            identity = (key, contents[at], SHARED if at < public else own)
            other = engine.under_way.get(identity)
            if other is not None:
                said = f"{event.attempt} computes block {at} of its text, which {other} computes already"
                self.contradict(emitted, f"{said}: {when(emitted)}")
            engine.under_way[identity] = event.attempt
            engine.of_block[block] = identity
            engine.lost.pop(block, None)
        engine.waiting.get(event.attempt, set()).difference_update(event.blocks)

    def _salts(self, request: str) -> tuple[str, int]:
        """Whose its blocks are: its tenant's, but for the first ones, in a public prompt that everybody shares."""
        origin = self._known.asked[request].origin
        return origin.tenant, origin.public // self._size if self._shared else 0

    def _end(self, blocks: tuple[int, ...], engine: _Engine) -> None:
        for block in blocks:
            identity = engine.of_block.pop(block, None)
            if identity is not None:
                engine.under_way.pop(identity, None)

    def _look_for_ghosts(self, emitted: Emitted, engine: _Engine) -> None:
        """What was lost is taken over in the same handler, or nobody wanted it."""
        for block, lost in list(engine.lost.items()):
            if lost.t_ns < emitted.t_ns:
                waiting = [attempt for attempt, blocks in engine.waiting.items() if block in blocks]
                if waiting:
                    self.contradict(emitted, f"{waiting[0]} waits for block {block}, lost by {when(lost)}")
                del engine.lost[block]
