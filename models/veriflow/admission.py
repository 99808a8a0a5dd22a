"""Who is let in: what is refused at submission, and when a queued job gets its quota. Judged inside the transaction."""

from collections.abc import Iterable, Mapping

import msgspec

from models.veriflow.objects import ADMITTED, LOST, QUEUED, Attempt, Job, JobSpec, Node, Queue
from models.veriflow.placement import could_ever_hold
from models.veriflow.tables import Tables

QUOTA, LATE, HELD_ROWS, NOT_QUEUED = "quota", "late", "its old members are not gone", "not queued"


class Backoff:
    """When a job that failed may be tried again."""

    def left(self, job: Job, now: int) -> int:
        """Ns until its delay has passed, on the store's clock; 0 or less if it has."""
        return job.not_before - now


class Clearance:
    """When a job's old members are gone."""

    def is_clear(self, attempts: Iterable[Attempt], nodes: Mapping[str, Node]) -> bool:
        """Whether no rows of these attempts stand, but for those on lost nodes: what is there is unknown for long."""
        held = (member for attempt in attempts for member in attempt.members if member.held)
        return all(nodes[member.node].state == LOST for member in held)


class Admission:
    """The rules of `submit` and `admit`."""

    def __init__(self, tables: Tables, backoff: Backoff, clearance: Clearance, age_max: int) -> None:
        self._age_max = age_max
        self._tables = tables
        self._backoff = backoff
        self._clearance = clearance

    # Submission

    def problem(self, spec: JobSpec) -> str:
        """What is wrong with a wish, in one sentence; empty if nothing is."""
        numbers = {"members": spec.members, "gpus": spec.gpus, "work": spec.work}
        for name, value in numbers.items():
            if value < 1:
                return f"{name}: found {value}, expected at least 1"
        for name in ("memory", "checkpoint_every", "retries_max", "flaky"):
            if getattr(spec, name) < 0:
                return f"{name}: found {getattr(spec, name)}, expected 0 or more"
        queue = self._tables.queues.get(spec.queue)
        if queue is None:
            return f"queue {spec.queue!r}: unknown; there are {', '.join(self._tables.queues) or 'none'}"
        return self._infeasible(spec, queue)

    def _infeasible(self, spec: JobSpec, queue: Queue) -> str:
        nodes = self._tables.nodes.values()
        if all(node.gpu_type != spec.gpu_type for node in nodes):
            types = dict.fromkeys(node.gpu_type for node in nodes)
            return f"gpu type {spec.gpu_type!r}: unknown; there are {', '.join(types) or 'none'}"
        if not could_ever_hold(nodes, spec):
            gang = f"{spec.members} x {spec.gpus} {spec.gpu_type} of {spec.memory} bytes"
            return f"infeasible: no nodes could ever hold {gang}{' on one node' if spec.one_node else ''}"
        if not could_ever_admit(self._tables.queues, queue, spec):
            return f"infeasible: {spec.need} {spec.gpu_type} are more than queue {queue.name!r} may ever use"
        return ""

    # Admission

    def admit(self, job: Job) -> str:
        """Give it its quota, or say why not."""
        reason = self.refusal(job)
        if not reason:
            self.grant(job)
        return reason

    def refusal(self, job: Job) -> str:
        """Why it cannot be admitted now; empty if it can."""
        if job.state != QUEUED or job.cancel or job.deleted:
            return NOT_QUEUED
        if not self.is_due(job):
            return LATE
        if not self.is_clear(job):
            return HELD_ROWS
        return "" if self.has_quota(job) else QUOTA

    def is_due(self, job: Job) -> bool:
        """Whether its back-off has passed."""
        return self._backoff.left(job, self._tables.at) <= 0

    def grant(self, job: Job) -> None:
        """It has its quota from now on."""
        tables = self._tables
        elder = job.elder or tables.at - job.since > self._age_max
        changed = replace_state(job, ADMITTED, tables.at, elder=elder)
        tables.put(changed)
        tables.tell_admitted(changed)

    def has_quota(self, job: Job) -> bool:
        """Whether its queue may use so much more, over current objects."""
        tables, spec = self._tables, job.spec
        return tables.quota.fits(tables.queues, tables.use, spec.queue, spec.gpu_type, spec.need)

    def is_clear(self, job: Job) -> bool:
        """Whether the members of its earlier attempts are gone."""
        tables = self._tables
        names = tables.attempts_of.get((job.name, job.uid), ())
        return self._clearance.is_clear((tables.attempts[name] for name in names), tables.nodes)


def replace_state(job: Job, state: str, at: int, **fields: object) -> Job:
    """The job in another state, since `at`."""
    return msgspec.structs.replace(job, state=state, changed_at=at, **fields)


def could_ever_admit(queues: dict[str, Queue], queue: Queue, spec: JobSpec) -> bool:
    """Whether the queue could use so much if nobody else used anything."""
    quota = queue.quota(spec.gpu_type)
    lenders = [one for one in queues.values() if queue.cohort and one.cohort == queue.cohort and one is not queue]
    lent = sum(min(one.quota(spec.gpu_type).lend, one.quota(spec.gpu_type).nominal) for one in lenders)
    return spec.need <= quota.nominal + min(quota.borrow if queue.cohort else 0, lent)
