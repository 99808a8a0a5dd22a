"""Keys of blocks: each a hash over the key before it, its tokens and whose they are, as in vLLM's prefix caching."""

from collections.abc import Sequence
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
        parts = (salt.encode(), origin.model.encode(), _NUMBER(version), origin.adapter.encode())
        return b"".join(_NUMBER(len(part)) + part for part in parts)

    def extras(self, origin: Origin, version: int, count: int) -> list[bytes]:
        """That of each of `count` blocks: those that lie within a granted public prompt are everybody's."""
        public = min(count, origin.public // self._size) if self._shared else 0
        own = self.extra(origin.tenant, origin, version)
        return [self.extra(SHARED, origin, version)] * public + [own] * (count - public)

    def key(self, parent: int, block: bytes, extra: bytes) -> int:
        """The key of a block of these tokens behind `parent`."""
        found = blake2b(_NUMBER(parent) + block + extra, digest_size=8).digest()
        return int.from_bytes(found, "little") >> self._shift

    def keys(self, blocks: Sequence[bytes], extras: Sequence[bytes], known: Sequence[int] = ()) -> list[int]:
        """The keys of all `blocks`, of which the first are `known` already."""
        found = list(known)
        parent = found[-1] if found else ROOT
        for number in range(len(found), len(blocks)):
            parent = self.key(parent, blocks[number], extras[number])
            found.append(parent)
        return found

    def of_prompt(self, origin: Origin, version: int, prompt: bytes) -> tuple[int, ...]:
        """The keys of a prompt's full blocks."""
        blocks = tokens.blocks(prompt, self._size)
        return tuple(self.keys(blocks, self.extras(origin, version, len(blocks))))
