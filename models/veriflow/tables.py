"""The store's tables: objects by kind and name, the ledger, and what is derived from them.

A transaction puts and removes objects and rows; each gets the transaction's one revision. Use of quota and the rows of
a device are indexes: never written down, always what the objects say.
"""

from dataclasses import dataclass, field

import msgspec

from models.veriflow import events as e
from models.veriflow.ledger import Ledger, Row, rows_of
from models.veriflow.objects import Attempt, Claim, Job, Lease, Node, Object, Queue, kind_of
from models.veriflow.queue_quota import Quota
from sim import Message

Key = tuple[str, str]


class Change(Message):
    """An object as a transaction left it, or took it away. What a watch says."""

    revision: int
    object: Object
    deleted: bool = False


@dataclass
class Written:
    """What one transaction did."""

    changes: list[Change] = field(default_factory=list)
    facts: list[e.Fact] = field(default_factory=list)


class Tables:
    """All objects. `open` begins a transaction, and what is put until the next one belongs to it."""

    def __init__(self, ledger: Ledger, quota: Quota) -> None:
        self.ledger = ledger
        self.quota = quota
        self.jobs: dict[str, Job] = {}
        self.attempts: dict[str, Attempt] = {}
        self.nodes: dict[str, Node] = {}
        self.queues: dict[str, Queue] = {}
        self.leases: dict[str, Lease] = {}
        self.claims: dict[str, Claim] = {}
        self.use: dict[tuple[str, str], int] = {}
        self.attempts_of: dict[tuple[str, int], dict[str, None]] = {}
        self.on_node: dict[str, dict[str, None]] = {}
        self.owners: dict[str, str] = {}
        self.nominated: dict[tuple[str, int], str] = {}
        self.revision = 0
        self.at = 0
        self.by = ""
        self.what = ""
        self.written = Written()
        self._wrote = False

    def open(self, at: int, by: str, what: str) -> None:
        """Begin a transaction at a time of the store's clock, which never goes back."""
        self.at = max(self.at, at)
        self.by = by
        self.what = what
        self.written = Written()
        self._wrote = False

    def of_kind(self, kind: str) -> dict[str, Object]:
        """The table of a kind."""
        tables: dict[str, object] = {
            "Job": self.jobs,
            "Attempt": self.attempts,
            "Node": self.nodes,
            "Queue": self.queues,
            "Lease": self.leases,
            "Claim": self.claims,
        }
        return tables[kind]  # type: ignore[return-value] # each holds its kind

    def objects(self) -> list[Object]:
        """All of them, by kind and then as they were made."""
        tables = (self.queues, self.nodes, self.leases, self.claims, self.jobs, self.attempts)
        return [one for table in tables for one in table.values()]

    @property
    def count(self) -> int:
        """How many objects there are."""
        few = len(self.queues) + len(self.nodes) + len(self.leases) + len(self.claims)
        return few + len(self.jobs) + len(self.attempts)

    # Writing

    def put(self, one: Object) -> Object:
        """Write an object with the transaction's revision; its uid is the revision that made it."""
        revision = self._next_revision()
        table = self.of_kind(kind_of(one))
        before = table.get(one.name)
        made = msgspec.structs.replace(one, revision=revision, uid=one.uid or revision)
        table[one.name] = made
        self._index(before, made)
        self.written.changes.append(Change(revision, made))
        self._tell_put(before, made)
        return made

    def remove(self, one: Object) -> None:
        """An object is gone. What it owned goes with it."""
        revision = self._next_revision()
        kind = kind_of(one)
        del self.of_kind(kind)[one.name]
        self._index(one, None)
        self.written.changes.append(Change(revision, one, deleted=True))
        self._fact(e.Removed, kind, one.name, one.uid)
        if isinstance(one, Job):
            for name in list(self.attempts_of.get((one.name, one.uid), ())):
                orphan = self.attempts[name]
                self.drop_rows([row for row in self.rows_of(orphan) if self.ledger.holds(row.id)])
                self.remove(orphan)

    def rows_of(self, attempt: Attempt, *, held_only: bool = True) -> list[Row]:
        """The rows that an attempt's members have by its own word."""
        return [
            row
            for index, member in enumerate(attempt.members)
            if member.held or not held_only
            for row in rows_of(str(attempt.job_uid), attempt.number, index, member.node, member.epoch, member.devices)
        ]

    def drop_rows(self, rows: list[Row]) -> None:
        """Rows go from the ledger."""
        gone = [found for row in rows if (found := self.ledger.release(row.id)) is not None]
        if gone:
            self._next_revision()
            self._fact(e.Released, tuple(gone))

    def _next_revision(self) -> int:
        if not self._wrote:
            self._wrote = True
            self.revision += 1
        return self.revision

    # Telling

    def _fact(self, kind: type[e.Fact], *fields: object) -> None:
        self.written.facts.append(kind(self.revision, len(self.written.facts), self.at, self.by, *fields))

    def tell_admitted(self, job: Job) -> None:
        """A job was admitted: with the use that the store goes by."""
        queue, gpu_type = job.spec.queue, job.spec.gpu_type
        self._fact(e.Admitted, job.name, queue, gpu_type, self.use.get((queue, gpu_type), 0))

    def tell_bound(self, attempt: Attempt, rows: list[Row]) -> None:
        """All rows of an attempt were written."""
        self._fact(e.Bound, attempt.job, attempt.number, tuple(rows))

    def tell_claimed(self, row: Row) -> None:
        """A shared row was written."""
        self._fact(e.Claimed, row)

    def tell_preempted(self, victim: str, attempt: int, preemptor: str) -> None:
        """A job was evicted."""
        self._fact(e.Preempted, victim, attempt, preemptor)

    def _tell_put(self, before: Object | None, made: Object) -> None:
        if isinstance(made, Lease):
            return
        if not self.written.facts:
            self._fact(e.Wrote, self.what, kind_of(made), made.name, made.uid)
        if isinstance(made, Job):
            self._fact(e.JobState, made, before.state if isinstance(before, Job) else "")
        elif isinstance(made, Attempt):
            self._fact(e.AttemptState, made, before.state if isinstance(before, Attempt) else "")
        elif isinstance(made, Node):
            self._fact(e.NodeState, made)
        elif isinstance(made, Queue):
            self._fact(e.QueueSet, made)

    # Indexes

    def _index(self, before: Object | None, after: Object | None) -> None:
        one = after if after is not None else before
        if isinstance(one, Job):
            self._charge(before, -1)
            self._charge(after, 1)
            self._nominate(before, after)
        elif isinstance(one, Attempt):
            self._index_attempt(before, after)
        elif isinstance(after, Node):
            self.ledger.put_node(after.name, after.devices, after.memory)

    def _charge(self, job: Object | None, sign: int) -> None:
        if isinstance(job, Job) and self.quota.is_charged(job):
            key = job.spec.queue, job.spec.gpu_type
            self.use[key] = self.use.get(key, 0) + sign * job.spec.need

    def _nominate(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Job):
            for device in before.nominated:
                self.nominated.pop(device, None)
        if isinstance(after, Job):
            for device in after.nominated:
                self.nominated[device] = after.name

    def _index_attempt(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Attempt) and after is None:
            siblings = self.attempts_of[before.job, before.job_uid]
            del siblings[before.name]
            if not siblings:
                del self.attempts_of[before.job, before.job_uid]
                del self.owners[str(before.job_uid)]
            for member in before.members:
                self.on_node.get(member.node, {}).pop(before.name, None)
        elif isinstance(after, Attempt) and before is None:
            self.attempts_of.setdefault((after.job, after.job_uid), {})[after.name] = None
            self.owners[str(after.job_uid)] = after.job
            for member in after.members:
                self.on_node.setdefault(member.node, {})[after.name] = None

    # Snapshots

    def load(self, objects: tuple[Object, ...], revision: int, at: int) -> None:
        """Hold these objects and no others."""
        self.revision, self.at = revision, at
        for one in objects:
            self.of_kind(kind_of(one))[one.name] = one
            self._index(None, one)
            if isinstance(one, Attempt):
                for row in self.rows_of(one):
                    self.ledger.write(row)
            elif isinstance(one, Claim):
                self.ledger.write(row_of(one))


def row_of(claim: Claim) -> Row:
    """The row that a shared claim is."""
    return Row(claim.name, claim.node, claim.epoch, claim.device, claim.owner, 0, claim.size)
