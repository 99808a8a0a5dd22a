"""What is really computed: contents of blocks and tokens of answers, as pure functions of what was really read.

A block's content is a digest of its parent's content, its tokens and the weights (model, version, adapter). A token of
an answer hangs on the content of the last full block before it and on what of the prompt lies in its own block. So
whoever reads a wrong, stale, foreign or unfinished block says other tokens than a cold computation does.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from struct import Struct

from models.llm_cache import tokens

ROOT = bytes(8)
"""The content before the first block."""
_COUNTER = Struct("<Q").pack
_DIGEST = 64


@cache
def weights(model: str, version: int, adapter: str) -> bytes:
    """What distinguishes one set of weights from another; lengths stand before names, so none runs into the next."""
    parts = (model.encode(), _COUNTER(version), adapter.encode())
    return b"".join(_COUNTER(len(part)) + part for part in parts)


def content(parent: bytes, block: bytes, of: bytes) -> bytes:
    """The content of a block of these tokens behind `parent`, under these weights: 8 bytes."""
    return blake2b(parent + block + of, digest_size=8).digest()


def contents(text: bytes, size: int, of: bytes, known: Sequence[bytes] = ()) -> list[bytes]:
    """The contents of all full blocks of a text, computed cold, but for those of the first ones that are `known`."""
    found = list(known)
    parent = found[-1] if found else ROOT
    for block in tokens.blocks(text, size, len(found)):
        parent = content(parent, block, of)
        found.append(parent)
    return found


def answer(before: bytes, tail: bytes, of: bytes, first: int, end: int) -> bytes:
    """Tokens at places `first` to `end - 1` of a block: `before` is the content of the block before it, `tail` what of
    the prompt lies in it.
    """
    seed, width = before + tail + of, tokens.WIDTH
    begin = first * width // _DIGEST
    made = [
        blake2b(seed, digest_size=_DIGEST, salt=_COUNTER(place)).digest()
        for place in range(begin, -(-end * width // _DIGEST))
    ]
    return b"".join(made)[first * width - begin * _DIGEST : end * width - begin * _DIGEST]


def digest(text: bytes) -> bytes:
    """A text in 8 bytes."""
    return blake2b(text, digest_size=8).digest()


def cold(prompt: bytes, max_new: int, size: int, of: bytes, known: Sequence[bytes] = ()) -> tuple[bytes, list[bytes]]:
    """Prompt and whole answer of `max_new` tokens, from nothing: no cache, no network, no fault; and the contents of
    all full blocks of both. `known` are the contents of the prompt's first blocks, if they were computed before.
    """
    text, length = prompt, tokens.count(prompt)
    end = length + max_new
    found = contents(prompt, size, of, known)
    while (at := tokens.count(text)) < end:
        number, place = divmod(at, size)
        before, first = found[-1] if number else ROOT, at - place
        tail = tokens.cut(prompt, first, length) if first < length else b""
        text += answer(before, tail, of, place, min(end, first + size) - first)
        if tokens.count(text) >= first + size:
            found.append(content(before, tokens.cut(text, first, first + size), of))
    return text, found
