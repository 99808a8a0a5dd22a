"""Promises about jobs: one for each key, legal states, one effective attempt, one budget of retries."""

from models.veriflow import events as e
from models.veriflow.api import spec_digest
from models.veriflow.invariants.world import DONE, World
from models.veriflow.objects import Job
from models.veriflow.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when

NEXT = {
    "": ("QUEUED",),
    "QUEUED": ("ADMITTED", "CANCELED", "SUCCEEDED"),
    "ADMITTED": ("BOUND", "QUEUED", "CANCELED", "SUCCEEDED"),
    "BOUND": ("RUNNING", "BACKOFF", "QUEUED", "CANCELED", "FAILED"),
    "RUNNING": ("SUCCEEDED", "BACKOFF", "FAILED", "QUEUED", "CANCELED"),
    "BACKOFF": ("QUEUED", "FAILED", "CANCELED", "SUCCEEDED"),
}
ATTEMPTS = {
    "": ("CREATED",),
    "CREATED": ("STARTING", "RUNNING", "FAILED", "LOST", "EVICTED"),
    "STARTING": ("RUNNING", "FAILED", "LOST", "EVICTED"),
    "RUNNING": ("SUCCEEDED", "FAILED", "LOST", "EVICTED"),
}
WITH_ATTEMPT = ("BOUND", "RUNNING")
AGAIN = (("BACKOFF", "QUEUED"), ("QUEUED", "ADMITTED"))
JITTER_PERCENT = 20


