"""Which blocks of a text are in memory: a map from keys to blocks, as in vLLM, behind the interface of both indexes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.llm_cache.block import Block, alike, path
from models.llm_cache.events import Collided
from models.llm_cache.settings import Settings
from sim import Event


@dataclass(frozen=True)
class Sought:
    """The full blocks of a text: their tokens, keys, and whose they are."""

    pieces: Sequence[bytes]
    keys: Sequence[int]
    extras: Sequence[bytes]


class Prefixes(Protocol):
    """The complete blocks of one pool. What is not in it is not found; what is in it is resident."""

    def longest(self, sought: Sought) -> list[Block]:
        """The blocks that hold the longest prefix of the text, first block first."""

    def insert(self, block: Block) -> None:
        """From now on it is found."""

    def forget(self, block: Block) -> None:
        """It is found no longer."""


class HashPrefixes:
    """Blocks by key. Where keys are short, different blocks have the same: a hit compares tokens, owner and parent.

    Comparing the parent's key is not enough: two parents with equal keys can have children with equal tokens.
    """

    def __init__(self, settings: Settings, emit: Callable[[Event], None]) -> None:
        self._verify = settings.verify == "tokens"
        self._emit = emit
        self.by_key: dict[int, list[Block]] = {}

    def longest(self, sought: Sought) -> list[Block]:
        """Key by key, until one is missing. The way back along the parents gives blocks that hang together."""
        last: Block | None = None
        count, chain, straight = 0, list[Block](), True
        by_key, extras = self.by_key, sought.extras
        for number, piece in enumerate(sought.pieces):
            bucket = by_key.get(sought.keys[number])
            found = bucket[0] if bucket else None
            if found is None or found.parent is not last or found.tokens != piece or found.extra != extras[number]:
                found = self.held(sought, number, last)
                if found is None:
                    break
                straight = straight and found.parent is last
            last, count = found, number + 1
            chain.append(found)
        return chain if straight else path(last)[-count:]

    def held(self, sought: Sought, number: int, before: Block | None) -> Block | None:
        """The block for the `number`-th piece behind `before`; None if there is none."""
        bucket = self.by_key.get(sought.keys[number])
        if bucket is None:
            return None
        for block in bucket:
            if self.agrees(block, sought, number, before):
                return block
        if all(block.tokens != sought.pieces[number] for block in bucket):
            self._emit(Collided(sought.keys[number]))
        return None

    def agrees(self, block: Block, sought: Sought, number: int, before: Block | None) -> bool:
        """Whether it holds that piece, of that owner, behind that block."""
        if not self._verify:
            return True
        return (
            block.tokens == sought.pieces[number]
            and block.extra == sought.extras[number]
            and (block.parent is before or alike(block.parent, before))
        )

    def insert(self, block: Block) -> None:
        """Behind others of the same key."""
        assert block.key is not None, "a block without a key cannot be found"
        self.by_key.setdefault(block.key, []).append(block)

    def forget(self, block: Block) -> None:
        """Take it out of its bucket."""
        assert block.key is not None, "a block without a key was never found"
        bucket = self.by_key[block.key]
        bucket.remove(block)
        if not bucket:
            del self.by_key[block.key]
