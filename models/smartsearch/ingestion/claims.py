"""Claims: who works on a document, until when, and whose work counts. Each method is one transaction's rules.

A lease only says when somebody else may try. What protects the document is the attempt: it rises with every claim, and
what an older attempt wants to publish is refused (Kleppmann, "How to do distributed locking", 2016).
"""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from models.patterns import RetryPolicy
from models.smartsearch.ingestion import events as e
from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.tables import Draft, Job, Live, StoredChunk, Tables
from models.smartsearch.settings import Settings

if TYPE_CHECKING:
    from models.smartsearch.ingestion.outbox import Announcer

MILLION = 1_000_000
encode = msgspec.msgpack.Encoder().encode


class Claims:
    """`now` is always the database's clock, in ns."""

    def __init__(self, tables: Tables, settings: Settings, announcer: "Announcer") -> None:
        self._tables = tables
        self._settings = settings
        self._announcer = announcer
        self._policy = RetryPolicy(settings.retry_first, settings.retry_cap, settings.attempts_max)

    def is_done(self, job: Job, place: tuple[int, int]) -> bool:  # noqa: ARG002 - where a record stands says nothing
        """Whether a job has had its effect, whatever record of it comes again."""
        return job.state == m.READY

    def why_not(self, job: Job, now: int, place: tuple[int, int]) -> str:
        """Why a job cannot be claimed now; empty if it can. Then its record needs nothing more: the sweeper answers."""
        if self.is_done(job, place):
            return "done"
        if job.state == m.DEAD:
            return "dead"
        if job.state == m.PROCESSING and job.lease_until > now:
            return "held"
        if job.state == m.RETRY_WAIT and job.due > now:
            return "waiting"
        return ""

    def clock(self, now: int, worker_now: int) -> int:  # noqa: ARG002 - what a worker's clock shows decides nothing
        """The clock that leases run on: the database's."""
        return now

    def claim(self, draft: Draft, asked: m.Claim, now: int) -> m.Claimed:
        """Give the document to the worker, if nobody else has it and there is work to do."""
        now = self.clock(now, asked.at)
        job = self._tables.jobs.get((asked.doc, asked.job))
        if job is None:
            return _nothing("unknown")
        why = self.why_not(job, now, (asked.partition, asked.offset))
        if why:
            return _nothing(why)
        if self.exhausted(job):
            self.give_up(draft, job)
            return _nothing("dead")
        attempt = self._tables.newest_attempt(job.doc) + 1
        lease = now + self._settings.lease
        draft.move(replace(job, state=m.PROCESSING, attempt=attempt, tries=job.tries + 1, lease_until=lease, since=now))
        draft.tell(lambda n: e.Claimed(n, job.doc, job.number, attempt, asked.worker))
        document = self._tables.documents[job.doc]
        version = job.number or self._tables.version
        return m.Claimed("", attempt, version, document.tenant, document.text)

    def exhausted(self, job: Job) -> bool:
        """Whether a job has used all its attempts."""
        return job.tries >= self._settings.attempts_max

    def give_up(self, draft: Draft, job: Job) -> None:
        """DEAD, with a letter that says so."""
        draft.bury(replace(job, state=m.DEAD), encode(m.Task(job.doc, job.number)))

    def holds(self, job: Job | None, attempt: int) -> bool:
        """Whether this attempt still has the document."""
        return job is not None and job.state == m.PROCESSING and job.attempt == attempt

    def renew(self, draft: Draft, asked: m.Renew, now: int) -> bool:
        """Lengthen the lease of an attempt."""
        job = self._tables.jobs.get((asked.doc, asked.job))
        if job is None or not self.holds(job, asked.attempt):
            return self._fence(draft, asked.doc, asked.attempt)
        draft.renew(replace(job, lease_until=self.clock(now, asked.at) + self._settings.lease))
        return True

    def stage(self, draft: Draft, asked: m.Stage) -> None:
        """Keep a chunk, under its attempt: nobody finds it before that attempt is published."""
        chunk = asked.chunk
        draft.stage(StoredChunk(asked.doc, asked.attempt, chunk.n, asked.version, chunk.digest, chunk.row))

    def may_publish(self, job: Job, attempt: int) -> bool:
        """Whether the attempt that wants to publish is the one that has the document."""
        return self.holds(job, attempt)

    def publish(self, draft: Draft, asked: m.Publish, now: int) -> bool:
        """Let the chunks of an attempt be found, all at once; the chunks of any other are garbage from now on."""
        job = self._tables.jobs.get((asked.doc, asked.job))
        live = self._tables.live.get(asked.doc)
        if live is not None and live.attempt == asked.attempt:
            return True  # it was published, and the answer was lost
        if job is None or not self.may_publish(job, asked.attempt):
            return self._fence(draft, asked.doc, asked.attempt)
        staged = self._tables.chunks.get((asked.doc, asked.attempt), {})
        if sorted(staged) != list(range(asked.count)):
            return self._fence(draft, asked.doc, asked.attempt)
        version = staged[0].version
        draft.move(replace(job, state=m.READY, since=now))
        draft.publish(Live(job.doc, asked.attempt, version))
        draft.tell(lambda n: e.Ready(n, job.doc, job.number, asked.attempt, version, asked.count))
        self._note(draft, job.doc, asked.attempt, version, staged)
        return True

    def _note(self, draft: Draft, doc: int, attempt: int, version: int, staged: dict[int, StoredChunk]) -> None:
        chunks = tuple(m.ChunkNote(n, staged[n].row) for n in sorted(staged))
        tenant = self._tables.documents[doc].tenant
        draft.queue(m.TO_INDEX, doc, encode(m.IndexNote(doc, tenant, attempt, version, chunks)))

    def _fence(self, draft: Draft, doc: int, attempt: int) -> bool:
        newest = self._tables.newest_attempt(doc)
        draft.tell(lambda n: e.FencedWrite(n, doc, attempt, newest))
        self.clean_up(draft, doc, attempt)
        return False

    def clean_up(self, draft: Draft, doc: int, attempt: int) -> None:
        """What else a fenced write does: nothing. Its chunks are the collector's."""

    def fail(self, draft: Draft, asked: m.Fail, now: int) -> bool:
        """An attempt has failed: try again later while the budget lasts. It is the only one."""
        job = self._tables.jobs.get((asked.doc, asked.job))
        if job is None or not self.holds(job, asked.attempt):
            return self._fence(draft, asked.doc, asked.attempt)
        if self.exhausted(job) or not asked.retryable:
            self.give_up(draft, job)
            return True
        whole = self._policy.delay(job.tries)
        due = now + whole - whole * asked.jitter_ppm // MILLION
        after = replace(job, state=m.RETRY_WAIT, attempt=self.attempt_after_failure(job), due=due, since=now)
        draft.move(after)
        self.also_on_retry(draft, after)
        return True

    def attempt_after_failure(self, job: Job) -> int:
        """A failure is no new attempt."""
        return job.attempt

    def also_on_retry(self, draft: Draft, job: Job) -> None:
        """What else a failure does that is tried again: nothing."""

    def revive(self, draft: Draft, doc: int, now: int) -> bool:
        """Try a dead document again, with a new budget; attempts go on rising."""
        job = self._tables.jobs.get((doc, 0))
        if job is None or job.state != m.DEAD:
            return False
        draft.move(replace(job, state=m.PENDING, tries=0, since=now))
        draft.tell(lambda n: e.Revived(n, doc))
        self._announcer.announce(draft, doc, 0)
        return True


def _nothing(outcome: str) -> m.Claimed:
    return m.Claimed(outcome, 0, 0, "", "")
