"""`bind`: all rows of a gang in one transaction, or a refusal that has changed nothing."""

import msgspec

from models.veriflow.admission import replace_state
from models.veriflow.ledger import Row, rows_of
from models.veriflow.objects import ADMITTED, BOUND, READY, Attempt, Job, Member, attempt_name
from models.veriflow.placement import GangRule
from models.veriflow.tables import Tables

LATE, TYPE, MEMORY, GANG, TAKEN, STALE = "late", "type", "memory", "gang_unsatisfied", "taken", "stale_node"


class Numbering:
    """Attempts of a job are 1, 2, 3, ..."""

    def next(self, job: Job) -> int:
        """The number of its next attempt."""
        return job.attempt + 1


class Nominations:
    """Devices that a preemptor made free for itself are nobody else's until it is bound, or withdrawn."""

    def is_kept_from(self, preemptor: str | None, job: str) -> bool:
        """Whether a device that is nominated to `preemptor` (None: to nobody) is kept from `job`."""
        return preemptor is not None and preemptor != job


class Binding:
    """The rules of `bind`."""

    def __init__(self, tables: Tables, rule: GangRule, numbering: Numbering, nominations: Nominations) -> None:
        self._tables = tables
        self._rule = rule
        self._numbering = numbering
        self._nominations = nominations

    def bind(self, job: Job, number: int, members: tuple[Member, ...], step: int) -> str:
        """Write the attempt with all its rows; or say why not."""
        reason = self.refusal(job, number, members)
        if not reason:
            self.write(job, number, members, step)
        return reason

    def refusal(self, job: Job, number: int, members: tuple[Member, ...]) -> str:
        """Why it cannot be bound so; empty if it can."""
        if job.state != ADMITTED or number != self._numbering.next(job) or job.cancel:
            return LATE
        if not self._rule.is_whole(job.spec, members):
            return GANG
        if job.spec.one_node and len({member.node for member in members}) > 1:
            return GANG
        return next((reason for member in members if (reason := self._refused(job, member))), "")

    def _refused(self, job: Job, member: Member) -> str:
        node = self._tables.nodes.get(member.node)
        if node is None or node.state != READY or node.cordoned or node.epoch != member.epoch:
            return STALE
        if node.gpu_type != job.spec.gpu_type:
            return TYPE
        if node.memory < job.spec.memory:
            return MEMORY
        for device in member.devices:
            nominee = self._tables.nominated.get((node.name, device))
            if self._tables.ledger.occupied(node.name, device) or self._nominations.is_kept_from(nominee, job.name):
                return TAKEN
            if device in node.missing or not 0 <= device < node.devices:
                return STALE
        return ""

    def is_kept(self, job: Job) -> bool:
        """Whether a device nominated to it is kept for another: two schedulers that planned at once chose alike."""
        nominated = self._tables.nominated
        return any(self._nominations.is_kept_from(nominated.get(device), job.name) for device in job.nominated)

    def write(self, job: Job, number: int, members: tuple[Member, ...], step: int) -> None:
        """The attempt, its rows, and the job."""
        tables = self._tables
        rows: list[Row] = []
        for index, member in enumerate(members):
            rows += rows_of(str(job.uid), number, index, member.node, member.epoch, member.devices)
        for row in rows:
            tables.ledger.write(row)
        attempt = Attempt(
            attempt_name(job.name, job.uid, number),
            job.name,
            job.uid,
            job.tenant,
            job.spec,
            number,
            members,
            step,
            bound_at=tables.at,
        )
        tables.put(replace_state(job, BOUND, tables.at, attempt=number, nominated=(), victims=(), reason=""))
        tables.put(attempt)
        tables.tell_bound(attempt, rows)


def with_member(attempt: Attempt, index: int, **fields: object) -> Attempt:
    """The attempt with one member changed."""
    member = msgspec.structs.replace(attempt.members[index], **fields)
    members = (*attempt.members[:index], member, *attempt.members[index + 1 :])
    return msgspec.structs.replace(attempt, members=members)
