"""Promises about what clients are told: acknowledgements in order and durable, reads of what is there."""

from models.veristore.events import Acked, Durable, ReadServed, Recovered
from models.veristore.invariants.lineage import LINEAGE_EVENTS, Lineages, versions
from sim import Emitted
from sim.invariants import Invariant, when


class SeqRises(Invariant):
    """Acknowledged seqs rise strictly over the whole life of a store, whatever restarts come between."""

    name = "seq-rises"
    claim = "every acknowledged batch had a higher number than the one before"
    watches = (Acked,)

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the one before."""
        event, before = emitted.event, self._last.get(emitted.node)
        self._last[emitted.node] = emitted
        if before is None or not isinstance(event, Acked) or not isinstance(before.event, Acked):
            return
        if event.seq <= before.event.seq:
            self.contradict(
                emitted, f"{when(emitted)} acknowledged batch {event.seq}, after {before.event.seq} by {when(before)}"
            )


class AckedDurable(Invariant):
    """Nothing is acknowledged or shown before it is durable."""

    name = "acked-durable"
    claim = "whatever was acknowledged or shown was durable"
    watches = (Acked, Durable, ReadServed, Recovered)

    def __init__(self) -> None:
        super().__init__()
        self._durable: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what is known to be durable."""
        event, durable = emitted.event, self._durable.get(emitted.node, 0)
        if isinstance(event, Durable):
            self._durable[emitted.node] = event.seq
        elif isinstance(event, Recovered):
            self._durable[emitted.node] = event.last
        elif isinstance(event, Acked) and event.seq > durable:
            self.contradict(emitted, f"{when(emitted)} acknowledged batch {event.seq}, durable is {durable}")
        elif isinstance(event, ReadServed):
            newest = max((version for _, version in versions(event.shown)), default=0)
            if newest > durable:
                self.contradict(emitted, f"{when(emitted)} showed a value of batch {newest}, durable is {durable}")


class DeletedStays(Invariant):
    """What was deleted does not come back, whatever flushes, compactions and restarts come between."""

    name = "deleted-stays"
    claim = "no read showed what had been deleted"
    watches = (ReadServed, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages) -> None:
        super().__init__()
        self._lineages = lineages

    def observe(self, emitted: Emitted) -> None:
        """Look for each key that was shown whether a delete came after the version shown."""
        self._lineages.see(emitted)
        event, lineage = emitted.event, self._lineages.of(emitted.node)
        if not isinstance(event, ReadServed):
            return
        for key, version in versions(event.shown):
            deleted = lineage.deleted_at(key, event.seq)
            if version and deleted > version:
                self.contradict(
                    emitted,
                    f"{when(emitted)} showed at batch {event.seq} a value of batch {version} that batch {deleted} had "
                    f"deleted",
                )


class ReadsCurrent(Invariant):
    """A read shows every key as the batches up to its seq have left it."""

    name = "reads-current"
    claim = "every read showed the newest version of every key"
    watches = (ReadServed, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages) -> None:
        super().__init__()
        self._lineages = lineages

    def observe(self, emitted: Emitted) -> None:
        """Compare the version of each key that was shown with the one that it must have."""
        self._lineages.see(emitted)
        event, lineage = emitted.event, self._lineages.of(emitted.node)
        if not isinstance(event, ReadServed):
            return
        for key, version in versions(event.shown):
            newest = lineage.version_at(key, event.seq)
            if version != newest:
                shown = f"the value of batch {version}" if version else "no value"
                there = f"that of batch {newest}" if newest else "none"
                self.contradict(
                    emitted, f"{when(emitted)} showed at batch {event.seq} {shown} of a key that has {there}"
                )
