"""What must happen once all is healed: jobs end, nodes come back, and nothing is left of what is over.

A job's bound holds the queue ahead of it, and how long that is nobody can say beforehand: it is observed. While a job
is an elder, time in which those before it hold GPUs of its type does not count; they have bounds of their own, and the
first of them has nobody before it. Who came later and was let in first is not before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.veriflow import events as e
from models.veriflow.invariants.world import DONE, HOLDING, World
from models.veriflow.objects import Job, Node
from models.veriflow.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns


@dataclass(frozen=True)
class _Hold:
    """A time in which a job held quota of a type, in ns."""

    uid: int
    since: int
    until: int


class Liveness(Check):
    """Every job that healthy nodes can hold is over in time; no row, process or object outlives it."""

    name = "liveness"
    watches = (e.JobState,)

    def __init__(self, world: World, settings: Settings, agents: dict[str, str]) -> None:
        self._world = world
        self._settings = settings
        self._runtime_of = agents
        self._since: dict[int, int] = {}
        self._over: dict[int, int] = {}
        self._held_since: dict[int, int] = {}
        self._holds: dict[str, list[_Hold]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when each job began to be wished, when it held GPUs, and when it was over."""
        event = emitted.event
        if self._world.see(emitted) and isinstance(event, e.JobState):
            job, t_ns = event.job, emitted.t_ns
            self._since.setdefault(job.uid, t_ns)
            if job.state in DONE and event.before not in DONE:
                self._over[job.uid] = t_ns
            if job.state in HOLDING:
                self._held_since.setdefault(job.uid, t_ns)
            elif (since := self._held_since.pop(job.uid, None)) is not None:
                self._holds.setdefault(job.spec.gpu_type, []).append(_Hold(job.uid, since, t_ns))

    def _due(self, uid: int, since: int, record: RunRecord) -> int:
        """When a job has to be over: `patience` after its submission or the healing, and the queue ahead of it."""
        at, left = max(since, record.settle_ns), self._settings.patience
        for begin, end in self._ahead(uid, since + self._settings.age_max, record.end_ns):
            if end <= at:
                continue
            if begin - at >= left:
                break
            left -= max(0, begin - at)
            at = end
        return at + left

    def _ahead(self, uid: int, elder: int, end_ns: int) -> list[tuple[int, int]]:
        """When it waited as an elder, and jobs before it, or let in before it was one, held GPUs of its type."""
        gpu_type = self._world.by_uid[uid].spec.gpu_type
        holds = [*self._holds.get(gpu_type, ()), *self._held_now(gpu_type, end_ns)]
        own = sorted((one.since, one.until) for one in holds if one.uid == uid)
        found = (one for one in holds if one.uid < uid or (one.uid > uid and one.since < elder))
        spans = (_without(max(elder, one.since), one.until, own) for one in found)
        return sorted(span for each in spans for span in each)

    def _held_now(self, gpu_type: str, end_ns: int) -> Iterator[_Hold]:
        for uid, since in self._held_since.items():
            if self._world.by_uid[uid].spec.gpu_type == gpu_type:
                yield _Hold(uid, since, end_ns)

    def conclude(self, record: RunRecord) -> Verdict:
        """Look at what is left when its time was over."""
        judged = 0
        for uid, since in self._since.items():
            due = max(since, record.settle_ns) + self._settings.patience
            if uid not in self._over and due > record.end_ns:
                continue
            judged += 1
            if self._over.get(uid, record.end_ns + 1) > due:
                late = self._late(uid, self._due(uid, since, record), record)
                if late is not None:
                    return late
        left = self._left_over(record) or self._unhealthy(record)
        if left:
            return self._fail(left, record.end_ns)
        return Verdict(self.name, "pass", f"{judged:,} jobs were judged; nothing is left of what is over", "liveness")

    def _late(self, uid: int, due: int, record: RunRecord) -> Verdict | None:
        over = self._over.get(uid)
        if (record.end_ns if over is None else over) <= due:
            return None
        job = self._world.by_uid[uid]
        current = self._world.jobs.get(job.name)
        if current is None or current.uid != uid:
            current = job
        if not self._can_run(current, record):
            return None
        said = f"{job.name} was not over at {show_ns(due)}, "
        said += f"it is {current.state}" if over is None else f"but at {show_ns(over)}"
        return self._fail(f"{said} ({current.spec.queue}, {current.reason or 'no reason'})", due)

    def _fail(self, said: str, at_ns: int) -> Verdict:
        return Verdict(self.name, "fail", said, "liveness", at_ns=at_ns)

    def _can_run(self, job: Job, record: RunRecord) -> bool:
        """Whether nodes that are up and open could hold it, and its queue's quota."""
        spec = job.spec
        rooms = [
            self._room(node)
            for node in self._world.nodes.values()
            if node.gpu_type == spec.gpu_type
            and node.memory >= spec.memory
            and not node.cordoned
            and not self._is_down(node.name, record)
        ]
        if spec.members * spec.gpus > self._limit(spec.queue, spec.gpu_type):
            return False
        if spec.one_node:
            return any(room >= spec.members * spec.gpus for room in rooms)
        return sum(room // spec.gpus for room in rooms) >= spec.members

    def _limit(self, name: str, gpu_type: str) -> int:
        """What a queue could use if no other did."""
        queue = self._world.queues[name]
        quota = queue.quota(gpu_type)
        lent = sum(
            min(one.quota(gpu_type).lend, one.quota(gpu_type).nominal)
            for one in self._world.queues.values()
            if queue.cohort and one.cohort == queue.cohort and one is not queue
        )
        return quota.nominal + min(quota.borrow if queue.cohort else 0, lent)

    def _room(self, node: Node) -> int:
        """Devices that are there, and that no shared claim stands on."""
        at = self._world.at
        return sum(
            device not in node.missing and not any(row.size for row in at.get((node.name, device), {}).values())
            for device in range(node.devices)
        )

    def _is_down(self, node: str, record: RunRecord) -> bool:
        return node in record.down or self._runtime_of.get(node, "") in record.down

    def _left_over(self, record: RunRecord) -> str:
        """Rows and processes of jobs that were over long ago, on nodes that are there."""
        settings, world = self._settings, self._world
        wait = 2 * settings.resync + settings.lost + settings.tolerance + 5 * SECOND
        for uid, over in self._over.items():
            if max(over, record.settle_ns) + wait > record.end_ns:
                continue
            for gang, members in world.members.items():
                for node, _ in members.values():
                    if gang[0] == uid and not self._is_down(node, record):
                        return f"attempt {gang} still runs on {node}, and its job was over at {show_ns(over)}"
        for row in world.rows.values():
            if row.size or self._is_down(row.node, record):
                continue
            found = self._over.get(int(row.owner))
            if found is not None and max(found, record.settle_ns) + wait <= record.end_ns:
                return f"row {row.id} on {row.node} still stands, and its job was over at {show_ns(found)}"
        return self._overdue(record, wait)

    def _overdue(self, record: RunRecord, wait: int) -> str:
        """Objects of jobs that should have been removed."""
        for job in self._world.jobs.values():
            over = self._over.get(job.uid)
            if over is not None and max(over, record.settle_ns) + self._settings.ttl + wait < record.end_ns:
                held = self._world.rows_of(job.uid, job.attempt)
                if not any(self._is_down(row.node, record) for row in held):
                    return f"{job.name} was over at {show_ns(over)} and is still there"
        return ""

    def _unhealthy(self, record: RunRecord) -> str:
        """Nodes that are up and taken for dead."""
        settings = self._settings
        if record.settle_ns + settings.lost + settings.tolerance + 2 * settings.resync + 5 * SECOND > record.end_ns:
            return ""
        for node in self._world.nodes.values():
            if node.state != "READY" and not self._is_down(node.name, record):
                return f"{node.name} is up, and {node.state} at the end"
        return ""


def _without(begin: int, end: int, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of begin..end that lie in none of the gaps, which are in order."""
    for since, until in gaps:
        if begin < min(since, end):
            yield begin, min(since, end)
        begin = max(begin, until)
        if begin >= end:
            return
    if begin < end:
        yield begin, end
