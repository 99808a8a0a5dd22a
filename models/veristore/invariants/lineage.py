"""The fold that the engine's invariants share: what each store's log holds, from what the store said of it.

From the effects of each batch it knows, for every seq, the digest that the map must have and the version of each key.
"""

from bisect import bisect_right
from struct import Struct

from models.veristore.events import Appended, Recovered, Restored
from sim import Emitted, Event

LINEAGE_EVENTS: tuple[type[Event], ...] = (Appended, Recovered, Restored)
NO_CHAIN = bytes(8)
_MODULUS = 1 << 64
_EFFECT = Struct("<8sQ")
_SHOWN = Struct("<8sQ")


class Lineage:
    """One store's log: chain and digest at every seq, and each key's versions. Place 0 is the empty log."""

    def __init__(self) -> None:
        self._chains: list[bytes] = [NO_CHAIN]
        self._digests: list[int] = [0]
        self._effects: list[bytes] = [b""]
        self._seqs: dict[bytes, list[int]] = {}
        self._entries: dict[bytes, list[int]] = {}

    @property
    def last(self) -> int:
        """The seq of the last batch."""
        return len(self._chains) - 1

    def chain_at(self, seq: int) -> bytes | None:
        """The chain up to `seq`; None if the log ends before."""
        return self._chains[seq] if seq <= self.last else None

    def digest_at(self, seq: int) -> int | None:
        """The digest of the map after `seq`; None if the log ends before."""
        return self._digests[seq] if seq <= self.last else None

    def version_at(self, key: bytes, seq: int) -> int:
        """The version of the key with this mark after `seq`; 0 if it had no value then."""
        seqs = self._seqs.get(key, [])
        place = bisect_right(seqs, seq) - 1
        return seqs[place] if place >= 0 and self._entries[key][place] else 0

    def deleted_at(self, key: bytes, seq: int) -> int:
        """The seq of the delete that is why the key has no value after `seq`; 0 if it has one, or never had."""
        seqs = self._seqs.get(key, [])
        place = bisect_right(seqs, seq) - 1
        return seqs[place] if place >= 0 and not self._entries[key][place] else 0

    def append(self, seq: int, chain: bytes, effects: bytes) -> None:
        """A batch was appended; whatever stood there or behind is gone."""
        self.cut(seq - 1)
        while self.last < seq - 1:  # given up by a salvage, or skipped by a store that is wrong
            self._push(b"", self._digests[-1], b"")
        digest = self._digests[-1]
        for key, entry in _EFFECT.iter_unpack(effects):
            seqs, entries = self._seqs.setdefault(key, []), self._entries.setdefault(key, [])
            digest += entry - (entries[-1] if entries else 0)
            seqs.append(seq)
            entries.append(entry)
        self._push(chain, digest % _MODULUS, effects)

    def cut(self, last: int) -> None:
        """The batches behind `last` are gone."""
        while self.last > last:
            for key, _ in _EFFECT.iter_unpack(self._effects.pop()):
                self._seqs[key].pop()
                self._entries[key].pop()
            self._chains.pop()
            self._digests.pop()

    def copy(self, last: int) -> "Lineage":
        """The same, up to `last`."""
        twin = Lineage()
        for seq in range(1, min(last, self.last) + 1):
            twin.append(seq, self._chains[seq], self._effects[seq])
        return twin

    def _push(self, chain: bytes, digest: int, effects: bytes) -> None:
        self._chains.append(chain)
        self._digests.append(digest)
        self._effects.append(effects)


class Lineages:
    """All logs. Every check that needs them shows it each event before it looks; the first showing counts.

    At a Recovered the log is still what it was before; what the recovery left out is cut when the next event comes.
    """

    def __init__(self) -> None:
        self._lineages: dict[str, Lineage] = {}
        self._seen = 0
        self._cut: tuple[str, int] | None = None

    def see(self, emitted: Emitted) -> None:
        """Take an event in, once."""
        if emitted.record <= self._seen:
            return
        self._seen = emitted.record
        if self._cut is not None:
            node, last = self._cut
            self.of(node).cut(last)
            self._cut = None
        event = emitted.event
        if isinstance(event, Appended):
            self.of(emitted.node).append(event.seq, event.chain, event.effects)
        elif isinstance(event, Recovered):
            self._cut = (emitted.node, event.last)
        elif isinstance(event, Restored):
            self._lineages[emitted.node] = self.of(event.source).copy(event.seq)

    def of(self, node: str) -> Lineage:
        """The log of a store."""
        lineage = self._lineages.get(node)
        if lineage is None:
            self._lineages[node] = lineage = Lineage()
        return lineage


def versions(shown: bytes) -> list[tuple[bytes, int]]:
    """(mark of the key, version) of each key that a read showed."""
    return list(_SHOWN.iter_unpack(shown))
