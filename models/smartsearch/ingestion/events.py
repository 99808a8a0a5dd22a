"""What the database tells the checks, in the order of its transactions. `n` numbers what it tells, from 1.

After a crash it tells again what it cannot know to have told; by the number a check knows a repeat.
"""

from sim import Event


class Accepted(Event):
    """A document is accepted: from now on it must become READY or DEAD."""

    n: int
    doc: int
    tenant: str
    request: str
    text: str


class Queued(Event):
    """A row is in the outbox."""

    n: int
    row: int
    topic: str
    doc: int


class Sent(Event):
    """A row is marked as sent: it is in the log."""

    n: int
    row: int


class Moved(Event):
    """A job of a document went from one state to another. Job 0 makes it ready; others embed it under that version."""

    n: int
    doc: int
    job: int
    was: str
    now: str
    attempt: int


class Claimed(Event):
    """A worker has the document until its lease runs out."""

    n: int
    doc: int
    job: int
    attempt: int
    worker: str


class Staged(Event):
    """A chunk of an attempt is kept; nobody is to find it yet."""

    n: int
    doc: int
    attempt: int
    version: int
    chunk: int
    digest: bytes
    row: bytes


class Ready(Event):
    """The document is found by the chunks of this attempt from now on."""

    n: int
    doc: int
    job: int
    attempt: int
    version: int
    chunks: int


class Dead(Event):
    """The document is given up after this attempt."""

    n: int
    doc: int
    job: int
    attempt: int


class DeadLetter(Event):
    """A letter about a document that was given up is written."""

    n: int
    doc: int
    attempt: int


class BadRecordKept(Event):
    """A record that says nothing is kept for people to look at."""

    n: int
    partition: int
    offset: int


class Revived(Event):
    """An operator tries a dead document again."""

    n: int
    doc: int


class FencedWrite(Event):
    """A worker whose attempt is over was refused."""

    n: int
    doc: int
    attempt: int
    newest: int


class Collected(Event):
    """The chunks of an attempt that is over are dropped."""

    n: int
    doc: int
    attempt: int


DbEvent = (
    Accepted
    | Queued
    | Sent
    | Moved
    | Claimed
    | Staged
    | Ready
    | Dead
    | DeadLetter
    | BadRecordKept
    | Revived
    | FencedWrite
    | Collected
)


class Refusal(Event):
    """A submission was refused: 409 for another text under a known request, 429 for too much work under way."""

    tenant: str
    request: str
    why: str


class Found(Event):
    """A search was answered from the state of this moment."""

    number: int
    asker: str
    tenant: str
    query: str
    k: int
    documents: tuple[int, ...]
    scores: tuple[int, ...]


class EmbedCalled(Event):
    """A worker asks the embedder for a chunk of a document."""

    doc: int
    attempt: int
    chunk: int


class StatusSeen(Event):
    """A client was told a document's state."""

    tenant: str
    doc: int
    state: str
