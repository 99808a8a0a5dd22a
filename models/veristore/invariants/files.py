"""Promises about files: what may be removed when, what a snapshot holds, and that recovery comes to an end."""

from models.veristore.events import (
    CorruptionFound,
    Digest,
    Flushed,
    Recovered,
    RecoveryBegan,
    Restored,
    SegmentDropped,
    SnapshotRead,
)
from models.veristore.invariants.lineage import LINEAGE_EVENTS, Lineages
from sim import SECOND, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

BANDWIDTH = 200_000_000
"""Bytes per second that a disk gives."""


class LogFloor(Invariant):
    """A segment of the log is removed only if runs hold all of it, and the manifest durably says so."""

    name = "log-floor"
    claim = "no segment was removed above the floor"
    watches = (SegmentDropped, Flushed, Recovered)

    def __init__(self) -> None:
        super().__init__()
        self._floors: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the floor."""
        event, floor = emitted.event, self._floors.get(emitted.node, 0)
        if isinstance(event, Flushed | Recovered):
            self._floors[emitted.node] = event.floor
        elif isinstance(event, SegmentDropped) and event.first <= event.last and event.last > floor:
            self.contradict(
                emitted, f"{when(emitted)} removed the log up to batch {event.last}, and runs hold it up to {floor}"
            )


class SnapshotEqual(Invariant):
    """A snapshot, and what is applied on top of it, is the map that the source has at the same seq."""

    name = "snapshot-equal"
    claim = "every snapshot was the map that it was taken of"
    watches = (SnapshotRead, Digest, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages) -> None:
        super().__init__()
        self._lineages = lineages
        self._sources: dict[str, tuple[str, int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare the digests of a copy with those that its source's log makes."""
        self._lineages.see(emitted)
        event = emitted.event
        if isinstance(event, SnapshotRead):
            self._compare(emitted, event.source, event.seq, event.digest)
        elif isinstance(event, Restored):
            self._sources[emitted.node] = (event.source, event.seq)
        elif isinstance(event, Digest | Recovered) and emitted.node in self._sources:
            source, _ = self._sources[emitted.node]
            seq = event.seq if isinstance(event, Digest) else event.last
            self._compare(emitted, source, seq, event.digest)

    def _compare(self, emitted: Emitted, source: str, seq: int, digest: int) -> None:
        expected = self._lineages.of(source).digest_at(seq)
        if expected is not None and expected != digest:
            self.contradict(emitted, f"{when(emitted)} has another map at batch {seq} than {source}, whose copy it is")


class RecoveryEnds(Invariant):
    """Once everything is healed, a recovery ends: with a store that serves, or with the reason why it does not."""

    name = "recovery-ends"
    claim = "every recovery came to its end"
    watches = (RecoveryBegan, Recovered, CorruptionFound)

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep the recoveries that are under way."""
        if isinstance(emitted.event, RecoveryBegan):
            self._open[emitted.node] = emitted
        else:
            self._open.pop(emitted.node, None)

    def conclude(self, record: RunRecord) -> Verdict:
        """Each may take a second, and the time that its log takes to be read."""
        for began in self._open.values():
            assert isinstance(began.event, RecoveryBegan), "only these are kept"
            bound = SECOND + began.event.log_bytes * SECOND // BANDWIDTH
            since = max(began.t_ns, record.settle_ns)
            if record.end_ns - since > bound:
                self.contradict(began, f"the recovery of {when(began)} had not ended at {show_ns(record.end_ns)}")
        return super().conclude(record)
