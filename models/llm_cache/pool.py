"""The KV memory of one engine: blocks with reference counts, given up least recently used first.

FREE -> FILLING -> USED -> CACHED -> FREE, CACHED -> USED, FILLING -> FREE. A block is touched when a request gives it
back, from the end of the text to its beginning, so a parent is always fresher than its children: the least recently
touched cached block has no child in memory, and what stays is closed under parents.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from models.llm_cache import events
from models.llm_cache.block import CACHED, FILLING, FREE, USED, Block
from models.llm_cache.lookup import Prefixes
from models.llm_cache.teller import Teller
from sim import Event


class Owner(Protocol):
    """What a pool needs of its engine."""

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def elapsed(self) -> int:
        """The engine's clock, in ns."""


class Pool:
    """`total` blocks."""

    def __init__(self, owner: Owner, total: int, prefixes: Prefixes, teller: Teller) -> None:
        self._owner = owner
        self._prefixes = prefixes
        self._teller = teller
        self._total = total
        self._free: list[Block] = []
        self.made: list[Block] = []
        self.cached: dict[int, Block] = {}
        self.filling = self.used = 0

    @property
    def free(self) -> int:
        """Blocks that hold nothing; they are made when they are first needed."""
        return len(self._free) + self._total - len(self.made)

    def room(self, path: Sequence[Block]) -> int:
        """Blocks that can be had by somebody who keeps `path`."""
        return self.free + len(self.cached) - sum([block.state == CACHED for block in path])

    def report(self) -> events.Pool:
        """How many blocks are in each state."""
        return events.Pool(self.free, self.filling, len(self.cached), self.used)

    def pin(self, attempt: str, blocks: Sequence[Block]) -> None:
        """The attempt needs them: none of them is given up before it says so."""
        if not blocks:
            return
        woken = []
        for block in blocks:
            block.refs += 1
            block.uses += 1
            if block.state == CACHED:
                del self.cached[block.number]
                woken.append(block)
        self.used += len(woken)
        self._owner.emit(events.Pinned(attempt, numbers(blocks)))
        self._turn(woken, CACHED, USED)

    def unpin(self, attempt: str, blocks: Sequence[Block]) -> None:
        """It needs them no longer. What nobody needs is kept if it is complete, and free if not."""
        if not blocks:
            return
        for block in blocks:
            block.refs -= 1
        self._owner.emit(events.Unpinned(attempt, numbers(blocks), tuple([block.refs for block in blocks])))
        idle = [block for block in blocks if block.refs <= 0]
        self._rest([block for block in idle if block.state == USED])
        self.discard([block for block in idle if block.state == FILLING])

    def take(self, attempt: str, count: int) -> list[Block]:
        """So many blocks to fill, pinned; the caller knows that there is room."""
        if count > self.free:
            self.evict(count - self.free)
        taken = [self._again() if self._free else self._make() for _ in range(count)]
        for block in taken:
            block.refs = block.uses = 1
        self.filling += count
        self._turn(taken, FREE, FILLING)
        self._owner.emit(events.Pinned(attempt, numbers(taken)))
        return taken

    def complete(self, blocks: Sequence[Block], parent: int) -> None:
        """They hold what their keys say: others may use them. `parent` is the key before the first."""
        self.filling -= len(blocks)
        self.used += len(blocks)
        self._turn(blocks, FILLING, USED)
        for block in blocks:
            self.offer(block)
        self._teller.stored([block.key for block in blocks if block.key is not None], parent)

    def offer(self, block: Block) -> None:
        """From now on others find it by its key."""
        if not block.offered:
            block.offered = True
            self._prefixes.insert(block)

    def discard(self, blocks: Sequence[Block]) -> None:
        """They were never complete, and nobody computes them."""
        self.filling -= len(blocks)
        self._turn(blocks, FILLING, FREE)
        self._free += blocks

    def evict(self, count: int) -> None:
        """Give up so many blocks."""
        victims, now = [], self._owner.elapsed()
        for _ in range(count):
            block = self.victim()
            self.cached.pop(block.number, None)
            self.forget(block)
            block.offered = False
            victims.append(block)
        ages = tuple([now - block.since for block in victims])
        keys = [block.key for block in victims if block.key is not None]
        self._owner.emit(events.Evicted(numbers(victims), tuple(keys), ages))
        self._turn(victims, CACHED, FREE)
        self._free += victims
        self._teller.removed(keys)

    def victim(self) -> Block:
        """The cached block that was touched least recently."""
        return next(iter(self.cached.values()))

    def forget(self, block: Block) -> None:
        """Nobody finds it by its key any longer."""
        self._prefixes.forget(block)

    def _again(self) -> Block:
        block = self._free.pop()
        block.clear()
        return block

    def _make(self) -> Block:
        self.made.append(Block(len(self.made)))
        return self.made[-1]

    def _rest(self, blocks: Sequence[Block]) -> None:
        now = self._owner.elapsed()
        for block in blocks:
            block.since = now
            self.cached[block.number] = block
        self.used -= len(blocks)
        self._turn(blocks, USED, CACHED)

    def _turn(self, blocks: Sequence[Block], source: str, target: str) -> None:
        if blocks:
            for block in blocks:
                block.state = target
            kind = events.Freed if target == FREE else events.BlockState
            self._owner.emit(kind(source, target, numbers(blocks)))


def numbers(blocks: Iterable[Block]) -> tuple[int, ...]:
    """Their numbers."""
    return tuple([block.number for block in blocks])
