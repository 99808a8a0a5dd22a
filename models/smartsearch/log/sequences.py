"""What a leader remembers of producers, so that a request that comes twice is appended once (KIP-98, KIP-360).

The table is a fold of the log: whoever becomes leader has it from its own records, and a failover forgets nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.smartsearch.log.messages import NO_PRODUCER, OUT_OF_ORDER, PRODUCER_FENCED, Produce, Record

KEPT = 5
"""How many of its last records of a partition a producer may ask for again."""


@dataclass
class Session:
    """The newest session of one producer id in this partition."""

    epoch: int
    recent: list[tuple[int, int]] = field(default_factory=list)  # (sequence, offset), the last `KEPT`
    time: int = 0


class Sequences:
    """Of one partition. `expiry` ns without a write, and an id is forgotten."""

    def __init__(self, expiry: int) -> None:
        self._expiry = expiry
        self._sessions: dict[int, Session] = {}

    def rebuild(self, records: Sequence[Record]) -> None:
        """Fold the log: done when a replica becomes leader."""
        self._sessions.clear()
        for record in records:
            self.note(record)

    def note(self, record: Record) -> None:
        """A record was appended."""
        if record.producer == NO_PRODUCER:
            return
        session = self._sessions.get(record.producer)
        if session is None or record.producer_epoch > session.epoch:
            session = self._sessions[record.producer] = Session(record.producer_epoch)
        session.recent = [*session.recent[1 - KEPT :], (record.sequence, record.offset)]
        session.time = record.time

    def judge(self, asked: Produce, now: int) -> int | str | None:
        """None: append it. An offset: it is there already. A text: why it is refused."""
        session = self._sessions.get(asked.producer)
        if asked.producer == NO_PRODUCER or session is None or now - session.time > self._expiry:
            return None
        if self.is_fenced(asked, session):
            return PRODUCER_FENCED
        if asked.producer_epoch > session.epoch:
            return None if asked.sequence == 0 else OUT_OF_ORDER
        for sequence, offset in session.recent:
            if sequence == asked.sequence:
                return offset
        return None if asked.sequence == session.recent[-1][0] + 1 else OUT_OF_ORDER

    def is_fenced(self, asked: Produce, session: Session) -> bool:
        """Whether a newer session of this producer has written here."""
        return asked.producer_epoch < session.epoch
