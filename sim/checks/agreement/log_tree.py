"""All logs of a run as one tree of entries: a log is its last entry, and equal logs are one node of the tree."""

from sim.checks.agreement.events import Appended, Recovered, Snapshot, Truncated
from sim.checks.agreement.words import say
from sim.world.message import Emitted, Event

EMPTY = 0
"""The node of the empty log."""

UNTOLD = -1
"""The term of an entry that no event told of."""

LOG_EVENTS: tuple[type[Event], ...] = (Appended, Truncated, Recovered, Snapshot)


class LogTree:
    """Entries with their index, term and prefix digest. A node is *whole* if its log is known back to the first entry.

    Each node has a jump to an ancestor, of lengths that follow the skew binary numbers (Myers 1983), so that an
    ancestor at any index is found in O(log n) steps.
    """

    def __init__(self) -> None:
        self.index = [0]
        self.term = [0]
        self.digest = [b""]
        self._root = [EMPTY]
        self._parent = [EMPTY]
        self._jump = [EMPTY]
        self._child: dict[tuple[int, int, bytes], int] = {}
        self._named: dict[tuple[int, bytes], int] = {}

    def append(self, parent: int | None, index: int, term: int, digest: bytes) -> int:
        """The log `parent` with one more entry; None if it is not known what stands before the entry."""
        if parent is None or not self.is_whole(parent):
            known = self._named.get((index, digest))
            if known is not None and (parent is None or (self.is_whole(known) and self._goes_on(parent, known))):
                return known
        if parent is None:
            return self._add(len(self.index), index, term, digest)
        node = self._child.get((parent, term, digest))
        if node is None:
            node = self._child[parent, term, digest] = self._add(parent, index, term, digest)
        return node

    def _add(self, parent: int, index: int, term: int, digest: bytes) -> int:
        node = len(self.index)
        root = parent == node
        self.index.append(index)
        self.term.append(term)
        self.digest.append(digest)
        self._root.append(node if root else self._root[parent])
        self._parent.append(parent)
        self._jump.append(node if root else self._jump_over(parent))
        known = self._named.setdefault((index, digest), node)
        if self.is_whole(node) and not self.is_whole(known):
            self._named[index, digest] = node
        return node

    def _jump_over(self, parent: int) -> int:
        near = self._jump[parent]
        far = self._jump[near]
        even = self.index[parent] - self.index[near] == self.index[near] - self.index[far]
        return far if even else parent

    def prefix(self, node: int, index: int) -> int | None:
        """The first `index` entries of a log; None if it is shorter or not known so far back."""
        if index == 0:
            return EMPTY
        if index < 0 or index > self.index[node]:
            return None
        while self.index[node] > index:
            jump = self._jump[node]
            step = jump if self.index[jump] >= index else self._parent[node]
            if step == node:  # where this log begins, another of that digest may go on
                step = self._named[self.index[node], self.digest[node]]
            if step == node:
                return None
            node = step
        return node

    def named(self, index: int, digest: bytes) -> int | None:
        """Some log of this length and digest, a whole one if there is one."""
        return EMPTY if index == 0 else self._named.get((index, digest))

    def say(self, node: int) -> str:
        """The last entry in words: ``3a3a (term 2)``."""
        term = self.term[node]
        return say(self.digest[node]) + ("" if term == UNTOLD else f" (term {term})")

    def is_whole(self, node: int) -> bool:
        """Whether a log is known back to the first entry."""
        return self._root[node] == EMPTY

    def same(self, left: int, right: int) -> bool:
        """Whether two logs of equal length are equal; where one is not whole, the digests at both its ends decide."""
        if left == right:
            return True
        if (self.is_whole(left) and self.is_whole(right)) or self.digest[left] != self.digest[right]:
            return False
        return self._goes_on(left, right) and self._goes_on(right, left)

    def _goes_on(self, node: int, other: int) -> bool:
        """Whether the other log has, where this one begins to be known, the digest that this one has there."""
        root = self._root[node]
        there = self.prefix(other, self.index[root])
        return there is None or self.digest[there] == self.digest[root]


class Logs:
    """What every node's log holds, from what the nodes said of it."""

    def __init__(self) -> None:
        self.tree = LogTree()
        self._ends: dict[str, tuple[int, int | None]] = {}  # node -> (incarnation, its log)

    def of(self, emitted: Emitted) -> int | None:
        """The log of the event's node at that moment; None if it restarted and did not say what it came back with."""
        held = self._ends.get(emitted.node)
        if held is None:
            return EMPTY if emitted.incarnation <= 1 else None
        return held[1] if held[0] == emitted.incarnation else None

    def locate(self, emitted: Emitted, index: int, digest: bytes) -> int | None:
        """The prefix that a node speaks of: of its own log if that fits, else of anybody's; None if nobody told it."""
        log = self.of(emitted)
        own = None if log is None else self.tree.prefix(log, index)
        if own is not None and self.tree.digest[own] == digest:
            return own
        return self.tree.named(index, digest)

    def see(self, emitted: Emitted) -> None:
        """Take in an event; only those of `LOG_EVENTS` change anything."""
        event, log = emitted.event, self.of(emitted)
        if isinstance(event, Appended):
            before = EMPTY if event.index == 1 else None if log is None else self.tree.prefix(log, event.index - 1)
            log = self.tree.append(before, event.index, event.term, event.digest)
        elif isinstance(event, Truncated):
            log = EMPTY if event.first <= 1 else None if log is None else self._cut(log, event.first)
        elif isinstance(event, Recovered):
            log = self._recover(event)
        elif isinstance(event, Snapshot):
            log = self._install(event, log)
        else:
            return
        self._ends[emitted.node] = (emitted.incarnation, log)

    def _cut(self, log: int, first: int) -> int | None:
        return log if first > self.tree.index[log] else self.tree.prefix(log, first - 1)

    def _recover(self, event: Recovered) -> int:
        """Walk from the last told prefix on."""
        entries = event.entries or ((UNTOLD, event.digest),)
        first = event.index - len(entries) + 1
        log: int | None = EMPTY if first <= 1 and event.entries else None
        for index, (term, digest) in enumerate(entries, first):
            known = self.tree.named(index, digest)
            log = known if known is not None else self.tree.append(log, index, term, digest)
        return EMPTY if log is None else log

    def _install(self, event: Snapshot, log: int | None) -> int:
        """A snapshot of what the log holds leaves it as it is; any other replaces the whole log."""
        own = None if log is None else self.tree.prefix(log, event.index)
        if log is not None and own is not None and self.tree.digest[own] == event.digest:
            return log
        known = self.tree.named(event.index, event.digest)
        return known if known is not None else self.tree.append(None, event.index, UNTOLD, event.digest)
