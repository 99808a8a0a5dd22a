"""Embeddings by deterministic feature hashing: no model, no float, the same numbers on every machine.

Tokens are lower-case words and their character trigrams. BLAKE2b of a token, personalised by the version, gives its
place and its sign (Weinberger and others, "Feature Hashing for Large Scale Multitask Learning", ICML 2009); the counts
are scaled to length 2^14 and rounded half to even, in integers.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from math import isqrt
from operator import itemgetter, mul
from struct import Struct

DIMENSION = 256
SCALE = 1 << 14
ROW_BYTES = 4 * DIMENSION

_ROW = Struct(f"<{DIMENSION}i")
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=1 << 16)
def _hashed(token: str, version: int) -> int:
    """64 bits of a token: 8 of them its place, one its sign."""
    said = blake2b(token.encode(), digest_size=8, person=f"v{version}".encode())
    return int.from_bytes(said.digest(), "little")


def tokens(word: str) -> tuple[str, ...]:
    """A word and its character trigrams, with its beginning and end marked."""
    padded = f"^{word}$"
    return (word, *(f"#{padded[at : at + 3]}" for at in range(len(padded) - 2)))


class Embedding:
    """From text to a vector of `DIMENSION` integers, of length about 2^14; all zeros for a text without words."""

    def __init__(self) -> None:
        self._features: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}

    def vector(self, text: str, version: int) -> tuple[int, ...]:
        """The vector of a text under a version of the embedding."""
        counts = [0] * DIMENSION
        for word, times in Counter(_WORD.findall(text.lower())).items():
            for place, sign in self._of_word(word, version):
                counts[place] += sign * times
        return _scaled(counts)

    def _of_word(self, word: str, version: int) -> tuple[tuple[int, int], ...]:
        found = self._features.get((word, version))
        if found is None:
            found = self._features[word, version] = tuple(self.feature(token, version) for token in tokens(word))
        return found

    def feature(self, token: str, version: int) -> tuple[int, int]:
        """Where a token counts, and as what: +1 or -1."""
        hashed = _hashed(token, version)
        return hashed % DIMENSION, 1 if hashed >> 8 & 1 else -1


def _scaled(counts: Sequence[int]) -> tuple[int, ...]:
    """Each count times 2^14 over the length, rounded half to even: exact, by comparing squares."""
    total = sum(count * count for count in counts)
    if not total:
        return tuple(counts)
    return tuple(_rounded(count, total) if count else 0 for count in counts)


def _rounded(count: int, total: int) -> int:
    """2^14 * count / sqrt(total), to the nearest integer. A half, which needs a rational root, goes to even."""
    size = abs(count) * SCALE
    floor = isqrt(size * size // total)
    twice = 2 * floor + 1  # size / sqrt(total) against floor + 1/2: compare 4 size^2 with twice^2 total
    left, right = 4 * size * size, twice * twice * total
    up = left > right or (left == right and floor % 2 == 1)
    rounded = floor + up
    return rounded if count > 0 else -rounded


def pack(vector: Sequence[int]) -> bytes:
    """A vector as int32, little-endian."""
    return _ROW.pack(*vector)


@lru_cache(maxsize=1 << 14)
def unpack(row: bytes) -> tuple[int, ...]:
    """The vector of a packed row. Raises ValueError if it has another dimension."""
    if len(row) != ROW_BYTES:
        raise ValueError(f"expected a row of {DIMENSION} int32, found {len(row)} bytes")
    found: tuple[int, ...] = _ROW.unpack(row)
    return found


class Query:
    """A vector of which most is zero, made ready for many dot products."""

    __slots__ = ("pick", "values")

    def __init__(self, vector: Sequence[int]) -> None:
        places = [place for place, value in enumerate(vector) if value] or [0]
        places = [places[0], *places] if len(places) == 1 else places  # one place alone would be picked as a number
        self.values = tuple(vector[place] for place in places)
        if places[0] == places[1]:
            self.values = (0, *self.values[1:])
        self.pick: Callable[[Sequence[int]], tuple[int, ...]] = itemgetter(*places)

    def score(self, row: Sequence[int]) -> int:
        """The dot product with a row: their cosine times 2^28, nearly."""
        return sum(map(mul, self.values, self.pick(row)))
