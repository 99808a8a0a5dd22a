"""Embedding as a job: a document's chunks go to a GPU of the cluster, as one job of the tenant with one process.

What such a job computes follows from the text alone, so its rows are said here when it has succeeded; the time, the GPU
and the chance to fail are the cluster's. The claim on the document is renewed as long as the job is waited for, and who
does not wait any more takes the job back.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from models import smartsearch, veriflow
from models.agentflow import ActivityFailed, Attempt
from models.stack.ports import Clocked, JobHandle, Jobs, JobWish
from models.stack.wiring import Wiring
from sim import MS, SECOND, Refused, Timeout

LOOK = 300 * MS
WORK = 150 * MS
"""Of one chunk."""
PATIENCE = 8 * SECOND
Renew = Callable[[], Awaitable[None]]


class EmbeddingJobs:
    """Of one stack."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._embedding = wiring.parts.search.embedding()

    async def rows(
        self, attempt: Attempt, clocked: Clocked, chunks: Sequence[str], version: int, renew: Renew
    ) -> tuple[bytes, ...]:
        """The packed rows of all chunks. ActivityFailed if the job did not succeed; `renew` raises if it is no use."""
        jobs = attempt.keep("jobs", self._wiring.jobs)
        job = await jobs.submit(clocked.now("submit"), attempt.key, JobWish(1, WORK * len(chunks)))
        try:
            job = await self._end_of(attempt, jobs, clocked, job, renew)
        except (Refused, Timeout):
            with suppress(Refused, Timeout):
                await jobs.cancel(clocked.now("cancel"), job)
            raise
        if job.state != veriflow.SUCCEEDED:
            raise ActivityFailed(f"the job is {job.state}")
        if any(smartsearch.POISONED in chunk for chunk in chunks):
            raise Refused(smartsearch.POISON)
        return tuple(smartsearch.pack(self._embedding.vector(chunk, version)) for chunk in chunks)

    async def _end_of(self, attempt: Attempt, jobs: Jobs, clocked: Clocked, job: JobHandle, renew: Renew) -> JobHandle:
        """The job when it is over; Timeout if it is not in time."""
        worker, looks = attempt.worker, 0
        deadline = worker.elapsed() + PATIENCE
        while job.state not in veriflow.TERMINAL:
            if worker.elapsed() >= deadline:
                raise Timeout(job.name)
            await worker.sleep(LOOK)
            looks += 1
            await renew()
            with suppress(Timeout):  # nothing is known for now
                job = await jobs.status(clocked.now(f"look/{looks}"), job)
        return job
