"""A block of KV memory: so many tokens of one sequence, in one of four states."""

from typing import TYPE_CHECKING

from models.llm_cache.truth import ROOT

if TYPE_CHECKING:
    from models.llm_cache.life import Life

FREE, FILLING, CACHED, USED = "FREE", "FILLING", "CACHED", "USED"


class Block:
    """`refs` counts the requests that need it. `offered`: complete, and found by its key. `uses` counts its matches."""

    __slots__ = (
        "content", "extra", "filler", "key", "number", "offered", "parent", "refs", "since", "state", "tokens",
        "uses", "waiters",
    )  # fmt: skip

    def __init__(self, number: int) -> None:
        self.number = number
        self.state = FREE
        self.clear()

    def clear(self) -> None:
        """Nothing is in it."""
        self.refs = self.uses = self.since = 0
        self.key: int | None = None
        self.tokens = self.extra = b""
        self.content = ROOT
        self.parent: Block | None = None
        self.offered = False
        self.filler: Life | None = None
        self.waiters: list[Life] = []

    def label(self, key: int, tokens: bytes, extra: bytes) -> None:
        """What is to be in it."""
        self.key, self.tokens, self.extra = key, tokens, extra


def alike(one: Block | None, other: Block | None) -> bool:
    """Whether two blocks hold the same after the same: two requests may have computed it side by side."""
    while one is not other:
        if one is None or other is None or one.tokens != other.tokens or one.extra != other.extra:
            return False
        one, other = one.parent, other.parent
    return True


def path(last: Block | None) -> list[Block]:
    """From the first block of a sequence to this one."""
    found: dict[int, Block] = {}
    while last is not None and last.number not in found:  # a circle is no sequence; only a bug makes one
        found[last.number] = last
        last = last.parent
    return list(found.values())[::-1]
