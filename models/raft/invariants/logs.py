"""The fold that the invariants share: what every server's durable log holds, from what the servers said of it."""

from bisect import bisect_left
from itertools import pairwise

from models.raft.events import Appended, Recovered, Truncated
from sim import Emitted, Event

LOG_EVENTS: tuple[type[Event], ...] = (Appended, Truncated, Recovered)
NO_CHAIN = bytes(8)


class DurableLog:
    """One server's log: term and chain of every index, from 1; place 0 is the empty log."""

    __slots__ = ("chains", "ever", "terms")

    def __init__(self) -> None:
        self.terms = [0]
        self.chains = [NO_CHAIN]
        self.ever = {NO_CHAIN}  # every chain that was durable here at some time

    @property
    def last(self) -> int:
        """Index of the last entry."""
        return len(self.chains) - 1

    def chain_at(self, index: int) -> bytes | None:
        """The chain up to `index`; None if the log ends before."""
        return self.chains[index] if index < len(self.chains) else None

    def append(self, index: int, term: int, chain: bytes) -> None:
        """The entry at `index` became durable, and whatever stood there or behind is gone."""
        self.cut(index)
        while len(self.chains) < index:  # a hole, which only a wrong server leaves
            self.terms.append(0)
            self.chains.append(b"")
        self.terms.append(term)
        self.chains.append(chain)
        self.ever.add(chain)

    def cut(self, first: int) -> None:
        """The entries from `first` on are gone."""
        if first < len(self.chains):
            del self.terms[first:], self.chains[first:]

    def recover(self, event: Recovered) -> None:
        """Be what was read back. What a crash hid (durable, but never said) may come to light, unsaid may be lost."""
        self.cut(event.last + 1)
        read = event.chains
        agreed = bisect_left(
            range(1, len(self.chains)),
            True,
            key=lambda index: self.chains[index] != read[8 * (index - 1) : 8 * index],
        )
        self.cut(agreed + 1)
        bounds = [*event.terms, (event.last + 1, 0)]
        for (first, term), (end, _) in pairwise(bounds):
            for index in range(max(first, agreed + 1), end):
                self.append(index, term, read[8 * (index - 1) : 8 * index])


class Logs:
    """All durable logs. Every check that needs them shows it each event; the first showing counts."""

    def __init__(self) -> None:
        self._logs: dict[str, DurableLog] = {}
        self._seen = 0

    def see(self, emitted: Emitted) -> None:
        """Take an event in, once."""
        if emitted.record <= self._seen:
            return
        self._seen = emitted.record
        event = emitted.event
        if isinstance(event, Appended):
            self.of(emitted.node).append(event.index, event.entry_term, event.chain)
        elif isinstance(event, Truncated):
            self.of(emitted.node).cut(event.first)
        elif isinstance(event, Recovered):
            self.of(emitted.node).recover(event)

    def of(self, node: str) -> DurableLog:
        """The durable log of a server."""
        log = self._logs.get(node)
        if log is None:
            self._logs[node] = log = DurableLog()
        return log
