"""What the database did, folded from what it tells: several promises share it. Repeats after a crash are left out."""

from dataclasses import dataclass, field

from models.smartsearch.ingestion import events as e
from sim import Emitted

DB_EVENTS = (
    e.Accepted,
    e.Queued,
    e.Sent,
    e.Moved,
    e.Claimed,
    e.Staged,
    e.Ready,
    e.Dead,
    e.DeadLetter,
    e.BadRecordKept,
    e.Revived,
    e.FencedWrite,
    e.Collected,
)
"""What a check watches that uses the fold."""


@dataclass
class Story:
    """What became of one document. Times are world times in ns."""

    accepted: e.Accepted
    t_ns: int
    moves: list[tuple[int, e.Moved]] = field(default_factory=list)
    claims: list[tuple[int, e.Claimed]] = field(default_factory=list)
    ready: list[tuple[int, e.Ready]] = field(default_factory=list)

    def state(self, until: int, job: int = 0) -> str:
        """In which state a job was at a time."""
        found = ""
        for t_ns, move in self.moves:
            if move.job == job and t_ns <= until:
                found = move.now
        return found


class Ledger:
    """The fold. `take` says whether an event is new."""

    def __init__(self) -> None:
        self.stories: dict[int, Story] = {}
        self.staged: dict[tuple[int, int], dict[int, e.Staged]] = {}
        """(document, attempt) -> its chunks, collected or not."""
        self.rows: dict[int, list[int]] = {}
        """Row of the outbox -> times at which it was queued and sent."""
        self.garbage: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        """(document, attempt) -> (time, True if a chunk was staged, False if all were collected)."""
        self._seen = 0
        self._record = -1
        self._new = False

    def take(self, emitted: Emitted) -> bool:
        """Take in an event, once however many checks show it; False if it was told before."""
        if emitted.record == self._record:
            return self._new
        self._record, event = emitted.record, emitted.event
        assert isinstance(event, e.DbEvent), "these are watched"
        self._new = event.n > self._seen
        if self._new:
            self._seen = event.n
            self._fold(emitted.t_ns, event)
        return self._new

    def _fold(self, t_ns: int, event: e.DbEvent) -> None:
        if isinstance(event, e.Accepted):
            self.stories[event.doc] = Story(event, t_ns)
        elif isinstance(event, e.Queued):
            self.rows[event.row] = [t_ns]
        elif isinstance(event, e.Sent):
            self.rows[event.row].append(t_ns)
        elif isinstance(event, e.Staged):
            self.staged.setdefault((event.doc, event.attempt), {})[event.chunk] = event
            self.garbage.setdefault((event.doc, event.attempt), []).append((t_ns, True))
        elif isinstance(event, e.Collected):
            self.garbage.setdefault((event.doc, event.attempt), []).append((t_ns, False))
        elif isinstance(event, e.Moved):
            self.stories[event.doc].moves.append((t_ns, event))
        elif isinstance(event, e.Claimed):
            self._claim(t_ns, event)
        elif isinstance(event, e.Ready):
            self.stories[event.doc].ready.append((t_ns, event))

    def _claim(self, t_ns: int, event: e.Claimed) -> None:
        story = self.stories[event.doc]
        story.claims.append((t_ns, event))
