"""Sweeping: documents that a worker has left, that wait for another attempt, or that nobody announced for too long.

It answers for everything that was claimed once: an offset may be committed though its document is not done.
"""

from msgspec.structs import replace

from models.smartsearch.ingestion import events as e
from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.claims import Claims
from models.smartsearch.ingestion.outbox import Announcer
from models.smartsearch.ingestion.tables import Draft, Job, Tables
from models.smartsearch.settings import Settings


class Sweeping:
    """The rules of the sweeper and of the collector."""

    def __init__(self, tables: Tables, settings: Settings, claims: Claims, announcer: Announcer) -> None:
        self._tables = tables
        self._settings = settings
        self._claims = claims
        self._announcer = announcer

    def sweep(self, draft: Draft, now: int) -> int:
        """Help every job on that needs it; how many."""
        count = 0
        for job in self._tables.open_jobs():
            if self.is_swept(job):
                count += self._help(draft, job, now)
        return count

    def is_swept(self, job: Job) -> bool:  # noqa: ARG002 - every open job is the sweeper's
        """Whether the sweeper looks at a job at all."""
        return True

    def _help(self, draft: Draft, job: Job, now: int) -> bool:
        if job.state == m.PROCESSING:
            return job.lease_until <= now and self._expire(draft, job, now)
        if job.state == m.RETRY_WAIT:
            return job.due <= now and self._again(draft, job, now)
        if job.since + self._settings.stuck > now or self._tables.has_letter(job.doc):
            return False
        draft.renew(replace(job, since=now))
        self._announcer.announce(draft, job.doc, job.number)
        return True

    def _expire(self, draft: Draft, job: Job, now: int) -> bool:
        if self._claims.exhausted(job):
            self._claims.give_up(draft, job)
            return True
        return self._again(draft, job, now)

    def _again(self, draft: Draft, job: Job, now: int) -> bool:
        draft.move(replace(job, state=m.PENDING, since=now))
        self._announcer.announce(draft, job.doc, job.number)
        return True

    def collect(self, draft: Draft) -> int:
        """Drop the chunks of attempts that are over; how many attempts."""
        gone = [place for place in self._tables.chunks if self._is_over(*place)]
        for doc, attempt in gone:
            draft.drop(doc, attempt)
            draft.tell(lambda n, doc=doc, attempt=attempt: e.Collected(n, doc, attempt))  # type: ignore[misc]
        return len(gone)

    def _is_over(self, doc: int, attempt: int) -> bool:
        live = self._tables.live.get(doc)
        if live is not None and live.attempt == attempt:
            return False
        jobs = (self._tables.jobs.get((doc, number)) for number in range(self._tables.version + 1))
        return not any(job is not None and self._claims.holds(job, attempt) for job in jobs)

    def reindex(self, draft: Draft, version: int, now: int) -> int:
        """A job beside each document that is ready and not of this version; it stays ready meanwhile."""
        count = 0
        draft.version = max(version, self._tables.version)
        for doc, live in self._tables.live.items():
            if live.version == version or (doc, version) in self._tables.jobs:
                continue
            draft.move(Job(doc, version, m.PENDING, 0, 0, 0, 0, now))
            self._announcer.announce(draft, doc, version)
            count += 1
        return count
