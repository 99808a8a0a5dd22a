"""A log that knows what it has lost: entries that rotted keep their place, and peers give them back.

`Log` cuts at the first bad CRC, which is right for a torn tail and throws committed entries away if the disk rotted.
Here each entry has a mark (`marks.py`): bad and unmarked, with no mark behind it, is a torn tail and is cut; bad and
marked is faulty. A faulty entry counts by its identity in elections, and is neither applied, nor sent, nor acknowledged
until a peer has given it back (`repair.py`). What a snapshot covers is lost without harm: a hole.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.raft.log import (
    FILE,
    NO_CHAIN,
    Log,
    Place,
    decode_configuration,
    encode_entry,
    read_base,
    read_frame,
    seal,
)
from models.raft.marks import Mark, file_of, place_of, read_marks
from models.raft.messages import CONFIG, Entry
from models.raft.salvage import salvage
from sim import DiskError

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class MarkedLog(Log):
    """The entries of one incarnation with their marks.

    `faulty` holds the indices of entries that were lost, with their marks (None: that is lost as well).
    """

    def __init__(self, node: "RaftNode") -> None:
        self.faulty: dict[int, Mark | None] = {}
        self._hole = 0  # the last index that is lost and covered by the snapshot
        self._marks: dict[int, Mark] = {}
        self._node = node
        super().__init__(node)

    # What others ask

    @property
    def floor(self) -> int:
        """The last index that cannot be sent and never will be."""
        return max(self.base, self._hole)

    def intact_upto(self) -> int:
        """The last index up to which every entry that a snapshot does not cover can be read."""
        return 0 if self._node.snapshots.is_lost else min(self.faulty, default=self.last + 1) - 1

    def term_at(self, index: int) -> int | None:
        """The term of the entry at `index`; None beyond the end, before the base, and where nobody knows."""
        return None if self.is_unknown(index) else super().term_at(index)

    def misses(self, index: int) -> bool:
        """Whether the entry at `index` is lost, and its place kept."""
        return index in self.faulty

    def is_unknown(self, index: int) -> bool:
        """Whether an entry was lost together with its mark."""
        return index in self.faulty and self.faulty[index] is None

    def slice(self, first: int, count: int) -> tuple[Entry, ...]:
        """At most `count` entries from `first` on, up to the first faulty one."""
        return super().slice(first, max(0, min(count, self.intact_upto() - first + 1)))

    def last_term_max(self, term_now: int) -> int:
        """The greatest term that the last entry may have: its own, or any up to the present if that is lost."""
        return term_now if self.is_unknown(self.last) else self.last_term

    # Changes

    def append(self, entries: Sequence[Entry]) -> None:
        """Put `entries` behind the last one, each with its mark."""
        first = self.last + 1
        super().append(entries)
        self._write_marks(first)

    def cut(self, first: int) -> None:
        """Drop every entry from `first` on, with its mark."""
        super().cut(first)
        self.faulty = {index: mark for index, mark in self.faulty.items() if index < first}
        name, start = file_of(self.base), place_of(self.base, first)
        left = self._disk.size(name) - start
        if left > 0:
            self._disk.write(name, start, bytes(left))

    def sync(self) -> None:
        """Make entries and marks durable: an entry that is acknowledged has a mark."""
        super().sync()
        self._disk.fsync(file_of(self.base))

    def compact(self, upto: int) -> None:
        """Drop the entries up to `upto`, unless there are lost ones behind: their places are only in the old file."""
        if not self.faulty:
            super().compact(max(upto, self._hole))

    def reset(self, base: Place) -> None:
        """Drop everything: a snapshot up to `base` takes its place."""
        self.faulty, self._hole = {}, 0
        super().reset(base)

    def forgive(self, upto: int) -> None:
        """A snapshot covers everything up to `upto`: what is lost there need not be given back."""
        lost = [index for index in self.faulty if index <= upto]
        self._hole = max([self._hole, *lost])
        for index in lost:
            del self.faulty[index]

    def repair(self, entry: Entry) -> bool:
        """Put a lost entry back in its place, if it is the one that was lost; returns whether it was."""
        index, at = entry.index, entry.index - self.base
        frame, chain, crc = seal(encode_entry(entry), self._chains[at - 1], self._crcs[at - 1])
        if not self.is_same(entry, frame, chain):
            return False
        self._entries[at], self._terms[at], self._chains[at], self._crcs[at] = entry, entry.term, chain, crc
        self._ends[at] = self._ends[at - 1] + len(frame)
        self.last_term = self._terms[-1]
        del self.faulty[index]
        if entry.kind == CONFIG:
            self._recall_configuration(entry)
        self._disk.write(FILE, self._ends[at - 1], frame)
        self._disk.write(file_of(self.base), place_of(self.base, index), self._mark(index).pack())
        self.sync()
        return True

    def is_same(self, entry: Entry, frame: bytes, chain: bytes) -> bool:
        """Whether an entry is the one that was lost: by its mark, or as far as its neighbours tell."""
        index, at = entry.index, entry.index - self.base
        mark, following = self.faulty[index], self._marks.get(index + 1)
        if mark is not None:
            return mark.term == entry.term and mark.chain == chain
        if following is None:
            return True  # the next one whose mark is left will tell
        return following.before == chain and following.offset == self._ends[at - 1] + len(frame)

    # Reading back

    def recover_log(self) -> None:
        """Read what can be read. What was acknowledged has a mark, and is missed if it cannot be read."""
        data = self._read(FILE)
        base = read_base(data)
        if base is None:
            if data:
                raise DiskError(self._disk.name, f"the header of {FILE!r} is lost: nobody knows what this log held")
            self.reset(self._snapshot)
            return
        self._refuse_gap(base)
        self._begin(base)
        self._marks, rotten = read_marks(self._read(file_of(base.index)), base.index)
        self._read_entries(data, rotten)
        self._mend_files(len(data), rotten)
        if not self.reaches(self._snapshot):
            self.reset(self._snapshot)

    def _read_entries(self, data: bytes, rotten: set[int]) -> None:
        """Entries in order, each readable, or faulty, or the end."""
        marked = max([*self._marks, *rotten], default=0)
        while True:
            index, chain = self.last + 1, self._chains[-1]
            mark = self._marks.get(index)
            if mark is not None and NO_CHAIN not in (chain, mark.before) and mark.before != chain:
                return self.on_stale_mark(index)
            found = read_frame(data, self._ends[-1] if mark is None else mark.offset, self._crcs[-1])
            if found is not None and found[0].index == index:
                self._take(*found)
            elif marked < index or not self.keeps_place(index):
                return None
            else:
                self._miss(index, mark)

    def keeps_place(self, index: int) -> bool:  # noqa: ARG002 - every marked place is kept
        """Whether a bad entry that was acknowledged keeps its place, with all that is behind it."""
        return True

    def on_stale_mark(self, index: int) -> None:
        """A mark that does not fit behind the entry before it was left by entries that were cut: so does its frame."""
        self._marks = {place: mark for place, mark in self._marks.items() if place < index}

    def _miss(self, index: int, mark: Mark | None) -> None:
        """Keep the place of an entry that is lost; without a mark, by what the mark behind it says."""
        if index <= self._snapshot.index:
            self._hole = index
        else:
            self.faulty[index] = mark
        if mark is not None:
            self._put(None, mark.term, mark.chain, mark.crc, mark.offset + mark.size)
            return
        if max(self._marks, default=0) < index:
            raise DiskError(self._disk.name, f"entry {index} of {FILE!r} is lost and so is its mark, and all behind it")
        following = self._marks.get(index + 1)
        chain, end = (NO_CHAIN, self._ends[-1]) if following is None else (following.before, following.offset)
        self._put(None, self._terms[-1], chain, 0, end)

    def _mend_files(self, size: int, rotten: set[int]) -> None:
        """Cut the torn tail, and write rotten marks anew. Marks behind the end are of entries that were cut."""
        name, end = file_of(self.base), self._ends[-1]
        if end < size:
            self._disk.truncate(FILE, end)
        for index in sorted(rotten):
            if index <= self.last and index not in self.faulty:
                self._disk.write(name, place_of(self.base, index), self._mark(index).pack())
        marks_end = place_of(self.base, self.last + 1)
        if self._disk.exists(name) and self._disk.size(name) > marks_end:
            self._disk.truncate(name, marks_end)
        elif not self._disk.exists(name):
            self._write_marks(self.base + 1)
            self._disk.fsync_dir()
        self.sync()

    def _finish_files(self) -> None:
        """The marks of a new log file are durable before the file takes the log's name."""
        name = file_of(self.base)
        if self._disk.exists(name):
            self._disk.truncate(name, 0)
        self._marks = {}
        self._write_marks(self.base + 1)
        self._disk.fsync(name)

    def _rewrite(self, base: Place, entries: Sequence[Entry]) -> None:
        before = file_of(self.base)
        super()._rewrite(base, entries)
        if before != file_of(base.index) and self._disk.exists(before):
            self._disk.unlink(before)

    def _write_marks(self, first: int) -> None:
        """Write the marks of the entries from `first` on."""
        marks = [self._mark(index) for index in range(first, self.last + 1)]
        self._marks.update({mark.index: mark for mark in marks})
        self._disk.write(file_of(self.base), place_of(self.base, first), b"".join([mark.pack() for mark in marks]))

    def _mark(self, index: int) -> Mark:
        at = index - self.base
        begin, end = self._ends[at - 1 : at + 1]
        chains = self._chains
        return Mark(index, self._terms[at], begin, end - begin, chains[at - 1], chains[at], self._crcs[at])

    def _recall_configuration(self, entry: Entry) -> None:
        self.configurations.append((entry.index, decode_configuration(entry.payload)))
        self.configurations.sort(key=lambda one: one[0])

    def _read(self, name: str) -> bytes:
        return salvage(self._disk, name) if self._disk.exists(name) else b""
