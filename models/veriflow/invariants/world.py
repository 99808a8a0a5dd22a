"""What the store and the runtimes have told, folded once for every check of a run: objects, rows, use, processes.

It shares no code with the rules that it is there to judge. The first check of a run watches everything and so feeds it;
the others watch what they judge by. A store that comes back tells everything again; a fact
counts once, by its revision and its place in the transaction.
"""

import msgspec

from models.veriflow import events as e
from models.veriflow.ledger import Row
from models.veriflow.objects import Attempt, Job, Node, Queue
from sim import Emitted

HOLDING = ("ADMITTED", "BOUND", "RUNNING")
DONE = ("SUCCEEDED", "FAILED", "CANCELED")

FACTS = (
    e.Wrote,
    e.JobState,
    e.AttemptState,
    e.NodeState,
    e.QueueSet,
    e.Removed,
    e.Admitted,
    e.Bound,
    e.Claimed,
    e.Released,
    e.Preempted,
)
PHYSICAL = (e.ProcessStarted, e.ProcessStopped, e.EpochBegan)

Place = tuple[str, int]
"""(node, device)"""
Gang = tuple[int, int]
"""(job uid, attempt)"""


class World:
    """The fold. `fresh` says whether the event at hand is told for the first time; `crowded` what two rows share."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.by_uid: dict[int, Job] = {}
        self.attempts: dict[Gang, Attempt] = {}
        self.nodes: dict[str, Node] = {}
        self.queues: dict[str, Queue] = {}
        self.rows: dict[str, Row] = {}
        self.at: dict[Place, dict[str, Row]] = {}
        self.use: dict[tuple[str, str], int] = {}
        self.running: dict[Place, Gang] = {}
        self.members: dict[Gang, dict[int, tuple[str, tuple[int, ...]]]] = {}
        self.former: Job | None = None
        self.former_node: Node | None = None
        self.former_queue: Queue | None = None
        self.is_idle = False
        self.fresh = False
        self._record = -1
        self._told = (0, -1)

    def see(self, emitted: Emitted) -> bool:
        """Take in an event; whether it is told for the first time. Several checks may show the same one."""
        if emitted.record == self._record:
            return self.fresh
        self._record = emitted.record
        event = emitted.event
        if isinstance(event, e.Fact):
            mark = event.revision, event.n
            self.fresh = mark > self._told
            if self.fresh:
                self._told = mark
                self._fact(event)
        else:
            self.fresh = True
            self._physical(event)
        return self.fresh

    def _fact(self, event: e.Fact) -> None:
        if isinstance(event, e.JobState):
            self._job(event.job)
        elif isinstance(event, e.AttemptState):
            key = event.attempt.job_uid, event.attempt.number
            self.is_idle = _same(self.attempts.get(key), event.attempt)
            self.attempts[key] = event.attempt
        elif isinstance(event, e.NodeState):
            self.former_node = self.nodes.get(event.node.name)
            self.is_idle = _same(self.former_node, event.node)
            self.nodes[event.node.name] = event.node
        elif isinstance(event, e.QueueSet):
            self.former_queue = self.queues.get(event.queue.name)
            self.is_idle = _same(self.former_queue, event.queue)
            self.queues[event.queue.name] = event.queue
        elif isinstance(event, e.Removed):
            self._remove(event)
        elif isinstance(event, e.Bound):
            for row in event.rows:
                self._add(row)
        elif isinstance(event, e.Claimed):
            self._add(event.row)
        elif isinstance(event, e.Released):
            for row in event.rows:
                self.rows.pop(row.id, None)
                self.at.get((row.node, row.device), {}).pop(row.id, None)

    def _job(self, job: Job) -> None:
        self.former = self.jobs.get(job.name)
        self.is_idle = _same(self.former, job)
        if self.former is not None:
            self._charge(self.former, -1)
        self.jobs[job.name] = job
        self.by_uid[job.uid] = job
        self._charge(job, 1)

    def _charge(self, job: Job, sign: int) -> None:
        if job.state in HOLDING:
            key = job.spec.queue, job.spec.gpu_type
            self.use[key] = self.use.get(key, 0) + sign * job.spec.members * job.spec.gpus

    def _remove(self, event: e.Removed) -> None:
        if event.kind == "Job":
            self.former = self.jobs.pop(event.name, None)
            if self.former is not None:
                self._charge(self.former, -1)
        elif event.kind == "Attempt":
            _, uid, number = event.name.rsplit("/", 2)
            self.attempts.pop((int(uid), int(number)), None)

    def _add(self, row: Row) -> None:
        self.rows[row.id] = row
        self.at.setdefault((row.node, row.device), {})[row.id] = row

    def _physical(self, event: object) -> None:
        if isinstance(event, e.ProcessStarted):
            gang = event.job, event.attempt
            self.members.setdefault(gang, {})[event.member] = event.node, event.devices
            for device in event.devices:
                self.running[event.node, device] = gang
        elif isinstance(event, e.ProcessStopped):
            self._stop((event.job, event.attempt), event.member)
        elif isinstance(event, e.EpochBegan):
            for gang, members in list(self.members.items()):
                for member, (node, _) in list(members.items()):
                    if node == event.node:
                        self._stop(gang, member)

    def _stop(self, gang: Gang, member: int) -> None:
        members = self.members.get(gang, {})
        node, devices = members.pop(member, ("", ()))
        if not members:
            self.members.pop(gang, None)
        for device in devices:
            if self.running.get((node, device)) == gang:
                del self.running[node, device]

    # What it is asked

    def rows_of(self, uid: int, attempt: int) -> list[Row]:
        """The rows that stand of an attempt."""
        found = self.attempts.get((uid, attempt))
        if found is None:
            return []
        return [
            row
            for member in found.members
            for device in member.devices
            for row in self.at.get((member.node, device), {}).values()
            if row.owner == str(uid) and row.attempt == attempt
        ]


def _same(before: object, after: object) -> bool:
    """Whether a write changed nothing but the revision."""
    if before is None:
        return False
    revision = getattr(after, "revision", 0)
    return bool(msgspec.structs.replace(before, revision=revision) == after)  # type: ignore[type-var] # it is a struct
