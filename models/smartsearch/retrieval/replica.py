"""A replica of the index, fed by the topic `indexed`: late, but never earlier than what it is a replica of.

Records come at least once; they are keyed by (document, attempt), and an older attempt never replaces a newer one. The
offset is saved with the rows in one record.
"""

from collections.abc import Iterable

import msgspec

from models.patterns import Journal
from models.patterns.journal import Files
from models.smartsearch.ingestion.messages import IndexNote
from sim import Message

_decode = msgspec.msgpack.Decoder(IndexNote).decode


class Indexed(Message):
    """A note, and the offset behind it."""

    note: IndexNote
    upto: int


class IndexReplica:
    """Rows of documents that were READY when their notes were written."""

    def __init__(self, disk: Files) -> None:
        self._journal: Journal[Indexed] = Journal(disk, "index", Indexed)
        self._notes: dict[int, IndexNote] = {}
        self.upto = 0
        for record in self._journal.read():
            self._take(record)

    def take(self, value: bytes, offset: int) -> None:
        """The record at `offset`."""
        record = Indexed(_decode(value), offset + 1)
        self._journal.append(record)
        self._take(record)

    def _take(self, record: Indexed) -> None:
        self.upto = record.upto
        known = self._notes.get(record.note.doc)
        if known is None or record.note.attempt > known.attempt:
            self._notes[record.note.doc] = record.note

    def found(self) -> Iterable[int]:
        """Documents that may be found."""
        return self._notes

    def staged(self) -> Iterable[int]:
        """The same: nothing else comes here."""
        return self._notes

    def tenant(self, doc: int) -> str:
        """Whose it is."""
        return self._notes[doc].tenant

    def live_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """(version, row) of its chunks."""
        note = self._notes[doc]
        return [(note.version, chunk.row) for chunk in note.chunks]

    def all_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """The same: nothing else comes here."""
        return self.live_rows(doc)
