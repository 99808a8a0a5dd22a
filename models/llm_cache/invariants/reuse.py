"""Reuse: only complete blocks of the same text behind the same text, of those who may share."""

from abc import abstractmethod

from models.llm_cache.events import Asked, EngineStarted, Filled, Freed, Reused
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class _OfReuse(Invariant):
    """A promise about each reuse, judged by what is complete at that moment."""

    watches = (Asked, EngineStarted, Filled, Freed, Reused)

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__()
        self._size = settings.block_tokens
        self._known = known

    def observe(self, emitted: Emitted) -> None:
        """Complete blocks come and go, and are reused."""
        event = emitted.event
        if isinstance(event, Reused):
            self._compare(emitted, event)
        elif isinstance(event, Asked):
            self._known.note(event)
        else:
            self._known.resident.fold(emitted)

    @abstractmethod
    def _compare(self, emitted: Emitted, event: Reused) -> None:
        """Judge one reuse."""


class ChainTrue(_OfReuse):
    """Reused blocks are complete, follow one another, and hold what the request's own text computes to."""

    name = "chain-true"
    claim = "every reused block was complete and held the request's own text behind its own text"

    def _compare(self, emitted: Emitted, event: Reused) -> None:
        """Block by block."""
        resident = self._known.resident
        contents = self._known.contents(event.request, resident.versions[emitted.node], self._size)
        blocks, before = resident.blocks[emitted.node], -1
        for at, block in enumerate(event.blocks):
            held = blocks.get(block)
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


class Closed(Invariant):
    """The block behind which a block was computed stays as long as it does."""

    name = "closed"
    claim = "no block outlived the one before it"
    watches = (EngineStarted, Filled, Freed)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._resident = known.resident
        self._children: dict[str, dict[int, int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count what stands behind each block."""
        self._resident.fold(emitted)
        event, node = emitted.event, emitted.node
        if isinstance(event, Filled):
            self._come(emitted, event, self._children[node])
        elif isinstance(event, EngineStarted):
            self._children[node] = {}
        else:
            self._go(emitted, self._children[node])

    def _come(self, emitted: Emitted, event: Filled, children: dict[int, int]) -> None:
        blocks, before = self._resident.blocks[emitted.node], event.parent
        for block in event.blocks:
            if before >= 0:
                children[before] = children.get(before, 0) + 1
                if before not in blocks:
                    said = f"block {block} stands behind {before}, which is not complete"
                    self.contradict(emitted, f"{said}: {when(emitted)}")
            before = block

    def _go(self, emitted: Emitted, children: dict[int, int]) -> None:
        """Block by block in the order in which they went: the parent of one that went may be next."""
        for block, held in self._resident.gone.items():
            if held.parent >= 0:
                children[held.parent] = children.get(held.parent, 0) - 1
            left = children.pop(block, 0)
            if left > 0:
                self.contradict(emitted, f"block {block} went, {left} behind it stayed: {when(emitted)}")


class TenantApart(_OfReuse):
    """Reused blocks were computed for the same tenant, or are of a public prompt that both were granted to share."""

    name = "tenant-apart"
    claim = "nobody reused what was computed for others, or by other weights"

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__(settings, known)
        self._shared = settings.shared_salt

    def _compare(self, emitted: Emitted, event: Reused) -> None:
        """Whose, and by what."""
        resident = self._known.resident
        own, version = self._known.asked[event.request].origin, resident.versions[emitted.node]
        blocks = resident.blocks[emitted.node]
        for at, block in enumerate(event.blocks):
            held = blocks.get(block)
            if held is None:
                return
            other = held.origin
            if other is own and held.version == version:
                continue
            if (other.model, other.adapter, held.version) != (own.model, own.adapter, version):
                said = f"{event.request} reuses block {block} of {held.filler}, computed by other weights"
                self.contradict(emitted, f"{said}: {when(emitted)}")
            if other.tenant == own.tenant:
                continue
            if not self._shared or (at + 1) * self._size > min(own.public, other.public):
                said = f"{event.request} of {own.tenant} reuses block {block} of {held.filler} of {other.tenant}"
                self.contradict(emitted, f"{said}: {when(emitted)}")
