"""Chance: independent streams of random integers, each named, all from one seed.

A stream is BLAKE2b in counter mode, keyed by the seed and the stream's names. The numbers are the same on every
platform and Python version, a stream costs a few dozen bytes until it is used, and no stream ever moves another: when
a fault, a node or a client is taken away, the draws of all others stay what they were. Shrinking rests on this.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

T = TypeVar("T")

_WORDS = Struct("<8Q").unpack
_WORD_BITS = 64


def _key(parent: bytes, names: tuple[str | int, ...]) -> bytes:
    """A key of 32 bytes; lengths and types are part of the text, so ('a', 'b') and ('ab',) differ, as do 1 and '1'."""
    text = bytearray()
    for name in names:
        raw = (f"i{name}" if isinstance(name, int) else f"s{name}").encode()
        text += len(raw).to_bytes(4, "little") + raw
    return blake2b(bytes(text), key=parent, digest_size=32).digest()


class Stream:
    """A stream of uniform 64-bit words named by (`seed`, `names`), with the integer draws that models need.

    Draws are integers only: a probability is an integer number of parts per billion, a duration a number of ns.
    """

    __slots__ = ("_counter", "_key", "words")

    def __init__(self, seed: int, *names: str | int) -> None:
        self._key = _key(seed.to_bytes(16, "little", signed=True), names)
        self._counter = 0
        self.words: list[int] = []

    def child(self, *names: str | int) -> "Stream":
        """The stream of these names under this one. It does not depend on what was drawn here."""
        stream = Stream.__new__(Stream)
        stream._key = _key(self._key, names)
        stream._counter = 0
        stream.words = []
        return stream

    def word(self) -> int:
        """64 uniform bits."""
        words = self.words
        return words.pop() if words else self.refill()

    def refill(self) -> int:
        """Make the next eight words; returns the first of them. For callers that take from `words` themselves."""
        digest = blake2b(self._counter.to_bytes(8, "little"), key=self._key).digest()
        self._counter += 1
        self.words.extend(_WORDS(digest))
        return self.words.pop()

    def below(self, n: int) -> int:
        """Uniform in 0..n-1, without bias: words beyond the last whole multiple of `n` are drawn again."""
        assert n > 0, f"below({n}): there is no number to draw"
        if n > 1 << _WORD_BITS:
            return (self.word() << _WORD_BITS | self.word()) % n  # bias below 2**-64
        limit = (1 << _WORD_BITS) - (1 << _WORD_BITS) % n
        word = self.word()
        while word >= limit:
            word = self.word()
        return word % n

    def between(self, low: int, high: int) -> int:
        """Uniform in low..high, both included."""
        assert low <= high, f"between({low}, {high}): the range is empty"
        return low + self.below(high - low + 1)

    def chance(self, ppb: int) -> bool:
        """True with probability `ppb` parts per billion. Always draws, so that a change of `ppb` moves nothing else."""
        return self.below(1_000_000_000) < ppb

    def choice(self, items: Sequence[T]) -> T:
        """One of `items`, each equally likely."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list of `items` in random order (Fisher and Yates)."""
        deck = list(items)
        for last in range(len(deck) - 1, 0, -1):
            pick = self.below(last + 1)
            deck[last], deck[pick] = deck[pick], deck[last]
        return deck

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """`k` different places of `items`, in random order; all of them if there are fewer."""
        return self.shuffled(items)[:k]

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One key of `weights`, as likely as its integer weight; the order of the mapping decides who is who."""
        at = self.below(sum(weights.values()))
        for item, weight in weights.items():
            at -= weight
            if at < 0:
                return item
        raise AssertionError("weights are positive")
