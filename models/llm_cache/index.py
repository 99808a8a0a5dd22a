"""What a router believes: which engines hold which keys. A hint, by which it prefers; the engines are the truth."""

from collections.abc import Collection, Iterable, Sequence


class Index:
    """Keys and the engines that hold them. Engines are bits of a mask, so the longest prefix on each is one pass."""

    def __init__(self) -> None:
        self._holders: dict[int, int] = {}
        self._bits: dict[str, int] = {}
        self._entries: dict[str, dict[int, int]] = {}
        self._marks: dict[str, int] = {}
        self._sought: Sequence[int] = ()
        self._found: dict[str, int] = {}

    def entries(self, node: str) -> dict[int, int]:
        """Key -> the epoch of the engine in which it was entered."""
        return self._entries.setdefault(node, {})

    def mark(self, node: str) -> int:
        """All keys of an engine, xored."""
        return self._marks.get(node, 0)

    def enter(self, node: str, epoch: int, keys: Iterable[int]) -> int:
        """An engine holds these keys: how many of them are new."""
        self._found = {}
        bit, entries, mark = self._bit(node), self.entries(node), self._marks.get(node, 0)
        before, holders = len(entries), self._holders
        for key in keys:
            if key not in entries:
                entries[key] = epoch
                holders[key] = holders.get(key, 0) | bit
                mark ^= key
        self._marks[node] = mark
        return len(entries) - before

    def strike(self, node: str, keys: Iterable[int]) -> int:
        """It no longer holds these: how many of them were entered."""
        self._found = {}
        bit, entries, mark = self._bit(node), self.entries(node), self._marks.get(node, 0)
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

    def longest(self, keys: Sequence[int], nodes: Collection[str]) -> dict[str, int]:
        """For each of the engines, how many leading keys it is believed to hold. The last answer is remembered."""
        if keys is not self._sought or any(node not in self._found for node in nodes):
            self._sought, self._found = keys, self._longest(keys, nodes)
        return self._found

    def _longest(self, keys: Sequence[int], nodes: Collection[str]) -> dict[str, int]:
        names = {self._bit(node): node for node in nodes}
        found = dict.fromkeys(names.values(), 0)
        alive = sum(names)
        for number, key in enumerate(keys):
            still = alive & self._holders.get(key, 0)
            lost = alive & ~still
            while lost:
                bit = lost & -lost
                found[names[bit]] = number
                lost ^= bit
            alive = still
            if not alive:
                return found
        for bit, node in names.items():
            if alive & bit:
                found[node] = len(keys)
        return found

    def _bit(self, node: str) -> int:
        found = self._bits.get(node)
        if found is None:
            found = self._bits[node] = 1 << len(self._bits)
        return found
