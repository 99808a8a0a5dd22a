"""The map in memory: keys in order, values with versions. What replicas and tests keep the state in."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

from models.veristore.machine.view import Change


class MemoryMap:
    """A view that changes can be applied to."""

    def __init__(self) -> None:
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
            elif self._values.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]

    def put(self, key: bytes, value: bytes, version: int) -> None:
        """Set one value with a version of its own."""
        if key not in self._values:
            insort(self._keys, key)
        self._values[key] = (value, version)

    def items(self) -> Iterator[tuple[bytes, bytes, int]]:
        """Everything, in order of the keys."""
        return ((key, *self._values[key]) for key in self._keys)

    def __len__(self) -> int:
        return len(self._keys)
