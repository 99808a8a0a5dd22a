"""The map as its layers show it: the newest entry of each key, from the newest layer that has one."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from typing import Protocol

from models.veristore.engine.memtable import Entry


class Layer(Protocol):
    """A part of the map: a memtable or a run."""

    def get(self, key: bytes) -> Entry | None:
        """What it says of a key."""
        ...

    def entries(self, begin: bytes = b"") -> Iterator[Entry]:
        """Its entries from a key on, in order."""
        ...


def newest(sources: Iterable[Iterable[Entry]]) -> Iterator[Entry]:
    """The entry of greatest seq of each key, tombstones too, in order of the keys."""
    last: bytes | None = None
    for entry in merge(*sources, key=lambda entry: (entry.key, -entry.seq)):
        if entry.key != last:
            last = entry.key
            yield entry


class Layers:
    """A view of the map through `layers`, the newest first."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """The value of a key and its version; None if it has none."""
        for layer in self._layers:
            entry = layer.get(key)
            if entry is not None:
                return None if entry.value is None else (entry.value, entry.seq)
        return None

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes, int]]:
        """(key, value, version) of at most `limit` keys that begin with `prefix` and are greater than `after`."""
        found: list[tuple[bytes, bytes, int]] = []
        begin = max(prefix, after + b"\0") if after else prefix
        for entry in newest(layer.entries(begin) for layer in self._layers):
            if not entry.key.startswith(prefix) or len(found) == limit:
                break
            if entry.value is not None:
                found.append((entry.key, entry.value, entry.seq))
        return found
