"""What every broker holds, and what is committed, folded from what brokers tell: several promises share it."""

from dataclasses import dataclass, field

from models.smartsearch.events import HighWatermark, Produced, Recovered, Replicated, StartRose, Truncated
from sim import Emitted

COPY_EVENTS = (Recovered, Produced, Replicated, Truncated, StartRose, HighWatermark)
"""What a check watches that uses the fold."""


@dataclass(frozen=True)
class Entry:
    """A record: digest, and who sent it as what."""

    epoch: int
    digest: bytes
    producer: int
    producer_epoch: int
    sequence: int


@dataclass
class Copy:
    """One broker's log of one partition."""

    start: int = 0
    entries: list[Entry] = field(default_factory=list)
    checked: int = 0
    """Up to where it was compared with what is committed."""

    @property
    def end(self) -> int:
        """The offset behind its last record."""
        return self.start + len(self.entries)

    def at(self, offset: int) -> Entry | None:
        """The record at an offset; None if it is not there."""
        return self.entries[offset - self.start] if self.start <= offset < self.end else None

    def cut(self, end: int) -> None:
        """Drop what is at `end` and behind."""
        del self.entries[max(0, end - self.start) :]
        self.checked = min(self.checked, self.end)

    def begin(self, start: int) -> None:
        """Drop what is before `start`."""
        del self.entries[: max(0, start - self.start)]
        self.start = max(start, self.start)


@dataclass
class Clash:
    """Two things at one place."""

    emitted: Emitted
    sentence: str


class Copies:
    """The fold. `committed` maps (partition, offset) to the first record that anybody took for committed there."""

    def __init__(self) -> None:
        self.copies: dict[tuple[str, int], Copy] = {}
        self.committed: dict[int, dict[int, Entry]] = {}
        self.ends: dict[int, int] = {}
        """Partition -> the highest high watermark that anybody told."""
        self.starts: dict[int, int] = {}
        """Partition -> the highest beginning of any copy."""
        self.fresh: list[tuple[int, int, Entry]] = []
        """(partition, offset, record) of what the last event made committed."""
        self.clash: Clash | None = None
        self._seen = -1

    def copy(self, broker: str, partition: int) -> Copy:
        """One broker's log of one partition."""
        return self.copies.setdefault((broker, partition), Copy())

    def see(self, emitted: Emitted) -> None:
        """Take in an event, once however many checks show it."""
        if emitted.record <= self._seen:
            return
        self._seen, event = emitted.record, emitted.event
        if isinstance(event, (Produced, Replicated)):
            self._append(emitted, event)
        elif isinstance(event, HighWatermark):
            self._commit(emitted, event)
        elif isinstance(event, Truncated):
            self.copy(emitted.node, event.partition).cut(event.to)
        elif isinstance(event, Recovered):
            copy = self.copy(emitted.node, event.partition)
            copy.begin(event.start)
            copy.cut(event.end)
        elif isinstance(event, StartRose):
            copy = self.copy(emitted.node, event.partition)
            copy.begin(event.start)
            self.starts[event.partition] = max(event.start, self.starts.get(event.partition, 0))

    def _append(self, emitted: Emitted, event: Produced | Replicated) -> None:
        copy = self.copy(emitted.node, event.partition)
        if event.offset != copy.end:
            place = f"partition {event.partition} offset {event.offset}"
            self._clash(emitted, f"{emitted.node} appends {place}, but its log ends at {copy.end}")
            copy.cut(event.offset)
        entry = Entry(event.epoch, event.digest, event.producer, event.producer_epoch, event.sequence)
        copy.entries.append(entry)

    def _commit(self, emitted: Emitted, event: HighWatermark) -> None:
        """Compare what became committed at this broker with what is committed at others."""
        partition = event.partition
        copy = self.copy(emitted.node, partition)
        known = self.committed.setdefault(partition, {})
        self.fresh = []
        for offset in range(max(copy.checked, copy.start), min(event.offset, copy.end)):
            entry = copy.entries[offset - copy.start]
            first = known.get(offset)
            if first is None:
                known[offset] = entry
                self.fresh.append((partition, offset, entry))
            elif first.digest != entry.digest:
                place = f"partition {partition} offset {offset}"
                said = f"{place} is {entry.digest.hex()} at {emitted.node} and was committed as {first.digest.hex()}"
                self._clash(emitted, said)
        copy.checked = max(copy.checked, min(event.offset, copy.end))
        self.ends[partition] = max(event.offset, self.ends.get(partition, 0))

    def _clash(self, emitted: Emitted, sentence: str) -> None:
        if self.clash is None:
            self.clash = Clash(emitted, sentence)
