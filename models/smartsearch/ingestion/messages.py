"""What is said about documents: to the API, to the database, to the embedder."""

from typing import TypeVar

from models.patterns import Letter
from sim import Message, Request

R = TypeVar("R", bound=Message)

CONFLICT = "409"
BACKLOG = "429"
FENCED = "fenced"
POISON = "the text cannot be embedded"

PENDING = "PENDING"
PROCESSING = "PROCESSING"
RETRY_WAIT = "RETRY_WAIT"
READY = "READY"
DEAD = "DEAD"

TO_WORK = "documents"
TO_INDEX = "indexed"
TO_DEAD = "dead"
"""Where the letters of the outbox go: each is a topic of the log."""


# From clients to the API, and on to the database


class Submitted(Message):
    """The document is accepted, and this is its id."""

    doc: int


class Submit(Request[Submitted]):
    """A text of a tenant. The same request id is the same document; with another text it is refused (409)."""

    tenant: str
    request: str
    text: str


class Status(Message):
    """The document's state, and its newest attempt."""

    state: str
    attempt: int


class AskStatus(Request[Status]):
    """What became of a tenant's document?"""

    tenant: str
    doc: int


class Hits(Message):
    """Documents, best first, with their scores."""

    documents: tuple[int, ...]
    scores: tuple[int, ...]


class Search(Request[Hits]):
    """The `k` best documents of a tenant for a text. `number` is the asker's own, for the record."""

    tenant: str
    text: str
    k: int
    number: int


# Operators


class Revive(Request[Status]):
    """Try a dead document again."""

    doc: int


class Reindex(Request[Status]):
    """Embed every document that is ready anew, under this version."""

    version: int


class Drain(Message):
    """Keep out of the group for so many ns."""

    ns: int


# The relays


class Turn(Message):
    """Whether the asker is the active relay."""

    active: bool


class TakeTurn(Request[Turn]):
    """A relay wants to be, or stay, the active one."""

    relay: str


class Rows(Message):
    """Letters in order of their ids."""

    rows: tuple[Letter, ...]


class Unsent(Request[Rows]):
    """Rows that are not marked as sent."""

    limit: int


class Done(Message):
    """It is done."""


class MarkSent(Request[Done]):
    """The rows are in the log."""

    rows: tuple[int, ...]


# Workers


class Task(Message):
    """What a record asks a worker to do. `job` 0: make the document ready; else embed it anew under that version."""

    doc: int
    job: int = 0


class Claimed(Message):
    """The document is the worker's until its lease runs out; `attempt` is the fence. `outcome` if there is no work."""

    outcome: str
    attempt: int
    version: int
    tenant: str
    text: str


class Claim(Request[Claimed]):
    """A worker wants a document, because of the record at this place. `at` is its clock, for the record."""

    doc: int
    job: int
    worker: str
    at: int
    partition: int
    offset: int


class Renew(Request[Done]):
    """The work goes on: refused with `fenced` if another attempt has begun."""

    doc: int
    job: int
    attempt: int
    at: int


class ChunkRow(Message):
    """One embedded chunk."""

    n: int
    digest: bytes
    row: bytes


class Stage(Request[Done]):
    """Keep a chunk of an attempt; nobody finds it yet."""

    doc: int
    job: int
    attempt: int
    version: int
    chunk: ChunkRow


class Publish(Request[Status]):
    """All `count` chunks of the attempt are staged: let the document be found. Refused with `fenced` if it is over."""

    doc: int
    job: int
    attempt: int
    count: int


class Fail(Request[Status]):
    """The attempt has failed."""

    doc: int
    job: int
    attempt: int
    retryable: bool
    jitter_ppm: int


class BadRecord(Request[Done]):
    """A record that says nothing a worker understands."""

    partition: int
    offset: int
    value: bytes


# The caretaker


class Swept(Message):
    """How many documents were helped on, or chunks collected."""

    count: int


class Sweep(Request[Swept]):
    """Put right what workers left behind."""


class Collect(Request[Swept]):
    """Drop chunks of attempts that are over."""


# The embedder


class Vector(Message):
    """A packed vector."""

    row: bytes


class Embed(Request[Vector]):
    """Embed one chunk."""

    text: str
    version: int


class ChunkNote(Message):
    """One chunk of a document that became searchable."""

    n: int
    row: bytes


class IndexNote(Message):
    """What the topic `indexed` says: all chunks of a document's attempt."""

    doc: int
    tenant: str
    attempt: int
    version: int
    chunks: tuple[ChunkNote, ...]
