"""What a router believes: which engines hold which keys. A hint, by which it prefers; the engines are the truth."""

from collections.abc import Iterable, Sequence

Held = tuple[int, int]
"""A number of leading keys, and a mask of the engines that hold so many."""
MIXED = -1
"""In the place of an epoch: entries are of several."""


class Index:
    """Keys and the engines that hold them. Engines are bits of a mask, so the longest prefix on each is one pass."""

    def __init__(self) -> None:
        self._holders: dict[int, int] = {}
        self._bits: dict[str, int] = {}
        self._entries: dict[str, dict[int, int]] = {}
        self._marks: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._sought: Sequence[int] | None = None
        self._found: Sequence[Held] = ()

    def entries(self, node: str) -> dict[int, int]:
        """Key -> the epoch of the engine in which it was entered."""
        return self._entries.setdefault(node, {})

    def mark(self, node: str) -> int:
        """All keys of an engine, xored."""
        return self._marks.get(node, 0)

    def enter(self, node: str, epoch: int, keys: Iterable[int]) -> int:
        """An engine holds these keys: how many of them are new."""
        self._sought = None
        bit, entries, mark = self.bit(node), self.entries(node), self._marks.get(node, 0)
        before, holders = len(entries), self._holders
        self._epochs[node] = epoch if not entries or self._epochs[node] == epoch else MIXED
        for key in keys:
            if key not in entries:
                entries[key] = epoch
                holders[key] = holders.get(key, 0) | bit
                mark ^= key
        self._marks[node] = mark
        return len(entries) - before

    def strike(self, node: str, keys: Iterable[int]) -> int:
        """It no longer holds these: how many of them were entered."""
        self._sought = None
        bit, entries, mark = self.bit(node), self.entries(node), self._marks.get(node, 0)
        before = len(entries)
        for key in keys:
            if entries.pop(key, None) is not None:
                mark ^= key
                rest = self._holders[key] & ~bit
                if rest:
                    self._holders[key] = rest
                else:
                    del self._holders[key]
        self._marks[node] = mark
        return before - len(entries)

    def over(self, node: str) -> None:
        """What it held is gone with its epoch."""
        self.strike(node, list(self.entries(node)))

    def longest(self, keys: Sequence[int]) -> Sequence[Held]:
        """Which engines are believed to hold how many leading keys: the most first, those that hold none left out.

        The last answer is remembered: who chooses asks first, who sends asks the same again.
        """
        if keys is not self._sought:
            self._sought, self._found = keys, self._longest(keys)
        return self._found

    def held(self, keys: Sequence[int], bit: int) -> int:
        """How many leading keys this engine is believed to hold."""
        return next((count for count, mask in self.longest(keys) if mask & bit), 0)

    def since(self, node: str, keys: Sequence[int]) -> int:
        """The oldest epoch in which the engine's entries of these keys were entered; 0 without keys."""
        if not keys:
            return 0
        epoch, entries = self._epochs[node], self._entries[node]
        return epoch if epoch != MIXED else min([entries[key] for key in keys])

    def bit(self, node: str) -> int:
        """Its place in a mask of engines."""
        found = self._bits.get(node)
        if found is None:
            found = self._bits[node] = 1 << len(self._bits)
        return found

    def _longest(self, keys: Sequence[int]) -> Sequence[Held]:
        found: list[Held] = []
        holders = self._holders
        alive = holders.get(keys[0], 0) if keys else 0
        for number, key in enumerate(keys):
            still = alive & holders.get(key, 0)
            if still != alive:
                found.append((number, alive ^ still))
                alive = still
                if not alive:
                    return found[::-1]
        if alive:
            found.append((len(keys), alive))
        return found[::-1]
