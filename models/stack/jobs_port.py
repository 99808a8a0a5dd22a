"""The jobs port: work for GPUs by tenant and key, at the orchestrator, and the same in the memory of one actor."""

from collections.abc import Sequence

from models import veriflow
from models.stack.backpressure import TOO_LATE, Budget, Desk
from models.stack.cluster_line import ClusterLine
from models.stack.ports import Clocked, Errand, JobHandle, JobWish
from sim import Actor, Refused

PORT = "jobs"
OTHER = "holds something else"
RUNNING, SUCCEEDED, CANCELED = "RUNNING", veriflow.SUCCEEDED, "CANCELED"
RETRIES = 3
"""How often a job is tried again by the orchestrator: the only place on its path that does."""


class VeriflowJobs:
    """Of one actor: tenants' jobs at the fronts of a cluster. What it is told, the layer's promises hear."""

    def __init__(
        self, actor: Actor, fronts: Sequence[str], settings: veriflow.Settings, budget: type[Budget] = Budget
    ) -> None:
        self._actor = actor
        self._line = ClusterLine(actor, fronts)
        self._settings = settings
        self._desk = Desk(actor, PORT, budget)
        self._newest = 0

    async def submit(self, errand: Errand, key: str, wish: JobWish) -> JobHandle:
        """See `Jobs`."""
        clocked, spec = self._begin(errand, "submit"), self._spec(wish)
        digest = veriflow.spec_digest(spec)
        try:
            seen = await self._line.ask(veriflow.SubmitJob(errand.tenant, key, spec), clocked.deadline)
        except Refused as no:
            self._actor.emit(veriflow.Turned(errand.tenant, key, no.reason, digest))
            raise Refused(f"{key} {OTHER}" if no.reason == veriflow.CONFLICT_409 else no.reason) from None
        return self._hear(errand.tenant, key, "submit", seen, digest)

    async def status(self, errand: Errand, job: JobHandle) -> JobHandle:
        """See `Jobs`."""
        clocked = self._begin(errand, "status")
        asked = veriflow.StatusAsk(errand.tenant, job.name, self._newest)
        seen = await self._line.ask(asked, clocked.deadline)
        return self._hear(errand.tenant, seen.key, "status", seen, seen.spec)

    async def cancel(self, errand: Errand, job: JobHandle) -> JobHandle:
        """See `Jobs`."""
        clocked = self._begin(errand, "cancel")
        seen = await self._line.ask(veriflow.CancelAsk(errand.tenant, job.name, job.uid), clocked.deadline)
        return self._hear(errand.tenant, seen.key, "cancel", seen, seen.spec)

    def _begin(self, errand: Errand, verb: str) -> Clocked:
        self._desk.admit(errand)
        self._desk.note(verb, errand.tenant, errand)
        return Clocked(self._actor, errand)

    def _hear(self, tenant: str, key: str, verb: str, seen: veriflow.JobSeen, wish: bytes) -> JobHandle:
        self._newest = max(self._newest, seen.revision)
        told = seen.name, seen.uid, seen.tenant, seen.state, seen.revision
        self._actor.emit(veriflow.Answered(tenant, key, verb, *told, wish))
        return JobHandle(seen.name, seen.uid, seen.state)

    def _spec(self, wish: JobWish) -> veriflow.JobSpec:
        return veriflow.JobSpec(
            self._settings.queues[0].name,
            members=1,
            gpus=wish.gpus,
            gpu_type=self._settings.types[0],
            work=wish.work,
            checkpoint_every=self._settings.checkpoint_every,
            retries_max=RETRIES,
        )


class RememberedJobs:
    """The stand-in: every job runs at once, alone, and comes to its end."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._wishes: dict[tuple[str, str], JobWish] = {}
        self._jobs: dict[str, tuple[str, int, int]] = {}
        """Name -> tenant, uid, when it is done."""
        self._canceled: dict[str, None] = {}

    async def submit(self, errand: Errand, key: str, wish: JobWish) -> JobHandle:
        """See `Jobs`."""
        _refuse_late(errand)
        name = f"{errand.tenant}/{key}"
        if self._wishes.setdefault((errand.tenant, key), wish) != wish:
            raise Refused(f"{key} {OTHER}")
        until = self._actor.elapsed() + wish.work
        _, uid, _ = self._jobs.setdefault(name, (errand.tenant, len(self._jobs) + 1, until))
        return JobHandle(name, uid, self._state(name))

    async def status(self, errand: Errand, job: JobHandle) -> JobHandle:
        """See `Jobs`."""
        _refuse_late(errand)
        if job.name not in self._jobs or self._jobs[job.name][0] != errand.tenant:
            raise Refused(f"no job {job.name!r}")
        return JobHandle(job.name, job.uid, self._state(job.name))

    async def cancel(self, errand: Errand, job: JobHandle) -> JobHandle:
        """See `Jobs`."""
        found = await self.status(errand, job)
        if found.state == RUNNING:
            self._canceled[job.name] = None
        return JobHandle(job.name, job.uid, self._state(job.name))

    def _state(self, name: str) -> str:
        if name in self._canceled:
            return CANCELED
        return SUCCEEDED if self._actor.elapsed() >= self._jobs[name][2] else RUNNING


def _refuse_late(errand: Errand) -> None:
    if errand.left <= 0:
        raise Refused(TOO_LATE)
