"""Preemption: whom to evict so that a job fits, found by simulating it on a copy; nobody is evicted on a hunch.

Candidates in the order (borrowers first, lower priority, younger) are taken until the job fits quota and placement,
then put back one by one while it still fits. What the job would get then is nominated to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from models.veriflow.board import Board
from models.veriflow.fair_share import FairShare
from models.veriflow.objects import OPEN, Device, Job, JobSpec, attempt_name
from models.veriflow.placement import best_fit, fits
from models.veriflow.queue_quota import is_borrowing
from models.veriflow.victims import Victims


@dataclass(frozen=True)
class Plan:
    """Evict these, in this order, and keep these devices for the job."""

    victims: tuple[str, ...]
    devices: tuple[Device, ...]


class Copy:
    """What would be free, and in use, if some jobs were evicted."""

    def __init__(self, board: Board, job: Job) -> None:
        self._board = board
        self._job = job
        self.use = dict(board.use)
        counted = board.room.counted(job.spec)
        self.free = {name: free for name, (_, free) in counted.items()}
        self._kinds = {name: kind for name, (kind, _) in counted.items()}
        self._buckets = {kind: board.room.buckets[kind].copy() for kind in dict.fromkeys(self._kinds.values())}
        self._freed: dict[str, list[int]] = {}

    def evict(self, victim: Job) -> None:
        """Take a job away."""
        self._change(victim, -1)

    def put_back(self, victim: Job) -> None:
        """Let it run after all."""
        self._change(victim, 1)

    def _change(self, victim: Job, sign: int) -> None:
        key = victim.spec.queue, victim.spec.gpu_type
        self.use[key] = self.use.get(key, 0) + sign * victim.spec.need
        for node, device in self.devices_of(victim):
            if node in self.free and device not in self._board.nodes[node].missing and not self._is_kept(node, device):
                self._flip(node, device, sign)

    def devices_of(self, victim: Job) -> list[Device]:
        """The devices that a job has now."""
        attempt = self._board.attempts.get(attempt_name(victim.name, victim.uid, victim.attempt))
        if attempt is None or victim.state not in OPEN:
            return []
        return [(member.node, device) for member in attempt.members if member.held for device in member.devices]

    def _is_kept(self, node: str, device: int) -> bool:
        """Whether it goes to another when its owner goes."""
        return self._board.room.is_kept(node, device, self._job.name)

    def _flip(self, name: str, device: int, sign: int) -> None:
        place = self._board.nodes[name].zone, name
        buckets, freed = self._buckets[self._kinds[name]], self._freed.setdefault(name, [])
        buckets.discard(place, self.free[name])
        if sign < 0:
            freed.append(device)
        else:
            freed.remove(device)
        self.free[name] -= sign
        buckets.add(place, self.free[name])

    def has_room(self, spec: JobSpec) -> bool:
        """Whether the gang would find its devices."""
        return fits(self._buckets.values(), spec, spec.members)

    def has_quota(self, job: Job) -> bool:
        """Whether it would be admitted, or has been."""
        more = 0 if self._board.quota.is_charged(job) else job.spec.need
        return self._board.quota.fits(self._board.queues, self.use, job.spec.queue, job.spec.gpu_type, more)

    def fits(self, job: Job) -> bool:
        """Both."""
        return self.has_room(job.spec) and self.has_quota(job)

    def devices(self, spec: JobSpec) -> tuple[Device, ...]:
        """The devices it would get."""
        found: list[Device] = []
        for seat in best_fit(list(self._buckets.values()), spec, spec.members) or ():
            free = self._board.room.free_devices(self._board.nodes[seat.node], self._job.name)
            devices = sorted({*free, *self._freed.get(seat.node, ())})
            found += [(seat.node, device) for device in devices[: seat.members * spec.gpus]]
        return tuple(found)


class Preemption:
    """The rules of whom to evict, on what the scheduler knows."""

    def __init__(self, board: Board, victims: Victims, share: str, *, fair: bool) -> None:
        self._board = board
        self._victims = victims
        self._share = share
        self._fair = fair

    def plan(self, job: Job) -> Plan | None:
        """Whom to evict for a job; None if nobody can be, or it would not help."""
        if not self.is_thinkable(job):
            return None
        copy = Copy(self._board, job)
        taken = self._take(copy, job)
        if taken is None:
            return None
        kept = self._put_back(copy, job, taken)
        if not kept or not self._are_legal(kept, job):
            return None
        return Plan(tuple(one.name for one in kept), copy.devices(job.spec))

    def is_thinkable(self, job: Job) -> bool:
        """A quick no: nobody in its queue has a lower priority, and nobody in its cohort borrows too much."""
        board, spec = self._board, job.spec
        queue, gpu_type = board.queues[spec.queue], spec.gpu_type
        if min(board.priorities.get((queue.name, gpu_type), ()), default=spec.priority) < spec.priority:
            return True
        borrowers = [
            one.name
            for one in board.queues.values()
            if queue.cohort
            and one.cohort == queue.cohort
            and one is not queue
            and is_borrowing(one, board.use, gpu_type)
        ]
        if not borrowers:
            return False
        if self._victims.is_reclaim(queue, board.use, gpu_type, spec.need):
            return True
        if not self._fair:
            return False
        shares = FairShare(self._share, board.capacity, board.queues)
        mine = shares.of(queue.name, board.use, {gpu_type: spec.need})
        return any(mine < shares.of(name, board.use) for name in borrowers)

    def _candidates(self, job: Job) -> list[Job]:
        board, spec = self._board, job.spec
        own = board.queues[spec.queue]
        names: list[str] = []
        for queue in board.queues.values():
            if queue is own or (own.cohort and queue.cohort == own.cohort):
                names += board.charged.get((queue.name, spec.gpu_type), {})
        found = [board.jobs[name] for name in names if name != job.name and not board.jobs[name].victims]

        def order(one: Job) -> tuple[bool, int, int]:
            borrows = is_borrowing(board.queues[one.spec.queue], board.use, spec.gpu_type)
            return not borrows, one.spec.priority, -one.uid

        return sorted(found, key=order)

    def _take(self, copy: Copy, job: Job) -> list[Job] | None:
        taken: list[Job] = []
        for victim in self._candidates(job):
            if self.is_enough(copy, job, len(taken)):
                return taken
            if self._is_legal(copy, job, victim):
                copy.evict(victim)
                taken.append(victim)
        return taken if self.is_enough(copy, job, len(taken)) else None

    def is_enough(self, copy: Copy, job: Job, taken: int) -> bool:  # noqa: ARG002 - what counts is that it fits
        """Whether the job fits now, in the simulation."""
        return copy.fits(job)

    def _is_legal(self, copy: Copy, job: Job, victim: Job) -> bool:
        board = self._board
        return self._victims.is_legal(board.jobs, board.queues, copy.use, board.capacity, job, victim)

    def _put_back(self, copy: Copy, job: Job, taken: list[Job]) -> list[Job]:
        kept = list(taken)
        for victim in reversed(taken):
            if len(kept) == 1:
                break
            copy.put_back(victim)
            if copy.fits(job):
                kept.remove(victim)
            else:
                copy.evict(victim)
        return kept

    def _are_legal(self, kept: Iterable[Job], job: Job) -> bool:
        """Whether they are legal one after another without those that were put back."""
        copy = Copy(self._board, job)
        for victim in kept:
            if not self._is_legal(copy, job, victim):
                return False
            copy.evict(victim)
        return True
