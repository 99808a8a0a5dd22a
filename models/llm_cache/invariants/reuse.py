"""Reuse: only complete blocks of the same text behind the same text, of those who may share."""

from collections import Counter

from models.llm_cache.block import FREE
from models.llm_cache.events import Asked, BlockState, EngineStarted, Filled, Reused
from models.llm_cache.invariants.known import Known
from models.llm_cache.messages import Origin
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class _Held:
    """A complete block: what was computed into it, for whom, and behind which block."""

    __slots__ = ("content", "filler", "origin", "parent", "version")

    def __init__(self, content: bytes, parent: int, origin: Origin, version: int, filler: str) -> None:
        self.content = content
        self.parent = parent
        self.origin = origin
        self.version = version
        self.filler = filler


class _Blocks(Invariant):
    """Folds which blocks of which engine are complete."""

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__()
        self._settings = settings
        self._size = settings.block_tokens
        self._known = known
        self._held: dict[str, dict[int, _Held]] = {}
        self._versions: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Complete blocks come and go."""
        event, node = emitted.event, emitted.node
        if isinstance(event, Asked):
            self._known.note(event)
        elif isinstance(event, EngineStarted):
            self._held[node] = {}
            self._versions[node] = event.version
            self.start(emitted)
        elif isinstance(event, Filled):
            before = event.parent
            for block, content in zip(event.blocks, event.contents, strict=True):
                held = _Held(content, before, event.origin, event.version, event.request)
                self._held[node][block] = held
                self.come(emitted, block, held)
                before = block
        elif isinstance(event, BlockState):
            for block in event.blocks if event.target == FREE else ():
                gone = self._held[node].pop(block, None)
                if gone is not None:
                    self.go(emitted, block, gone)
        elif isinstance(event, Reused):
            self.reuse(emitted, event)

    def start(self, emitted: Emitted) -> None:
        """An engine begins empty."""

    def come(self, emitted: Emitted, block: int, held: _Held) -> None:
        """A block is complete."""

    def go(self, emitted: Emitted, block: int, held: _Held) -> None:
        """A complete block is free."""

    def reuse(self, emitted: Emitted, event: Reused) -> None:
        """A request begins behind these blocks."""


class ChainTrue(_Blocks):
    """Reused blocks are complete, follow one another, and hold what the request's own text computes to."""

    name = "chain-true"
    claim = "every reused block was complete and held the request's own text behind its own text"
    watches = (Asked, EngineStarted, Filled, BlockState, Reused)

    def reuse(self, emitted: Emitted, event: Reused) -> None:
        """Block by block."""
        contents = self._known.contents(event.request, self._versions[emitted.node], self._size)
        before = -1
        for at, block in enumerate(event.blocks):
            held = self._held[emitted.node].get(block)
            if held is None:
                self._say(emitted, event, at, "is not complete")
                return
            if at >= len(contents) or held.content != contents[at]:
                self._say(emitted, event, at, "holds another text")
            if held.parent != before:
                self._say(emitted, event, at, f"stands behind block {held.parent}, not behind {before}")
            before = block

    def _say(self, emitted: Emitted, event: Reused, at: int, what: str) -> None:
        self.contradict(
            emitted, f"{event.request} reuses block {event.blocks[at]} as its {at}th, which {what}: {when(emitted)}"
        )


class Closed(_Blocks):
    """The block behind which a block was computed stays as long as it does."""

    name = "closed"
    claim = "no block outlived the one before it"
    watches = (EngineStarted, Filled, BlockState)

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__(settings, known)
        self._children: dict[str, Counter[int]] = {}

    def start(self, emitted: Emitted) -> None:
        """No children."""
        self._children[emitted.node] = Counter()

    def come(self, emitted: Emitted, block: int, held: _Held) -> None:
        """One more."""
        if held.parent >= 0:
            self._children[emitted.node][held.parent] += 1
            if held.parent not in self._held[emitted.node]:
                self.contradict(
                    emitted, f"block {block} stands behind {held.parent}, which is not complete: {when(emitted)}"
                )

    def go(self, emitted: Emitted, block: int, held: _Held) -> None:
        """None may be left."""
        children = self._children[emitted.node]
        if held.parent >= 0:
            children[held.parent] -= 1
        if children[block] > 0:
            self.contradict(emitted, f"block {block} went, {children[block]} behind it stayed: {when(emitted)}")
            children[block] = 0


class TenantApart(_Blocks):
    """Reused blocks were computed for the same tenant, or are of a public prompt that both were granted to share."""

    name = "tenant-apart"
    claim = "nobody reused what was computed for others, or by other weights"
    watches = (Asked, EngineStarted, Filled, BlockState, Reused)

    def reuse(self, emitted: Emitted, event: Reused) -> None:
        """Whose, and by what."""
        own, version = self._known.asked[event.request].origin, self._versions[emitted.node]
        for at, block in enumerate(event.blocks):
            held = self._held[emitted.node].get(block)
            if held is None:
                return
            other = held.origin
            if (other.model, other.adapter, held.version) != (own.model, own.adapter, version):
                said = f"{event.request} reuses block {block} of {held.filler}, computed by other weights"
                self.contradict(emitted, f"{said}: {when(emitted)}")
            public = self._settings.shared_salt and (at + 1) * self._size <= min(own.public, other.public)
            if other.tenant != own.tenant and not public:
                said = f"{event.request} of {own.tenant} reuses block {block} of {held.filler} of {other.tenant}"
                self.contradict(emitted, f"{said}: {when(emitted)}")
