"""Bugs of attempts, fences and names: old attempts that live on and write, late words, keys that are not kept."""

from models.patterns import digest
from models.veriflow import messages as m
from models.veriflow.admission import Backoff, Clearance
from models.veriflow.agent import Duties, Mine
from models.veriflow.api import Front, Naming, seen, spec_digest
from models.veriflow.binding import Numbering
from models.veriflow.checkpoint import Gate
from models.veriflow.commands import Submit
from models.veriflow.finishing import Transitions
from models.veriflow.objects import HELD, Attempt, Job, JobSpec, Member
from models.veriflow.registry import Registry
from models.veriflow.runtime import Running, Workload


class NoStop(Duties):
    """An old attempt is marked failed, and its processes go on."""

    async def wind_up(self, attempt: Attempt, mine: Mine) -> None:
        """Its rows are free."""
        await self.agent.release(attempt, mine)


class ForgetsBinds(Duties):
    """After a restart, what was bound before is taken for started."""

    def runs(self, member: Member, process: m.Process | None, *, inherited: bool) -> bool:
        """The one before will have done it."""
        return process is not None or (inherited and member.state == HELD)


class LastWriterCheckpoint(Gate):
    """Checkpoints are by job: any attempt, any step."""

    def admits(self, fence: int, step: int, attempt: int, new: int) -> bool:  # noqa: ARG002 - the last one wins
        """Everybody."""
        return True


class BlindTerminal(Transitions):
    """An end is written without a look at the state."""

    def allows(self, job: Job, number: int, to: str) -> bool:  # noqa: ARG002 - it says that it is over
        """Whatever comes."""
        return True


class TwoRetryLayers(Workload):
    """The runtime starts a failed process again, below the job's own budget."""

    def after_end(self, running: Running) -> None:
        """Backoff limit: not zero."""
        if running.code == m.ERROR_CODE:
            self.runtime.begin(running)


class AlwaysAttempt1(Numbering):
    """The attempt's number is not raised."""

    def next(self, job: Job) -> int:  # noqa: ARG002 - there is only one
        """One."""
        return 1


class IgnoresNotBefore(Backoff):
    """A retry is picked up at once."""

    def left(self, job: Job, now: int) -> int:  # noqa: ARG002 - why wait
        """Nothing."""
        return 0


class ReadmitsEmpty(Clearance):
    """An evicted job is admitted again before its members are gone."""

    def is_clear(self, attempts: object, nodes: object) -> bool:  # noqa: ARG002 - they will go
        """They are evicted."""
        return True


class SelectThenInsert(Front):
    """Submit reads, then creates; who loses the race hides the error, and answers with an empty job."""

    async def submit(self, ask: m.SubmitJob) -> m.JobSeen:
        """Created, of course."""
        name = self.api.naming.of(ask.tenant, ask.key)
        reply = await self.api.ask_store(Submit(name, ask.tenant, ask.key, ask.spec), ask.tenant)
        job = reply.object
        if isinstance(job, Job) and reply.ok:
            return seen(job, reply.revision)
        return m.JobSeen("", 0, ask.tenant, ask.key, "", reply.revision, spec_digest(ask.spec))


class KeyNotTenant(Naming):
    """Keys are unique over all tenants."""

    def of(self, tenant: str, key: str) -> str:  # noqa: ARG002 - a key is a key
        """By the key."""
        return digest(key.encode()).hex()


class PayloadUnread(Front):
    """The same key with another wish gives the old job."""

    def is_same(self, job: Job, spec: JobSpec) -> bool:  # noqa: ARG002 - the key is the same
        """It must be."""
        return True


class DeletesByName(Registry):
    """An object is deleted by its name."""

    def is_meant(self, found: int, uid: int) -> bool:  # noqa: ARG002 - the name fits
        """Whatever bears it now."""
        return True
