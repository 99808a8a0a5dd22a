"""Keys of blocks: each a hash over the key before it, its tokens and whose they are, as in vLLM's prefix caching."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from struct import Struct

from models.llm_cache import tokens
from models.llm_cache.messages import Origin
from models.llm_cache.settings import Settings

ROOT = 0
"""The key before the first block."""
SHARED = "*"
"""The salt of public system prompts, where tenants were granted to share them; no tenant can be called so."""
_NUMBER = Struct("<Q").pack


class Chain:
    """Keys of `hash_bits` bits for blocks of `block_tokens` tokens."""

    def __init__(self, settings: Settings) -> None:
        self._size = settings.block_tokens
        self._shift = 64 - settings.hash_bits
        self._shared = settings.shared_salt

    def extra(self, salt: str, origin: Origin, version: int) -> bytes:
        """Whose block it is: it goes into the hash of every block, and is compared on every hit."""
        return _spelled(salt, origin.model, version, origin.adapter)

    def extras(self, origin: Origin, version: int, count: int) -> list[bytes]:
        """That of each of `count` blocks: those that lie within a granted public prompt are everybody's."""
        public = min(count, origin.public // self._size) if self._shared else 0
        own = self.extra(origin.tenant, origin, version)
        return [self.extra(SHARED, origin, version)] * public + [own] * (count - public)

    def extra_at(self, origin: Origin, version: int, number: int) -> bytes:
        """That of the `number`-th block alone."""
        public = self._shared and number < origin.public // self._size
        return self.extra(SHARED if public else origin.tenant, origin, version)

    def link(self, parent: int) -> bytes:
        """What of the block before goes into a block's key."""
        return _NUMBER(parent)

    def keys(self, blocks: Sequence[bytes], extras: Sequence[bytes], known: Sequence[int] = ()) -> list[int]:
        """The keys of all `blocks`, of which the first are `known` already."""
        return self._behind(known, blocks[len(known) :], extras[len(known) :])

    def key(self, parent: int, block: bytes, extra: bytes) -> int:
        """The key of one block behind another."""
        whole = blake2b(self.link(parent) + block + extra, digest_size=8).digest()
        return int.from_bytes(whole, "little") >> self._shift

    def _behind(self, known: Sequence[int], blocks: Sequence[bytes], extras: Sequence[bytes]) -> list[int]:
        found = list(known)
        parent = found[-1] if found else ROOT
        for block, extra in zip(blocks, extras, strict=True):
            parent = self.key(parent, block, extra)
            found.append(parent)
        return found

    def of_prompt(self, origin: Origin, version: int, prompt: bytes, known: Sequence[int] = ()) -> tuple[int, ...]:
        """The keys of a prompt's full blocks, of which the first are `known` already."""
        blocks = tokens.blocks(prompt, self._size, len(known))
        extras = self.extras(origin, version, len(known) + len(blocks))
        return tuple(self._behind(known, blocks, extras[len(known) :]))


@cache
def _spelled(*parts: str | int) -> bytes:
    """Names and numbers, each behind its length, so that none runs into the next."""
    spelled = [part.encode() if isinstance(part, str) else _NUMBER(part) for part in parts]
    return b"".join([_NUMBER(len(part)) + part for part in spelled])
