"""One replica's log of one partition: dense offsets, and where each leader epoch began in it (KIP-101)."""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b

from models.smartsearch.log.messages import EpochEnd, Record
from models.smartsearch.log.segments import Files, Segments

NO_EPOCH = -1


def digest_of(record: Record) -> bytes:
    """Eight bytes that tell records apart, wherever they stand."""
    said = f"{record.producer}/{record.producer_epoch}/{record.sequence}/{record.key}/".encode()
    return blake2b(said + record.value, digest_size=8).digest()


class PartitionLog:
    """Records from `start` to before `end`, in memory and on disk."""

    def __init__(self, disk: Files, partition: int, per_segment: int, *, flush: bool) -> None:
        self.start = 0
        self._records: list[Record] = []
        self._epochs: list[tuple[int, int]] = []  # (epoch, its first offset), both rising
        self._segments = Segments(disk, partition, per_segment, flush=flush)
        self._segments.recover(self._take)

    def _take(self, record: Record) -> None:
        if not self._records and not self._epochs:
            self.start = record.offset
        if record.epoch != self.last_epoch:
            self._epochs.append((record.epoch, record.offset))
        self._records.append(record)

    @property
    def end(self) -> int:
        """The offset that the next record will have."""
        return self.start + len(self._records)

    @property
    def last_epoch(self) -> int:
        """The epoch of the last record; -1 if there is none."""
        return self._epochs[-1][0] if self._epochs else NO_EPOCH

    def read(self, offset: int, upto: int, count: int) -> tuple[Record, ...]:
        """At most `count` records from `offset` on, all below `upto`."""
        first = offset - self.start
        return tuple(self._records[first : min(upto - self.start, first + count)])

    def all(self) -> Sequence[Record]:
        """Every record that is there."""
        return self._records

    def append(self, record: Record) -> None:
        """Put a record behind the last one."""
        assert record.offset == self.end, f"offset {record.offset} does not follow {self.end - 1}"
        self._take(record)
        self._segments.append(record)

    def end_of_epoch(self, epoch: int) -> EpochEnd:
        """The largest epoch <= `epoch` in the log, and where it ends; if there is none, where the log begins."""
        place = bisect_right(self._epochs, (epoch, self.end)) - 1
        if place < 0:
            return EpochEnd(NO_EPOCH, self.start)
        ends = self._epochs[place + 1][1] if place + 1 < len(self._epochs) else self.end
        return EpochEnd(self._epochs[place][0], ends)

    def truncate(self, end: int) -> None:
        """Drop every record from offset `end` on."""
        end = max(end, self.start)
        del self._records[end - self.start :]
        while self._epochs and self._epochs[-1][1] >= end:
            self._epochs.pop()
        self._segments.truncate(end)

    def cut_before(self, upto: int, *, oldest: int, bytes_max: int) -> bool:
        """Retention, see `Segments.cut_before`; whether the log begins later now."""
        start = self._segments.cut_before(upto, oldest=oldest, bytes_max=bytes_max)
        if start is None:
            return False
        self._rise(start)
        return True

    def begin_at(self, offset: int) -> None:
        """Be empty: the leader's log begins behind the end of this one."""
        self._records.clear()
        self._epochs.clear()
        self._segments.clear()
        self.start = offset

    def _rise(self, start: int) -> None:
        del self._records[: start - self.start]
        self.start = start
        later = [(epoch, first) for epoch, first in self._epochs if first > start]
        first = self._records[0].epoch if self._records else self.last_epoch
        self._epochs = [(first, start), *later]
