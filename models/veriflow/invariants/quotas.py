"""Promises about quotas: limits and cohorts, exact use, and no queue kept from its part while others have more."""

from fractions import Fraction

from models.veriflow import events as e
from models.veriflow.invariants.quiet import undisturbed
from models.veriflow.invariants.world import World
from models.veriflow.objects import Job, Queue
from models.veriflow.settings import Settings
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


def broken_rule(world: World, cohort: list[Queue], gpu_type: str) -> str:
    """What is wrong with the use of a type in a cohort; empty if nothing is."""
    borrowed = offered = 0
    for queue in cohort:
        used, quota = world.use.get((queue.name, gpu_type), 0), queue.quota(gpu_type)
        limit = quota.nominal + (quota.borrow if queue.cohort else 0)
        if used > limit:
            return f"{queue.name} uses {used} {gpu_type} of at most {limit}"
        borrowed += max(0, used - quota.nominal)
        offered += max(0, min(quota.lend, quota.nominal - used))
    return f"{borrowed} {gpu_type} are borrowed and {offered} offered" if borrowed > offered else ""


def cohort_of(world: World, name: str) -> list[Queue]:
    """The queues that share with a queue, itself among them."""
    queue = world.queues[name]
    return [one for one in world.queues.values() if one is queue or (queue.cohort and one.cohort == queue.cohort)]


