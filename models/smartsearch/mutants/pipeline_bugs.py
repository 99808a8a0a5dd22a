# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of ingestion and retrieval: each class overrides one rule of a part."""

from collections.abc import Iterable, Iterator, Sequence

from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.claims import Claims
from models.smartsearch.ingestion.embedding import DIMENSION, Embedding
from models.smartsearch.ingestion.intake import Intake
from models.smartsearch.ingestion.messages import PROCESSING, RETRY_WAIT, Stage, Task
from models.smartsearch.ingestion.outbox import Announcer, encode
from models.smartsearch.ingestion.sweeping import Sweeping
from models.smartsearch.ingestion.tables import Document, Draft, Job, StoredChunk, Tables
from models.smartsearch.ingestion.worker import Attempt
from models.smartsearch.log.cluster import Cluster
from models.smartsearch.log.messages import NO_PRODUCER, Produce, Quiet
from models.smartsearch.retrieval.search import Retrieval
from models.smartsearch.settings import Settings
from sim import Refused, Timeout

LOCAL_TRIES = 4


class SearchesAll(Retrieval):
    """Searches every chunk that there is, whatever its document's state and its attempt."""

    def visible(self) -> Iterator[tuple[int, Iterable[tuple[int, bytes]]]]:
        for doc in self._rows.staged():
            yield doc, self._rows.all_rows(doc)


class SharedRows(Claims):
    """Keeps the chunks of a document in one place: the first chunk of an attempt deletes them all."""

    def stage(self, draft: Draft, asked: Stage) -> None:
        live = self._tables.live.get(asked.doc)
        place = asked.attempt if live is None else live.attempt
        if asked.chunk.n == 0:
            draft.drop(asked.doc, place)
        chunk = asked.chunk
        draft.stage(StoredChunk(asked.doc, place, chunk.n, asked.version, chunk.digest, chunk.row))


class UnfencedReady(Claims):
    """Asks only whether the document is being worked on, not by whom."""

    def may_publish(self, job: Job, attempt: int) -> bool:  # noqa: ARG002
        return job.state == PROCESSING


class UnfencedDelete(Claims):
    """A fenced worker's clean-up deletes the chunks of all attempts."""

    def clean_up(self, draft: Draft, doc: int, attempt: int) -> None:  # noqa: ARG002
        for owner, number in list(self._tables.chunks):
            if owner == doc:
                draft.drop(doc, number)


class SendsAfterCommit(Announcer):
    """Tells the log after the transaction, without the outbox: if that fails nobody knows."""

    def announce(self, draft: Draft, doc: int, job: int) -> None:  # noqa: ARG002
        self._database.spawn(self._tell_log(doc, job))

    async def _tell_log(self, doc: int, job: int) -> None:
        database = self._database
        cluster = Cluster(database, database.layout, database.settings)
        partition = doc % database.layout.documents
        leader = await cluster.leader(partition)
        if leader is not None:
            said = Produce(partition, leader.epoch, NO_PRODUCER, 0, 0, str(doc), encode(Task(doc, job)), "all")
            database.send(leader.leader, Quiet(said))


class SweepsFailedOnly(Sweeping):
    """Sees to attempts that have failed, and to nothing else."""

    def is_swept(self, job: Job) -> bool:
        return job.state == RETRY_WAIT


class TwoBudgets(Attempt):
    """Tries each call again by itself, below the budget of the document."""

    async def embed(self, n: int, text: str) -> bytes:
        for _ in range(LOCAL_TRIES - 1):
            try:
                return await self.call_embedder(n, text)
            except (Refused, Timeout):
                continue
        return await self.call_embedder(n, text)


class CountsTwice(Claims):
    """Raises the attempt at the claim and again at the failure."""

    def attempt_after_failure(self, job: Job) -> int:
        return job.attempt + 1


class NeverCounts(Claims):
    """Does not take failures out of the budget."""

    def exhausted(self, job: Job) -> bool:  # noqa: ARG002
        return False


class DeadAndRetried(Claims):
    """Writes a dead letter at every failure, also if the document is tried again."""

    def also_on_retry(self, draft: Draft, job: Job) -> None:
        draft.letter_of_death(job, b"")


class NoConflict(Intake):
    """Knows the request id, and does not look at the text."""

    def is_same(self, document: Document, text: str) -> bool:  # noqa: ARG002
        return True


class WorkerClock(Claims):
    """Judges leases by the clock of whoever asks."""

    def clock(self, now: int, worker_now: int) -> int:  # noqa: ARG002
        return worker_now


class OffsetKey(Claims):
    """Knows what was done by the record's place in the log, not by the document."""

    def __init__(self, tables: Tables, settings: Settings, announcer: Announcer) -> None:
        super().__init__(tables, settings, announcer)
        self._places: list[tuple[int, int]] = []

    def is_done(self, job: Job, place: tuple[int, int]) -> bool:  # noqa: ARG002
        seen = place in self._places
        self._places.append(place)
        return seen


class SetOrderChunks(Chunker):
    """Takes paragraphs in the order of a set."""

    def paragraphs(self, text: str) -> Sequence[str]:
        return [paragraph.strip() for paragraph in set(text.split("\n\n")) if paragraph.strip()]


class HashBuiltin(Embedding):
    """Places tokens by Python's own hash of text, which is another in every process."""

    def feature(self, token: str, version: int) -> tuple[int, int]:
        hashed = hash((token, version))
        return hashed % DIMENSION, 1 if hashed >> 8 & 1 else -1


class MixedVersions(Retrieval):
    """Embeds the query once, under the first version, and compares it with every row."""

    def query_version(self, version: int) -> int:  # noqa: ARG002
        return 1


class ForeignTenant(Retrieval):
    """Takes the k best of everybody's, and then the tenant's among them."""

    def pick(self, ranked: list[tuple[int, int]], tenant: str, k: int) -> list[tuple[int, int]]:
        return [one for one in ranked[:k] if self._rows.tenant(one[1]) == tenant]


class AnyTenant(Retrieval):
    """Forgets the tenant altogether."""

    def pick(self, ranked: list[tuple[int, int]], tenant: str, k: int) -> list[tuple[int, int]]:  # noqa: ARG002
        return ranked[:k]
