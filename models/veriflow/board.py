"""What the scheduler knows, indexed for its questions: who waits, what is free, how much each queue uses.

Kept up to date change by change: nothing here looks at all jobs for one event. Jobs that wait stand in heaps by queue
and shape (what they need); a shape that did not fit is not tried again until something of its type has changed.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from models.veriflow.ledger import rows_of
from models.veriflow.objects import (
    ADMITTED,
    CHARGED,
    QUEUED,
    Attempt,
    Claim,
    Job,
    JobSpec,
    Node,
    Object,
    Queue,
)
from models.veriflow.room import Room
from models.veriflow.settings import Settings
from models.veriflow.tables import row_of

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

Shape = tuple[str, int, int, int, bool]
"""(GPU type, memory, members, GPUs of each, on one node): jobs of one shape fit or do not fit together"""

Waiting = tuple[int, int, str]
"""(-priority, uid, name): the order within a queue; the uid is the revision of the submission"""


def shape_of(spec: JobSpec) -> Shape:
    """What a job needs."""
    return spec.gpu_type, spec.memory, spec.members, spec.gpus, spec.one_node


class Board:
    """The indexes. `now` arguments are the store's clock."""

    def __init__(self, settings: Settings, parts: "Parts") -> None:
        self._settings = settings
        self._parts = parts
        self.quota = parts.quota()
        self._backoff = parts.backoff()
        self._clearance = parts.clearance()
        self.version = 0
        """Raised when somebody may be admitted who could not before."""
        self.clear()

    def clear(self) -> None:
        """Know nothing."""
        self.version += 1
        self.jobs: dict[str, Job] = {}
        self.attempts: dict[str, Attempt] = {}
        self.queues: dict[str, Queue] = {}
        self.use: dict[tuple[str, str], int] = {}
        self.capacity: dict[str, int] = {}
        self.charged: dict[tuple[str, str], dict[str, None]] = {}
        self.priorities: dict[tuple[str, str], dict[int, int]] = {}
        self.admitted: dict[str, None] = {}
        self.preparing: dict[str, None] = {}
        self.waiting: dict[str, dict[Shape, list[Waiting]]] = {}
        self.unfit: dict[tuple[str, Shape], None] = {}
        self.attempts_of: dict[int, dict[str, None]] = {}
        self.room = Room(self._parts)
        self.nodes = self.room.nodes
        self._oldest: dict[str, list[tuple[int, str]]] = {}
        self._delayed: list[tuple[int, str, int]] = []
        self._held: dict[str, None] = {}

    def rebuild(self, objects: Iterable[Object]) -> None:
        """Know exactly these."""
        self.clear()
        for one in objects:
            self.change(None, one)

    # Changes

    def change(self, before: Object | None, after: Object | None) -> None:
        """One object changed."""
        one = after if after is not None else before
        if isinstance(one, Job):
            self._change_job(one.name, after if isinstance(after, Job) else None)
        elif isinstance(one, Attempt):
            self._change_attempt(before, after)
        elif isinstance(one, Node):
            self._change_node(before, after)
        elif isinstance(one, Queue):
            if isinstance(after, Queue):
                self.queues[after.name] = after
            for gpu_type in self.capacity:
                self.stir(gpu_type)
        elif isinstance(one, Claim):
            self._change_claim(before, after)

    def _change_job(self, name: str, after: Job | None) -> None:
        before = self.jobs.get(name)
        if before is not None:
            self._uncharge(before)
            self._forget_nominations(before)
        self.jobs.pop(name, None)
        self.admitted.pop(name, None)
        self.preparing.pop(name, None)
        if after is not None:
            self.jobs[name] = after
            self._charge(after)
            for device in after.nominated:
                self.room.nominated[device] = name
                self.room.recount(device[0])
            if after.state == ADMITTED:
                self.admitted[name] = None
            if after.victims or after.nominated:
                self.preparing[name] = None
            if after.state == QUEUED and (before is None or before.state != QUEUED or before.uid != after.uid):
                self._enqueue(after)
        held = before is not None and (before.state in CHARGED or before.nominated or before.victims)
        if held and before is not None and (after is None or after.state not in CHARGED or not after.nominated):
            self.stir(before.spec.gpu_type)

    def _charge(self, job: Job) -> None:
        if self.quota.is_charged(job):
            key = job.spec.queue, job.spec.gpu_type
            self.use[key] = self.use.get(key, 0) + job.spec.need
            self.charged.setdefault(key, {})[job.name] = None
            counts = self.priorities.setdefault(key, {})
            counts[job.spec.priority] = counts.get(job.spec.priority, 0) + 1

    def _uncharge(self, job: Job) -> None:
        if self.quota.is_charged(job):
            key = job.spec.queue, job.spec.gpu_type
            self.use[key] -= job.spec.need
            self.charged[key].pop(job.name, None)
            counts = self.priorities[key]
            counts[job.spec.priority] -= 1
            if not counts[job.spec.priority]:
                del counts[job.spec.priority]

    def _forget_nominations(self, job: Job) -> None:
        for device in job.nominated:
            if self.room.nominated.get(device) == job.name:
                del self.room.nominated[device]
                self.room.recount(device[0])

    def _change_attempt(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Attempt) and isinstance(after, Attempt) and _places(before) == _places(after):
            self.attempts[after.name] = after
            return
        nodes: dict[str, None] = {}
        if isinstance(before, Attempt):
            self._drop_attempt(before, nodes)
        if isinstance(after, Attempt):
            self.attempts[after.name] = after
            self.attempts_of.setdefault(after.job_uid, {})[after.name] = None
            for index, member in enumerate(after.members):
                if member.held:
                    nodes[member.node] = None
                    for row in rows_of(
                        str(after.job_uid), after.number, index, member.node, member.epoch, member.devices
                    ):
                        self.room.ledger.write(row)
        for node in nodes:
            self.room.recount(node)
        if isinstance(before, Attempt) and _held(before) > (_held(after) if isinstance(after, Attempt) else 0):
            self.stir(before.spec.gpu_type)

    def _drop_attempt(self, attempt: Attempt, nodes: dict[str, None]) -> None:
        self.attempts.pop(attempt.name, None)
        names = self.attempts_of.get(attempt.job_uid, {})
        names.pop(attempt.name, None)
        if not names:
            self.attempts_of.pop(attempt.job_uid, None)
        for index, member in enumerate(attempt.members):
            if member.held:
                nodes[member.node] = None
                for row in rows_of(
                    str(attempt.job_uid), attempt.number, index, member.node, member.epoch, member.devices
                ):
                    self.room.ledger.release(row.id)

    def _change_node(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Node):
            self.capacity[before.gpu_type] -= before.devices
            self.nodes.pop(before.name, None)
        if isinstance(after, Node):
            self.capacity[after.gpu_type] = self.capacity.get(after.gpu_type, 0) + after.devices
            self.nodes[after.name] = after
            self.room.ledger.put_node(after.name, after.devices, after.memory)
        one = after if isinstance(after, Node) else before
        if isinstance(one, Node):
            self.room.recount(one.name)
            self.stir(one.gpu_type)

    def _change_claim(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Claim):
            self.room.ledger.release(before.name)
            self.room.claims.pop(before.name, None)
        if isinstance(after, Claim):
            self.room.ledger.write(row_of(after))
            self.room.claims[after.name] = after.node, after.device
        one = after if isinstance(after, Claim) else before
        if isinstance(one, Claim):
            self.room.recount(one.node)
            if one.node in self.nodes:
                self.stir(self.nodes[one.node].gpu_type)

    # Who waits

    def stir(self, gpu_type: str) -> None:
        """Something of this type has changed: what did not fit may fit."""
        self.version += 1
        self.unfit = {key: None for key in self.unfit if key[1][0] != gpu_type}
        held, self._held = self._held, {}
        for name in held:
            job = self.jobs.get(name)
            if job is not None and job.state == QUEUED:
                self._push(job)

    def _enqueue(self, job: Job) -> None:
        heappush(self._delayed, (job.not_before, job.name, job.uid))
        heappush(self._oldest.setdefault(job.spec.gpu_type, []), (job.uid, job.name))

    def _push(self, job: Job) -> None:
        self.version += 1
        heap = self.waiting.setdefault(job.spec.queue, {}).setdefault(shape_of(job.spec), [])
        heappush(heap, (-job.spec.priority, job.uid, job.name))

    def wake(self, now: int) -> int | None:
        """Let in those whose back-off is over; the time at which the next one's is."""
        while self._delayed and self._delayed[0][0] <= now:
            _, name, uid = heappop(self._delayed)
            job = self.jobs.get(name)
            if job is not None and job.uid == uid and job.state == QUEUED:
                if self._backoff.left(job, now) > 0:
                    heappush(self._delayed, (job.not_before, name, uid))
                    break
                self._push(job)
        return self._delayed[0][0] if self._delayed else None

    def waits(self, name: str, uid: int) -> Job | None:
        """The job, if it still waits for admission."""
        job = self.jobs.get(name)
        return job if job is not None and job.uid == uid and job.state == QUEUED and not job.cancel else None

    def head(self, queue: str, shape: Shape) -> Job | None:
        """The first job of a shape that may be admitted; who has to wait for somebody stands aside."""
        heap = self.waiting[queue][shape]
        while heap:
            _, uid, name = heap[0]
            job = self.waits(name, uid)
            if job is None or not self.is_clear(job) or self.is_held_back(job):
                heappop(heap)
                if job is not None:
                    self._held[name] = None
                continue
            return job
        return None

    def set_aside(self, job: Job) -> bool:
        """Let the next of its queue and shape try, if this one was evicted: it may not evict all that others may."""
        heap = self.waiting[job.spec.queue][shape_of(job.spec)]
        if not job.evicted_by or self._settings.order == "strict" or heap[0][2] != job.name:
            return False
        heappop(heap)
        self._held[job.name] = None
        return True

    def is_clear(self, job: Job) -> bool:
        """Whether its old members are gone."""
        names = self.attempts_of.get(job.uid, ())
        return not names or self._clearance.is_clear((self.attempts[name] for name in names), self.nodes)

    def is_held_back(self, job: Job) -> bool:
        """Whether a victim has to wait until its preemptor is served, or withdrawn."""
        return job.evicted_by in self.preparing

    def by_age(self, gpu_type: str) -> Iterator[Job]:
        """Who waits for GPUs of a type, the oldest first."""
        heap = self._oldest.get(gpu_type, [])
        while heap:
            uid, name = heap[0]
            job = self.waits(name, uid)
            if job is not None:
                yield job
                break
            heappop(heap)
        for uid, name in sorted(heap)[1:]:
            job = self.waits(name, uid)
            if job is not None:
                yield job

    def shapes(self, queue: str, *, all_of_them: bool) -> Iterator[tuple[Shape, Job]]:
        """The head of each shape of a queue, or only of those that may fit."""
        for shape in list(self.waiting.get(queue, ())):
            if not all_of_them and (queue, shape) in self.unfit:
                continue
            job = self.head(queue, shape)
            if job is None:
                if not self.waiting[queue][shape]:
                    del self.waiting[queue][shape]
                continue
            yield shape, job


def _places(attempt: Attempt) -> list[tuple[str, tuple[int, ...], bool]]:
    """Where its members are, and whether they have rows."""
    return [(member.node, member.devices, member.held) for member in attempt.members]


def _held(attempt: Attempt) -> int:
    """How many of its members have rows."""
    return sum(member.held for member in attempt.members)
