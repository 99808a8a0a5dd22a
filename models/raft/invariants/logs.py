"""The fold that the invariants share: what every server holds durably, from what the servers said of it.

A snapshot stands for the entries that it covers, so a log here is always whole: a chain leads back, entry by entry, to
the beginning, and whoever appended an entry first has said which chain is behind it.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from models.raft.events import (
    Appended,
    ConfigAppended,
    CopyLost,
    Recognised,
    Recovered,
    Repaired,
    SnapshotInstalled,
    Truncated,
)
from sim import Emitted, Event

LOG_EVENTS: tuple[type[Event], ...] = (
    Appended,
    Truncated,
    Recovered,
    SnapshotInstalled,
    ConfigAppended,
    Recognised,
    CopyLost,
    Repaired,
)
NO_CHAIN = bytes(8)
CHAIN = 8

Members = tuple[tuple[str, ...], tuple[str, ...]]
"""Voters and learners."""


class DurableLog:
    """One server's log: term and chain of every index, from 1; place 0 is the empty log."""

    __slots__ = ("chains", "ever", "missing", "named", "terms")

    def __init__(self) -> None:
        self.terms = [0]
        self.chains = [NO_CHAIN]
        self.ever = {NO_CHAIN}  # every chain that was durable here at some time
        self.missing: set[int] = set()  # the indices of entries that the disk has lost and nobody has given back
        self.named: list[int] = []  # the indices of entries that name a configuration, as far as one has heard

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
            self.missing = {index for index in self.missing if index < first}
            while self.named and self.named[-1] >= first:
                self.named.pop()

    def agree(self, first: int, chains: Iterable[bytes]) -> int:
        """Keep what is equal to `chains`, which begin at index `first`; returns the last index that is."""
        said = list(chains)
        agreed = bisect_left(
            range(first, min(len(self.chains), first + len(said))),
            True,
            key=lambda index: self.chains[index] != said[index - first],
        )
        self.cut(first + agreed)
        return first + agreed - 1


class Logs:
    """All durable logs. Every check that needs them shows it each event; the first showing counts."""

    def __init__(self) -> None:
        self._logs: dict[str, DurableLog] = {}
        self._before: dict[bytes, tuple[bytes, int]] = {}  # chain -> the chain before, the term of the entry between
        self._members: dict[bytes, Members] = {}  # chain -> what its last entry says of the group
        self._strangers: set[str] = set()
        self._seen = 0

    def see(self, emitted: Emitted) -> None:
        """Take an event in, once."""
        if emitted.record <= self._seen:
            return
        self._seen = emitted.record
        event, log = emitted.event, self.of(emitted.node)
        if isinstance(event, Appended):
            self._append(log, event.index, event.entry_term, event.chain)
        elif isinstance(event, Truncated):
            log.cut(event.first)
        elif isinstance(event, ConfigAppended):
            self._members[event.chain] = (event.voters, event.learners)
            if event.index not in log.named:
                log.named.append(event.index)
        elif isinstance(event, SnapshotInstalled):
            if log.chain_at(event.index) != event.chain:
                self._install(log, event.index, event.entry_term, event.chain)
            log.missing = {index for index in log.missing if index > event.index}
        elif isinstance(event, Recovered):
            log.missing = set()
            self._recover(emitted.node, log, event)
        elif isinstance(event, Recognised):
            self._strangers.discard(emitted.node)
        elif isinstance(event, CopyLost):
            log.missing.add(event.index)
        elif isinstance(event, Repaired):
            log.missing.discard(event.index)

    def of(self, node: str) -> DurableLog:
        """The durable log of a server."""
        log = self._logs.get(node)
        if log is None:
            self._logs[node] = log = DurableLog()
        return log

    def members(self, node: str, bootstrap: Members, before: int | None = None) -> Members:
        """Who belongs to the group by the log of a server, or by what is in it before an index."""
        log = self.of(node)
        named = [index for index in log.named if before is None or index < before]
        return self._members.get(log.chains[named[-1]], bootstrap) if named else bootstrap

    def changes(self, node: str) -> list[tuple[int, Members]]:
        """(index, who belongs to the group from there on) for every change in the log of a server."""
        log = self.of(node)
        return [(index, self._members[log.chains[index]]) for index in log.named]

    def may_vote(self, node: str) -> bool:
        """Whether a server still has the disk that its vows are on, or was taken in again without them."""
        return node not in self._strangers

    def _append(self, log: DurableLog, index: int, term: int, chain: bytes) -> None:
        log.append(index, term, chain)
        self._before.setdefault(chain, (log.chains[-2], term))
        if chain in self._members:
            log.named.append(index)

    def _install(self, log: DurableLog, last: int, term: int, chain: bytes) -> None:
        """A snapshot took the place of the whole log."""
        way = self._way_to(last, term, chain)
        agreed = log.agree(1, [link for _, link in way])
        for index, (of, link) in enumerate(way[agreed:], agreed + 1):
            self._append(log, index, of, link)
        log.cut(last + 1)

    def _recover(self, node: str, log: DurableLog, event: Recovered) -> None:
        """Be what was read back. What a crash hid (durable, never said) may come to light, unsaid may be lost."""
        if event.newcomer:
            self._strangers.add(node)
        if log.chain_at(event.first - 1) != event.base_chain:
            self._install(log, event.first - 1, 0, event.base_chain)
        read = [event.chains[at : at + CHAIN] for at in range(0, len(event.chains), CHAIN)]
        read = [self._known(log, event.first + place, chain) for place, chain in enumerate(read)]
        agreed = log.agree(event.first, read)
        bounds = [*event.terms, (event.last + 1, 0)]
        for (first, term), (end, _) in pairwise(bounds):
            for index in range(max(first, agreed + 1), end):
                self._append(log, index, term, read[index - event.first])

    def _known(self, log: DurableLog, index: int, chain: bytes) -> bytes:
        """A chain that was read back; for an entry that is lost with its mark, the one that was there."""
        return chain if chain != NO_CHAIN else log.chain_at(index) or chain

    def _way_to(self, last: int, term: int, chain: bytes) -> list[tuple[int, bytes]]:
        """Term and chain of indices 1 to `last`, from the beginning to `chain`, the last of which has this term."""
        way: list[tuple[int, bytes]] = []
        for _ in range(last):
            before, of = self._before.get(chain, (b"", 0))
            way.append((of or term, chain))
            chain, term = before, 0
        return way[::-1]
