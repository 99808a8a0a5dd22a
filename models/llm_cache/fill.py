"""Single-flight fills: what one attempt computes, others with the same prefix wait for, whoever computes it."""

from collections.abc import Sequence
from typing import Protocol

from models.llm_cache import events, truth
from models.llm_cache.block import FILLING, Block, alike, path
from models.llm_cache.chain import ROOT
from models.llm_cache.life import Life
from models.llm_cache.lookup import Sought
from models.llm_cache.pool import Pool, numbers
from sim import Event


class Place(Protocol):
    """What fills need of their engine."""

    pool: Pool

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def weights(self, life: Life) -> bytes:
        """What an attempt is computed with."""

    def start(self, life: Life) -> None:
        """All that it waited for is there, or is its own to compute."""


class Fills:
    """Blocks that somebody computes, by key."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.under_way: dict[int, list[Block]] = {}

    def joinable(self, sought: Sought, matched: Sequence[Block]) -> list[Block]:
        """The whole path of what is there and what is being computed, first block first."""
        last = begun = matched[-1] if matched else None
        count = len(matched)
        for number in range(len(matched), len(sought.pieces)):
            found = self.filling(sought, number, last)
            if found is None:
                break
            last, count = found, number + 1
        return list(matched) if last is begun else path(last)[-count:]

    def filling(self, sought: Sought, number: int, before: Block | None) -> Block | None:
        """The block that will hold the `number`-th piece behind `before`."""
        for block in self.under_way.get(sought.keys[number], ()):
            same = block.tokens == sought.pieces[number] and block.extra == sought.extras[number]
            if same and alike(block.parent, before):
                return block
        return None

    def join(self, life: Life, blocks: Sequence[Block]) -> None:
        """Wait for them."""
        for block in blocks:
            block.waiters.append(life)
        life.pending = len(blocks)
        self._place.emit(events.Joined(life.attempt, numbers(blocks)))

    def begin(self, life: Life, first: int, blocks: Sequence[Block], *, taken_over: bool = False) -> None:
        """Compute them, the `first`-th of its text and those behind it."""
        for block in blocks:
            block.filler = life
            if not taken_over and block.key is not None:
                self.under_way.setdefault(block.key, []).append(block)
        keys = tuple([block.key for block in blocks if block.key is not None])
        self._place.emit(events.FillBegan(life.attempt, first, numbers(blocks), keys, taken_over))

    def complete(self, life: Life, first: int, end: int) -> None:
        """The blocks `first` to `end - 1` of its text are computed."""
        blocks = life.blocks[first:end]
        weights = self._place.weights(life)
        for block in blocks:
            if block.content == truth.ROOT:
                self.compute(block, weights)
            block.filler = None
            self.settle(block)
        self._say(life, first, blocks)
        parent = blocks[0].parent
        self._place.pool.complete(blocks, ROOT if parent is None or parent.key is None else parent.key)
        self._wake(blocks)

    def compute(self, block: Block, weights: bytes) -> None:
        """Its content is what was really read of the block before it, and its own tokens."""
        before = truth.ROOT if block.parent is None else block.parent.content
        block.content = truth.content(before, block.tokens, weights)

    def abandon(self, life: Life) -> None:
        """Who computes these blocks has gone: of those that wait for one, the oldest takes it over."""
        own = [block for block in life.blocks[life.own_from :] if block.state == FILLING and block.filler is life]
        for block in life.blocks[: life.own_from]:
            if block.waiters and life in block.waiters:
                block.waiters.remove(life)
        lost = [block for block in own if block.key is not None]
        if lost:
            self._place.emit(events.FillLost(life.attempt, numbers(lost)))
        for block in own:
            block.filler = None
        heirs: dict[str, list[Block]] = {}
        lives: dict[str, Life] = {}
        for block in lost:
            heir = self.heir(block)
            if heir is not None:
                block.waiters.remove(heir)
                heirs.setdefault(heir.attempt, []).append(block)
                lives[heir.attempt] = heir
            else:
                self.settle(block)
        for attempt, blocks in heirs.items():
            self._inherit(lives[attempt], blocks)

    def heir(self, block: Block) -> Life | None:
        """The oldest of those that wait for it."""
        return min(block.waiters, key=lambda one: one.order, default=None)

    def _inherit(self, heir: Life, blocks: Sequence[Block]) -> None:
        first = next(number for number, block in enumerate(heir.blocks) if block is blocks[0])
        self.begin(heir, first, blocks, taken_over=True)
        heir.own_from = min(heir.own_from, first)
        heir.pending -= len(blocks)
        if not heir.pending:
            self._place.start(heir)

    def settle(self, block: Block) -> None:
        """Nobody computes it now."""
        found = self.under_way.get(block.key, []) if block.key is not None else []
        if block in found:
            found.remove(block)
            if not found and block.key is not None:
                del self.under_way[block.key]

    def _say(self, life: Life, first: int, blocks: Sequence[Block]) -> None:
        parent = -1 if blocks[0].parent is None else blocks[0].parent.number
        keys = tuple([block.key for block in blocks if block.key is not None])
        contents = tuple([block.content for block in blocks])
        public = life.origin.public
        self._place.emit(
            events.Filled(
                life.attempt, life.request, life.origin, life.version, parent, numbers(blocks), keys, contents, public
            )
        )
        assert first >= 0, "blocks are counted from the beginning of the text"

    def _wake(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if not block.waiters:
                continue
            waiters, block.waiters = block.waiters, []
            for life in waiters:
                life.pending -= 1
                if not life.pending:
                    self._place.start(life)