class OneJob(Invariant):
    """One job for each (tenant, key); every ok answer names it; another wish under the key is refused."""

    name = "one-job"
    claim = "each key was one job, and no answer named another"
    watches = (e.JobState, e.Removed, e.Answered, e.Turned)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._ever: dict[tuple[str, str], None] = {}
        self._live: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow which job each key is."""
        event = emitted.event
        if isinstance(event, e.Answered):
            self._answer(emitted, event)
        elif isinstance(event, e.Turned):
            if event.reason.startswith("409") and (event.tenant, event.key) not in self._ever:
                said = f"{event.tenant} never had a job {event.key!r}, and was told that another has the key"
                self.contradict(emitted, f"{said}, {when(emitted)}")
        elif not self._world.see(emitted):
            return
        elif isinstance(event, e.JobState) and not event.before:
            job = event.job
            self._ever[job.tenant, job.key] = None
            other = self._live.setdefault((job.tenant, job.key), job.uid)
            if other != job.uid:
                self.contradict(
                    emitted, f"key {job.key!r} of {job.tenant} is jobs {other} and {job.uid}, {when(emitted)}"
                )
        elif isinstance(event, e.Removed) and event.kind == "Job":
            gone = self._world.by_uid[event.uid]
            self._live.pop((gone.tenant, gone.key), None)

    def _answer(self, emitted: Emitted, event: e.Answered) -> None:
        job = self._world.by_uid.get(event.uid)
        if job is None:
            self.contradict(emitted, f"{event.tenant} was told of job {event.uid}, which there is not, {when(emitted)}")
        elif (job.tenant, job.key) != (event.tenant, event.key):
            said = f"{event.tenant} asked for {event.key!r} and was told of {job.key!r} of {job.tenant}"
            self.contradict(emitted, f"{said}, {when(emitted)}")
        elif event.verb == "submit" and spec_digest(job.spec) != event.spec:
            said = f"{event.tenant} submitted another wish under {event.key!r} and was told that it is taken"
            self.contradict(emitted, f"{said}, {when(emitted)}")


class LegalState(Invariant):
    """Only steps of the tables; terminal is for ever; attempts rise by one and are open exactly while their job is."""

    name = "legal-state"
    claim = "jobs and attempts only made legal steps"
    watches = (e.JobState, e.AttemptState, e.Removed)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._revision = 0
        self._left: dict[str, tuple[Job, bool]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Judge each step, and each transaction as a whole."""
        event = emitted.event
        if not self._world.see(emitted) or not isinstance(event, e.Fact):
            return
        if event.revision != self._revision:
            self._revision = event.revision
            self._judge_last(emitted)
        if isinstance(event, e.JobState):
            self._job(emitted, event)
            self._note(event.job.name)
        elif isinstance(event, e.AttemptState):
            if event.attempt.state != event.before and event.attempt.state not in ATTEMPTS.get(event.before, ()):
                said = f"{event.attempt.name} went from {event.before or 'nothing'} to {event.attempt.state}"
                self.contradict(emitted, f"{said}, {when(emitted)}")
            self._note(event.attempt.job)
        elif isinstance(event, e.Removed) and event.kind == "Job":
            self._removed(emitted, event)

    def _job(self, emitted: Emitted, event: e.JobState) -> None:
        job, former = event.job, self._world.former
        if job.state != event.before and job.state not in NEXT.get(event.before, ()):
            self.contradict(
                emitted, f"{job.name} went from {event.before or 'nothing'} to {job.state}, {when(emitted)}"
            )
        if former is not None and former.uid == job.uid:
            self._kept(emitted, job, former)
            step = job.attempt - former.attempt
            if step != (1 if job.state == "BOUND" and event.before != "BOUND" else 0):
                said = f"{job.name} went from attempt {former.attempt} to {job.attempt} as {job.state}"
                self.contradict(emitted, f"{said}, {when(emitted)}")
            if job.state == "BOUND" and event.before != "BOUND" and former.cancel:
                self.contradict(emitted, f"{job.name} was bound though it is canceled, {when(emitted)}")
        if job.state == "ADMITTED" and event.before == "QUEUED":
            self._admitted(emitted, job)

    def _kept(self, emitted: Emitted, job: Job, former: Job) -> None:
        """Terminal is for ever, and only what is over is marked to go."""
        if former.state in DONE and job.changed_at != former.changed_at:
            self.contradict(emitted, f"{job.name} was {former.state} and is written as {job.state}, {when(emitted)}")
        if job.deleted and not former.deleted and job.state not in DONE:
            self.contradict(emitted, f"{job.name} is marked to go while it is {job.state}, {when(emitted)}")

    def _admitted(self, emitted: Emitted, job: Job) -> None:
        for number in range(1, job.attempt + 1):
            for row in self._world.rows_of(job.uid, number):
                if self._world.nodes[row.node].state != "LOST":
                    said = f"{job.name} was admitted while attempt {number} had rows on {row.node}"
                    self.contradict(emitted, f"{said}, {when(emitted)}")
                    return

    def _removed(self, emitted: Emitted, event: e.Removed) -> None:
        job = self._world.by_uid[event.uid]
        self._left.pop(job.name, None)
        if job.state not in DONE:
            self.contradict(emitted, f"{job.name} was removed while it was {job.state}, {when(emitted)}")

    def _judge_last(self, emitted: Emitted) -> None:
        """What the transaction before this one left: an open attempt exactly where a job is bound or running."""
        left, self._left = self._left, {}
        for name, (job, is_open) in left.items():
            if is_open != (job.state in WITH_ATTEMPT):
                said = f"{name} was left {job.state} with {'an' if is_open else 'no'} open attempt {job.attempt}"
                self.contradict(emitted, f"{said}, before {when(emitted)}")

    def _note(self, name: str) -> None:
        job = self._world.jobs.get(name)
        if job is not None:
            attempt = self._world.attempts.get((job.uid, job.attempt))
            self._left[name] = job, attempt is not None and attempt.state in ("CREATED", "STARTING", "RUNNING")