class QuotaKept(Invariant):
    """Limits hold after every event. After an admin lowered a quota nobody borrows until they hold again."""

    name = "quota-kept"
    claim = "no queue used more than it may, and nothing was borrowed that nobody offered"
    watches = (e.QueueSet, e.JobState)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._lowered: dict[tuple[str, str], None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look at a cohort whenever use or quota of one of its queues changes."""
        world, event = self._world, emitted.event
        if not world.see(emitted):
            return
        if isinstance(event, e.QueueSet):
            for quota in event.queue.quotas:
                if broken_rule(world, cohort_of(world, event.queue.name), quota.gpu_type):
                    self._lowered[event.queue.cohort or event.queue.name, quota.gpu_type] = None
        elif isinstance(event, e.JobState) and event.job.state != event.before:
            self._look(emitted, event.job)

    def _look(self, emitted: Emitted, job: Job) -> None:
        world, name, gpu_type = self._world, job.spec.queue, job.spec.gpu_type
        wrong = broken_rule(world, cohort_of(world, name), gpu_type)
        key = world.queues[name].cohort or name, gpu_type
        if key in self._lowered:
            used, quota = world.use.get((name, gpu_type), 0), world.queues[name].quota(gpu_type)
            if not wrong:
                del self._lowered[key]
            elif job.state == "ADMITTED" and used > quota.nominal:
                self.contradict(emitted, f"{job.name} was let in by borrowing while {wrong}, {when(emitted)}")
        elif wrong:
            self.contradict(emitted, f"{wrong} once {job.name} is {job.state}, {when(emitted)}")


class QuotaExact(Invariant):
    """What the store takes for a queue's use is the sum over its jobs that are admitted, bound or running."""

    name = "quota-exact"
    claim = "use was always the sum over jobs that hold quota"
    watches = (e.Admitted,)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def observe(self, emitted: Emitted) -> None:
        """Compare at each admission."""
        event = emitted.event
        if self._world.see(emitted) and isinstance(event, e.Admitted):
            summed = self._world.use.get((event.queue, event.gpu_type), 0)
            if event.use != summed:
                said = f"{event.queue} is charged {event.use} {event.gpu_type}, its jobs hold {summed}"
                self.contradict(emitted, f"{said}, {when(emitted)}")


class Fair(Check):
    """With preemption, and nothing changing: who waits below its part is served while others have more than theirs.

    Judged for jobs that cannot be kept out by fragmentation (members of one GPU), and by shares: it is unfair if a
    borrower of the cohort, without its largest job, still has a greater share than the waiting queue would have with
    the job and another as large; or if that stays within its nominal quota and borrowers hold what it needs.
    """

    name = "fair"
    watches = (e.JobState, e.NodeState, e.QueueSet, e.Reconciled, e.CheckpointTaken)

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._since = 0
        self._judged = False
        self._wait = 2 * settings.preempt_wait
        self._found: list[tuple[int, int, str]] = []

    def observe(self, emitted: Emitted) -> None:
        """When demand and use have been the same for long enough, look once."""
        event = emitted.event
        if isinstance(event, e.Fact) and not self._world.see(emitted):
            return
        if isinstance(event, (e.JobState, e.NodeState, e.QueueSet)):
            if not self._judged and emitted.t_ns - self._since > self._wait:
                self._judge(emitted.t_ns, event.job if isinstance(event, e.JobState) else None)
            self._since, self._judged = emitted.t_ns, False
        elif not self._judged and emitted.t_ns - self._since > self._wait:
            self._judge(emitted.t_ns, None)

    def _judge(self, t_ns: int, changed: Job | None) -> None:
        self._judged = True
        world = self._world
        waiting = [job for job in world.jobs.values() if job.state == "QUEUED" and not job.cancel]
        for job in waiting:
            spec = job.spec
            if spec.gpus > 1 or spec.one_node or (changed is not None and changed.name == job.name):
                continue
            why = self._is_wronged(job)
            if why and self._has_nodes(job):
                self._found.append((self._since, t_ns, f"{job.name} of {spec.queue} waits while {why}"))
                return

    def _has_nodes(self, job: Job) -> bool:
        nodes = [node for node in self._world.nodes.values() if node.gpu_type == job.spec.gpu_type]
        return all(node.state == "READY" and not node.cordoned and not node.missing for node in nodes)

    def _is_wronged(self, job: Job) -> str:
        world, gpu_type, need = self._world, job.spec.gpu_type, job.spec.members
        own = world.queues[job.spec.queue]
        used = world.use.get((own.name, gpu_type), 0)
        others = [one for one in cohort_of(world, own.name) if one is not own and own.cohort]
        over = {one.name: world.use.get((one.name, gpu_type), 0) - one.quota(gpu_type).nominal for one in others}
        if used + need <= own.quota(gpu_type).nominal and sum(max(0, one) for one in over.values()) >= need:
            return f"it would stay within its nominal quota and others borrow {gpu_type}"
        if not self._settings.fair_sharing or self._settings.share != "drf":
            return ""
        mine = self._share(own, gpu_type, 2 * need)
        limit = own.quota(gpu_type).nominal + own.quota(gpu_type).borrow
        if mine is None or used + 2 * need > limit:
            return ""
        for other in others:
            largest = max((one.spec.members * one.spec.gpus for one in self._held(other, gpu_type)), default=0)
            theirs = self._share(other, gpu_type, -largest)
            if over[other.name] >= max(need, largest) and theirs is not None and theirs > mine:
                return f"{other.name} borrows {over[other.name]} {gpu_type} and has the greater share"
        return ""

    def _held(self, queue: Queue, gpu_type: str) -> list[Job]:
        jobs = self._world.jobs.values()
        return [
            one
            for one in jobs
            if (one.spec.queue, one.spec.gpu_type) == (queue.name, gpu_type) and one.state == "RUNNING"
        ]

    def _share(self, queue: Queue, gpu_type: str, more: int) -> Fraction | None:
        if not queue.weight:
            return None
        capacity: dict[str, int] = {}
        for node in self._world.nodes.values():
            capacity[node.gpu_type] = capacity.get(node.gpu_type, 0) + node.devices
        use = self._world.use
        parts = [
            Fraction(use.get((queue.name, one), 0) + (more if one == gpu_type else 0), whole)
            for one, whole in capacity.items()
        ]
        return max(parts) / queue.weight

    def conclude(self, record: RunRecord) -> Verdict:
        """Only times that no fault disturbed count; the end of the run ends a time of rest too."""
        if not self._settings.preemption:
            return Verdict(self.name, "pass", "nobody is preempted here")
        slack = self._settings.lost + self._settings.tolerance + 2 * self._settings.leader + self._settings.resync
        for since, until, said in self._found:
            if undisturbed(record, since, until, slack) > self._wait:
                return Verdict(self.name, "fail", f"{said}, {show_ns(since)} to {show_ns(until)}", at_ns=until)
        return Verdict(self.name, "pass", "nobody waited below its part while others had more")
