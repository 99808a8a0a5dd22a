"""The map in memory: keys in order, values with versions. What replicas and tests keep the state in."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from models.veristore.machine.view import Change

_MARK = 16
_MODULUS = 1 << 8 * _MARK


class MemoryMap:
    """A view that changes can be applied to. `sum` is that of the marks of all entries: equal maps have equal sums.

    A sorted list of keys beats trees and lists of lists below some 10,000 keys, and simulated stores hold fewer.
    """

    def __init__(self) -> None:
        self.sum = 0
        self._values: dict[bytes, tuple[bytes, int]] = {}
        self._keys: list[bytes] = []

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """The value of `key` and its version."""
        return self._values.get(key)

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes, int]]:
        """See `View`."""
        start = max(bisect_left(self._keys, prefix), bisect_right(self._keys, after) if after else 0)
        found = []
        for key in self._keys[start : start + limit]:
            if not key.startswith(prefix):
                break
            found.append((key, *self._values[key]))
        return found

    def apply(self, seq: int, changes: Iterable[Change]) -> None:
        """Make the changes of command number `seq`."""
        for key, value in changes:
            if value is not None:
                self.put(key, value, seq)
            elif key in self._values:
                self._forget(key)
                del self._keys[bisect_left(self._keys, key)]

    def put(self, key: bytes, value: bytes, version: int) -> None:
        """Set one value with a version of its own."""
        if key in self._values:
            self._forget(key)
        else:
            insort(self._keys, key)
        self._values[key] = (value, version)
        self.sum = (self.sum + _mark(key, value, version)) % _MODULUS

    def _forget(self, key: bytes) -> None:
        self.sum = (self.sum - _mark(key, *self._values.pop(key))) % _MODULUS

    def items(self) -> Iterator[tuple[bytes, bytes, int]]:
        """Everything, in order of the keys."""
        return ((key, *self._values[key]) for key in self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _mark(key: bytes, value: bytes, version: int) -> int:
    """What stands for one entry; lengths keep key and value apart."""
    text = len(key).to_bytes(4, "big") + version.to_bytes(8, "big") + key + value
    return int.from_bytes(blake2b(text, digest_size=_MARK).digest(), "big")
