"""The database's tables, and the transactions that change them. One transaction is one record of the journal."""

from collections.abc import Callable, Iterator
from hashlib import blake2b

from models.patterns import Letter
from models.smartsearch.ingestion import events as e
from models.smartsearch.ingestion.messages import DEAD, PENDING, READY, TO_DEAD
from sim import Message


class Document(Message):
    """What was accepted, for ever."""

    id: int
    tenant: str
    request: str
    text: str
    digest: bytes


class Job(Message):
    """Work on a document: job 0 makes it ready, others embed it anew. Times are the database's, in ns.

    `attempt` is the fence, and rises over all jobs of a document; `tries` counts since the last revive.
    """

    doc: int
    number: int
    state: str
    attempt: int
    tries: int
    lease_until: int
    due: int
    since: int


class StoredChunk(Message):
    """A staged chunk."""

    doc: int
    attempt: int
    n: int
    version: int
    digest: bytes
    row: bytes


class Live(Message):
    """The attempt whose chunks are found, and the version that they are embedded under."""

    doc: int
    attempt: int
    version: int


class Transaction(Message):
    """All changes of one transaction. `told`: everything up to this event is known to have been told."""

    told: int
    documents: tuple[Document, ...]
    jobs: tuple[Job, ...]
    chunks: tuple[StoredChunk, ...]
    dropped: tuple[tuple[int, int], ...]
    live: tuple[Live, ...]
    letters: tuple[Letter, ...]
    sent: tuple[int, ...]
    version: int
    events: tuple[e.DbEvent, ...]


def digest_of(text: str) -> bytes:
    """Eight bytes that tell texts apart."""
    return blake2b(text.encode(), digest_size=8).digest()


class Tables:
    """The present state. Chunks lie under (document, attempt), by number."""

    def __init__(self) -> None:
        self.documents: dict[int, Document] = {}
        self.requests: dict[tuple[str, str], int] = {}
        self.jobs: dict[tuple[int, int], Job] = {}
        self.open: dict[tuple[int, int], None] = {}
        """Jobs that are neither READY nor DEAD, in the order in which they became so."""
        self.chunks: dict[tuple[int, int], dict[int, StoredChunk]] = {}
        self.live: dict[int, Live] = {}
        self.unsent: dict[int, Letter] = {}
        self.rows = 0
        self.version = 0
        self.events = 0

    def apply(self, transaction: Transaction) -> None:
        """Do what a transaction says."""
        for document in transaction.documents:
            self.documents[document.id] = document
            self.requests[document.tenant, document.request] = document.id
        for job in transaction.jobs:
            self._put_job(job)
        for doc, attempt in transaction.dropped:
            self.chunks.pop((doc, attempt), None)
        for chunk in transaction.chunks:
            self.chunks.setdefault((chunk.doc, chunk.attempt), {})[chunk.n] = chunk
        self.live.update((live.doc, live) for live in transaction.live)
        for letter in transaction.letters:
            self.unsent[letter.id] = letter
            self.rows = max(self.rows, letter.id)
        for row in transaction.sent:
            self.unsent.pop(row, None)
        self.version = transaction.version
        self.events += len(transaction.events)

    def _put_job(self, job: Job) -> None:
        key = job.doc, job.number
        self.jobs[key] = job
        if job.state in (READY, DEAD):
            self.open.pop(key, None)
        else:
            self.open[key] = None

    def newest_attempt(self, doc: int) -> int:
        """The highest attempt that was ever claimed of a document."""
        found = 0
        for number in (0, *range(1, self.version + 1)):
            job = self.jobs.get((doc, number))
            found = max(found, 0 if job is None else job.attempt)
        return found

    def open_jobs(self) -> Iterator[Job]:
        """All jobs under way."""
        for key in list(self.open):
            yield self.jobs[key]

    def has_letter(self, doc: int) -> bool:
        """Whether the outbox has a row about the document that is not sent."""
        return any(letter.to.endswith(f"/{doc}") for letter in self.unsent.values())


class Draft:
    """A transaction that is being made. Reading goes to the tables as they were before it."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._documents: list[Document] = []
        self._jobs: list[Job] = []
        self._chunks: list[StoredChunk] = []
        self._dropped: list[tuple[int, int]] = []
        self._live: list[Live] = []
        self._letters: list[Letter] = []
        self._sent: list[int] = []
        self._events: list[e.DbEvent] = []
        self.version = tables.version

    def tell(self, make: Callable[[int], e.DbEvent]) -> None:
        """Tell something when the transaction is durable; `make` gets its number."""
        self._events.append(make(self._tables.events + len(self._events) + 1))

    def add(self, document: Document) -> None:
        """A new document."""
        self._documents.append(document)
        said = document.id, document.tenant, document.request, document.text
        self.tell(lambda n: e.Accepted(n, *said))

    def move(self, job: Job) -> None:
        """Put a job into a state."""
        before = self._tables.jobs.get((job.doc, job.number))
        self._jobs.append(job)
        was = "" if before is None else before.state
        self.tell(lambda n: e.Moved(n, job.doc, job.number, was, job.state, job.attempt))

    def renew(self, job: Job) -> None:
        """Change a job in its state."""
        self._jobs.append(job)

    def stage(self, chunk: StoredChunk) -> None:
        """Keep a chunk."""
        self._chunks.append(chunk)
        said = chunk.doc, chunk.attempt, chunk.version, chunk.n, chunk.digest, chunk.row
        self.tell(lambda n: e.Staged(n, *said))

    def drop(self, doc: int, attempt: int) -> None:
        """Forget the chunks of an attempt."""
        self._dropped.append((doc, attempt))

    def publish(self, live: Live) -> None:
        """Let the chunks of an attempt be found."""
        self._live.append(live)

    def queue(self, topic: str, doc: int, body: bytes) -> None:
        """Write a row into the outbox."""
        row = self._tables.rows + len(self._letters) + 1
        self._letters.append(Letter(row, f"{topic}/{doc}", body))
        self.tell(lambda n: e.Queued(n, row, topic, doc))

    def bury(self, job: Job, body: bytes) -> None:
        """Give a document up: a letter says so."""
        self.move(job)
        self.tell(lambda n: e.Dead(n, job.doc, job.number, job.attempt))
        self.letter_of_death(job, body)

    def letter_of_death(self, job: Job, body: bytes) -> None:
        """Tell people that a document was given up."""
        self.queue(TO_DEAD, job.doc, body)
        self.tell(lambda n: e.DeadLetter(n, job.doc, job.attempt))

    def sent(self, row: int) -> None:
        """A row is in the log."""
        if row in self._tables.unsent:
            self._sent.append(row)
            self.tell(lambda n: e.Sent(n, row))

    def done(self, told: int) -> Transaction | None:
        """The transaction; None if nothing changes."""
        parts = (self._documents, self._jobs, self._chunks, self._dropped, self._live, self._letters, self._sent)
        if not any(parts) and not self._events and self.version == self._tables.version:
            return None
        return Transaction(
            told, tuple(self._documents), tuple(self._jobs), tuple(self._chunks), tuple(self._dropped),
            tuple(self._live), tuple(self._letters), tuple(self._sent), self.version, tuple(self._events),
        )  # fmt: skip


def fresh_job(doc: int, number: int, now: int) -> Job:
    """Work that nobody has begun."""
    return Job(doc, number, PENDING, 0, 0, 0, 0, now)
