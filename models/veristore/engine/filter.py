"""A Bloom filter over the keys of a run: a look-up that it turns away needs no read (Bloom, 1970)."""

from collections.abc import Iterable
from hashlib import blake2b

_PROBES = 4
_BITS_PER_KEY = 10


class Filter:
    """Says of every key that it was made from that it may be there, and of one in a hundred others too."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        hashes = [_hash(key) for key in keys]
        self._size = max(64, _BITS_PER_KEY * len(hashes))
        self._bits = bytearray(-(-self._size // 8))
        for one in hashes:
            for place in self._places(one):
                self._bits[place >> 3] |= 1 << (place & 7)

    def may_hold(self, key: bytes) -> bool:
        """False only if the key is not there."""
        bits = self._bits
        return all(bits[place >> 3] & 1 << (place & 7) for place in self._places(_hash(key)))

    def _places(self, hashed: int) -> list[int]:
        low, high = hashed & 0xFFFFFFFF, hashed >> 32 | 1
        return [(low + probe * high) % self._size for probe in range(_PROBES)]


def _hash(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8, person=b"filter").digest(), "little")
