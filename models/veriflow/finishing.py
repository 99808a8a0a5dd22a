"""`finish`, `release` and `report`: how an attempt ends, and when its rows may go.

Finish closes the attempt, moves the job and drops its quota in one transaction. Rows of members whose processes are
known to be gone go with it; the others stay until the runtime has confirmed, or the node's epoch has ended.
"""

import msgspec

from models.veriflow.admission import replace_state
from models.veriflow.binding import with_member
from models.veriflow.objects import (
    ADMITTED,
    ATTEMPT_OPEN,
    BACKOFF,
    CANCELED,
    EVICTED,
    EXITED,
    FAILED,
    HELD,
    LOST,
    MEMBER_ORDER,
    OPEN,
    QUEUED,
    RUNNING,
    STARTING,
    STEPS,
    SUCCEEDED,
    Attempt,
    Job,
    attempt_name,
)
from models.veriflow.tables import Tables
from models.veriflow.victims import Victims

LATE, ILLEGAL, NO_VICTIM = "late", "no such step", "not a legal victim"
DRAIN = "drain:"


class Transitions:
    """The state machine of jobs."""

    def allows(self, job: Job, number: int, to: str) -> bool:
        """Whether attempt `number` may move the job so."""
        return job.attempt == number and to in STEPS.get(job.state, ())


class Finishing:
    """The rules of `finish`, `release` and `report`."""

    def __init__(self, tables: Tables, transitions: Transitions, victims: Victims) -> None:
        self._tables = tables
        self._transitions = transitions
        self._victims = victims

    # Finish

    def finish(self, job: Job, number: int, outcome: str, to: str, *, delay: int, by: str, reason: str) -> str:
        """Close attempt `number` of a job; or say why not."""
        if not self._transitions.allows(job, number, to):
            return LATE if job.attempt != number or job.state not in STEPS else ILLEGAL
        if outcome == EVICTED and not self.may_evict(job, by):
            return NO_VICTIM
        self._move(job, outcome, to, delay, by, reason)
        attempt = self._tables.attempts.get(attempt_name(job.name, job.uid, number))
        if job.state in OPEN and attempt is not None:
            self._close(attempt, outcome)
        if outcome == EVICTED:
            self._tables.tell_preempted(job.name, number if job.state in OPEN else 0, by)
        return ""

    def may_evict(self, job: Job, by: str) -> bool:
        """Whether a drain, or a preemptor as things are now, may evict it."""
        tables = self._tables
        if by.startswith(DRAIN):
            return job.state in OPEN
        preemptor = tables.jobs.get(by)
        if preemptor is None or preemptor.state not in (QUEUED, ADMITTED) or job.name not in preemptor.victims:
            return False
        return self._victims.is_legal(tables.jobs, tables.queues, tables.use, self.capacity(), preemptor, job)

    def capacity(self) -> dict[str, int]:
        """GPUs of the whole cluster by type."""
        found: dict[str, int] = {}
        for node in self._tables.nodes.values():
            found[node.gpu_type] = found.get(node.gpu_type, 0) + node.devices
        return found

    def _move(self, job: Job, outcome: str, to: str, delay: int, by: str, reason: str) -> None:
        at = self._tables.at
        failures = job.failures + (outcome in (FAILED, LOST))
        moved = replace_state(job, to, at, failures=failures, reason=reason, observed=job.generation)
        moved = msgspec.structs.replace(
            moved,
            not_before=at + delay if to in (BACKOFF, QUEUED) else job.not_before,
            evicted_by=by if outcome == EVICTED else "",
            nominated=(),
            victims=(),
        )
        self._tables.put(moved)

    def _close(self, attempt: Attempt, outcome: str) -> None:
        state = EVICTED if outcome == CANCELED else outcome
        if state == SUCCEEDED and attempt.state != RUNNING:  # its result says that it ran, though no agent's word came
            self._tables.put(msgspec.structs.replace(attempt, state=RUNNING))
        closed = msgspec.structs.replace(attempt, state=state)
        for index, member in enumerate(closed.members):
            if member.held and self.is_gone(closed, index):
                closed = self._without_rows(closed, index)
        self._keep(closed)

    def is_gone(self, attempt: Attempt, index: int) -> bool:
        """Whether a member's process is known to be gone, by its runtime's word."""
        return attempt.members[index].state == EXITED

    def _without_rows(self, attempt: Attempt, index: int) -> Attempt:
        prefix = f"{attempt.job_uid}/{attempt.number}/{index}/"
        self._tables.drop_rows([row for row in self._tables.rows_of(attempt) if row.id.startswith(prefix)])
        return with_member(attempt, index, held=False)

    def _keep(self, attempt: Attempt) -> None:
        """An attempt that is over and has no rows left is gone."""
        stays = attempt.state in ATTEMPT_OPEN or any(member.held for member in attempt.members)
        if stays or attempt.uid == 0:
            self._tables.put(attempt)
            return
        before = self._tables.attempts[attempt.name]
        if before.state != attempt.state:
            self._tables.put(attempt)  # its end is told before it goes
        self._tables.remove(self._tables.attempts[attempt.name])

    # Release

    def release(self, ids: tuple[str, ...]) -> None:
        """Processes of these rows are gone, says their runtime. An id that is gone already does nothing."""
        tables = self._tables
        found = [row for id_ in ids if (row := tables.ledger.rows.get(id_)) is not None]
        touched = dict.fromkeys((row.owner, row.attempt, int(row.id.split("/")[2])) for row in found if not row.size)
        self.free(ids)
        for owner, number, index in touched:
            attempt = self._attempt_of(owner, number)
            if attempt is not None and attempt.members[index].held:
                self._keep(with_member(attempt, index, held=False))

    def free(self, ids: tuple[str, ...]) -> None:
        """Take exactly these rows away."""
        rows = [row for id_ in ids if (row := self._tables.ledger.rows.get(id_)) is not None]
        self._tables.drop_rows(rows)

    def _attempt_of(self, owner: str, number: int) -> Attempt | None:
        job = self._tables.owners.get(owner)
        return None if job is None else self._tables.attempts.get(attempt_name(job, int(owner), number))

    def end_epochs(self, node: str, epoch: int) -> None:
        """All processes of a node's epochs before this one are gone."""
        tables = self._tables
        for name in list(tables.on_node.get(node, ())):
            attempt = tables.attempts[name]
            for index, member in enumerate(attempt.members):
                if member.node == node and member.epoch < epoch and member.held:
                    attempt = self._without_rows(attempt, index)
            if attempt is not tables.attempts[name]:
                self._keep(attempt)
        for claim in list(tables.claims.values()):
            if claim.node == node and claim.epoch < epoch:
                tables.drop_rows([tables.ledger.rows[claim.name]])
                tables.remove(claim)

    # Report

    def report(self, attempt: Attempt, indexes: tuple[int, ...], state: str, code: int) -> None:
        """Take in an agent's word, as far as it is new."""
        changed = attempt
        for index in indexes:
            if MEMBER_ORDER[state] > MEMBER_ORDER[attempt.members[index].state]:
                changed = with_member(changed, index, state=state, code=code)
        if changed is not attempt:
            self._tables.put(msgspec.structs.replace(changed, state=progress_of(changed)))


def progress_of(attempt: Attempt) -> str:
    """What the words of its members make of an open attempt."""
    least = min(MEMBER_ORDER[member.state] for member in attempt.members)
    if least >= MEMBER_ORDER[RUNNING]:
        return RUNNING
    most = max(MEMBER_ORDER[member.state] for member in attempt.members)
    return attempt.state if most < MEMBER_ORDER[HELD] else STARTING
