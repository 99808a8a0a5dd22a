"""The newest entries of the map, in memory: what the log holds above the floor."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple


class Entry(NamedTuple):
    """What the map says of a key: the value that command `seq` wrote, or None if it deleted the key (a tombstone)."""

    key: bytes
    seq: int
    value: bytes | None

    @property
    def size(self) -> int:
        """Bytes of key and value, and what goes with them."""
        return len(self.key) + len(self.value or b"") + 16


class Memtable:
    """Entries by key, one for each, the newest."""

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._keys: list[bytes] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, entry: Entry) -> None:
        """Take an entry in the place of an older one."""
        before = self._entries.get(entry.key)
        if before is None:
            insort(self._keys, entry.key)
        else:
            self.size -= before.size
        self._entries[entry.key] = entry
        self.size += entry.size

    def get(self, key: bytes) -> Entry | None:
        """What it says of a key; None if nothing."""
        return self._entries.get(key)

    def entries(self, begin: bytes = b"") -> Iterator[Entry]:
        """All entries from the key `begin` on, in order."""
        for place in range(bisect_left(self._keys, begin), len(self._keys)):
            yield self._entries[self._keys[place]]
