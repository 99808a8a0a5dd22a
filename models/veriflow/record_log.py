"""The store's log: segments of records, each behind a snapshot of what came before, so that it stays short.

Segment k holds what was done after snapshot k. When a segment is long enough the next one begins; once its snapshot is
durable, those before the last two go. A start reads from the oldest snapshot that is left: what was logged but not told
when a process was killed is told again, and watchers find the last changes (etcd keeps its history so, and compacts).
"""

from collections.abc import Callable
from functools import partial

from models.patterns import Journal
from models.veriflow.commands import Record
from sim import Actor, Message

SEGMENT, SNAPSHOT = "log.", "snapshot."


class Begin(Message):
    """The first entry of a segment: how many records there were before it. A segment that a gap precedes is void."""

    before: int


class State(Message):
    """The machine as it was when a segment began."""

    data: bytes


class RecordLog:
    """The log of one incarnation of `actor`. A segment takes at least `least` records."""

    def __init__(self, actor: Actor, least: int) -> None:
        self._actor = actor
        self._disk = actor.disk
        self._least = least
        self._number = 0
        self._records = 0
        self._in_segment = 0
        self._journal: Journal[Begin | Record] | None = None

    # Reading

    def read(self) -> tuple[bytes | None, list[Record]]:
        """The oldest snapshot that is left (None: there was nothing) and all records since. Call it once, first."""
        segments, snapshots = self._numbers(SEGMENT), self._numbers(SNAPSHOT)
        last = max(segments, default=0)
        for first in sorted({0, *snapshots}):
            if not all(number in segments for number in range(first, last + 1)):
                continue
            state = self._state(first) if first else None
            if state is not None or not first:
                records = self._replay(first, last)
                self._clear(first)
                return state, records
        self._clear(0)
        return None, []

    def _numbers(self, prefix: str) -> list[int]:
        return [int(name.removeprefix(prefix)) for name in self._disk.names(prefix)]

    def _state(self, number: int) -> bytes | None:
        journal: Journal[State] = Journal(self._disk, f"{SNAPSHOT}{number}", State)
        return next((one.data for one in journal.read()), None)

    def _replay(self, first: int, last: int) -> list[Record]:
        records: list[Record] = []
        for number in range(first, last + 1):
            journal = self._segment(number)
            begin, *entries = journal.read() or (None,)
            if not isinstance(begin, Begin) or (number > first and begin.before != self._records):
                break  # a crash tore what was before it, or its own beginning: nobody was told of what is behind
            self._number, self._journal = number, journal
            self._records = begin.before + len(entries)
            self._in_segment = len(entries)
            records += [one for one in entries if isinstance(one, Record)]
        return records

    def _segment(self, number: int) -> Journal[Begin | Record]:
        return Journal(self._disk, f"{SEGMENT}{number}", Begin | Record)

    def _clear(self, first: int) -> None:
        """Remove what is before the first segment that counts, and behind the last."""
        last = self._number if self._journal is not None else -1
        for prefix in (SEGMENT, SNAPSHOT):
            for number in self._numbers(prefix):
                if not first <= number <= last:
                    self._disk.unlink(f"{prefix}{number}")

    # Writing

    def append(self, record: Record, objects: int, snapshot: Callable[[], bytes]) -> None:
        """Log a record, which is not done yet, behind all others. `objects` is how large a snapshot would be."""
        if self._journal is None:
            self._begin()
        elif self._in_segment >= max(self._least, objects):
            self._number += 1
            state: Journal[State] = Journal(self._disk, f"{SNAPSHOT}{self._number}", State)
            state.append(State(snapshot()))
            self._begin()
            self._actor.when_durable(partial(self._drop_before, self._number - 1))
        assert self._journal is not None, "a segment was begun"
        self._journal.append(record)
        self._records += 1
        self._in_segment += 1

    def _begin(self) -> None:
        self._journal = self._segment(self._number)
        self._journal.append(Begin(self._records))
        self._in_segment = 0

    def _drop_before(self, first: int) -> None:
        for prefix in (SEGMENT, SNAPSHOT):
            for number in self._numbers(prefix):
                if number < first:
                    self._disk.unlink(f"{prefix}{number}")