class OneEffective(Invariant):
    """Checkpoints are taken of the newest fenced attempt, in rising steps; one result for each job that succeeded."""

    name = "one-effective"
    claim = "only the newest attempt had an effect, and each success has its one result"
    watches = (e.JobState, e.Fenced, e.CheckpointTaken, e.ResultTaken)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._serial = 0
        self._fence: dict[int, int] = {}
        self._step: dict[int, int] = {}
        self._result: dict[int, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow fence, step and result of each job."""
        event = emitted.event
        if isinstance(event, e.Fact):
            if self._world.see(emitted) and isinstance(event, e.JobState):
                self._ended(emitted, event.job)
        elif isinstance(event, (e.Fenced, e.CheckpointTaken, e.ResultTaken)) and event.serial > self._serial:
            self._serial = event.serial
            self._saved(emitted, event)

    def _saved(self, emitted: Emitted, event: e.Fenced | e.CheckpointTaken | e.ResultTaken) -> None:
        job, attempt = event.job, event.attempt
        if isinstance(event, e.Fenced):
            self._fence[job] = max(attempt, self._fence.get(job, 0))
            return
        if attempt != self._fence.get(job, 0):
            said = f"attempt {attempt} of job {job} wrote behind the fence of {self._fence.get(job, 0)}"
            self.contradict(emitted, f"{said}, {when(emitted)}")
        if isinstance(event, e.CheckpointTaken):
            if event.step <= self._step.get(job, 0):
                said = f"job {job} went back from step {self._step[job]} to {event.step}"
                self.contradict(emitted, f"{said}, {when(emitted)}")
            self._step[job] = event.step
        else:
            if job in self._result:
                self.contradict(emitted, f"job {job} has two results, {when(emitted)}")
            self._result[job] = attempt
            known = self._world.by_uid.get(job)
            if known is not None and known.state in ("FAILED", "CANCELED"):
                self.contradict(emitted, f"job {job} has a result though it is {known.state}, {when(emitted)}")

    def _ended(self, emitted: Emitted, job: Job) -> None:
        if job.state == "SUCCEEDED" and job.uid not in self._result:
            self.contradict(emitted, f"{job.name} succeeded without a result, {when(emitted)}")
        elif job.state in ("FAILED", "CANCELED") and job.uid in self._result:
            self.contradict(emitted, f"{job.name} is {job.state} though it has a result, {when(emitted)}")


class OneBudget(Invariant):
    """Attempts that failed or were lost are at most 1 + retries; each member starts once in each; delays are kept."""

    name = "one-budget"
    claim = "no job was tried more often, or sooner, than its budget allows"
    watches = (e.JobState, e.AttemptState, e.ProcessStarted)

    def __init__(self, world: World, settings: Settings) -> None:
        super().__init__()
        self._world = world
        self._settings = settings
        self._failed: dict[int, int] = {}
        self._started: dict[tuple[int, int, int], None] = {}
        self._until: dict[int, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count ends, starts and delays."""
        event = emitted.event
        if isinstance(event, e.ProcessStarted):
            key = event.job, event.attempt, event.member
            if key in self._started:
                said = f"member {event.member} of attempt {event.attempt} of job {event.job} was started twice"
                self.contradict(emitted, f"{said}, {when(emitted)}")
            self._started[key] = None
        elif not self._world.see(emitted):
            return
        elif isinstance(event, e.AttemptState):
            if event.attempt.state != event.before and event.attempt.state in ("FAILED", "LOST"):
                self._count(emitted, event)
        elif isinstance(event, e.JobState):
            self._delay(emitted, event)

    def _count(self, emitted: Emitted, event: e.AttemptState) -> None:
        attempt = event.attempt
        failed = self._failed[attempt.job_uid] = self._failed.get(attempt.job_uid, 0) + 1
        if failed > 1 + attempt.spec.retries_max:
            said = f"{failed} attempts of {attempt.job} failed, and {attempt.spec.retries_max} retries are allowed"
            self.contradict(emitted, f"{said}, {when(emitted)}")

    def _delay(self, emitted: Emitted, event: e.JobState) -> None:
        job = event.job
        if job.state == "BACKOFF" and event.before != "BACKOFF":
            failures = self._failed.get(job.uid, 0) + (0 if event.before == "" else 1)
            base = self._settings.delay(max(1, failures))
            wait = job.not_before - event.at
            if not base <= wait <= base + base * JITTER_PERCENT // 100:
                said = (
                    f"{job.name} waits {wait} ns after failure {failures}, expected {base} and up to {JITTER_PERCENT}%"
                )
                self.contradict(emitted, f"{said}, {when(emitted)}")
            self._until[job.uid] = event.at + base
        elif (event.before, job.state) in AGAIN and event.at < self._until.get(job.uid, 0):
            self.contradict(emitted, f"{job.name} was tried again before its delay had passed, {when(emitted)}")
