"""Tokens as they travel: each a number of 32 bits, a text a run of them in bytes. Words of a language never occur."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import shake_128

WIDTH = 4
"""Bytes of one token."""


def spell(numbers: Iterable[int]) -> bytes:
    """A text of these tokens."""
    return b"".join(number.to_bytes(WIDTH, "little") for number in numbers)


def numbers(text: bytes) -> Iterator[int]:
    """The tokens of a text."""
    return (int.from_bytes(text[at : at + WIDTH], "little") for at in range(0, len(text), WIDTH))


def count(text: bytes) -> int:
    """How many tokens."""
    return len(text) // WIDTH


def cut(text: bytes, first: int, end: int) -> bytes:
    """Tokens `first` to `end - 1`."""
    return text[first * WIDTH : end * WIDTH]


def blocks(text: bytes, size: int, first: int = 0) -> list[bytes]:
    """The full blocks of `size` tokens, from the `first`-th on; what is left over belongs to none."""
    width = size * WIDTH
    return [text[at : at + width] for at in range(first * width, len(text) - width + 1, width)]


@lru_cache(maxsize=256)
def named(name: str, length: int) -> bytes:
    """A text of so many tokens that hangs on its name alone: a system prompt that everybody knows."""
    return shake_128(name.encode()).digest(length * WIDTH)
