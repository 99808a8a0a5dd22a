"""Promises about preemption: only legal victims, only if it helps, and what they leave is their preemptor's."""

from fractions import Fraction

from models.veriflow import events as e
from models.veriflow.invariants.quiet import undisturbed
from models.veriflow.invariants.world import DONE, HOLDING, World
from models.veriflow.objects import Job, Queue
from models.veriflow.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import when

ROUNDS_MAX = 2
"""A victim may come back by another's room and be taken again; more often they go round in circles."""

RECENT = 2 * SECOND
"""A simulation sees the world as it was a moment ago: what changed so recently may have been otherwise in it."""


class VictimsLegal(Check):
    """Each victim is one that the rules allow at that revision, and its preemptor is served, or gives up, in time."""

    name = "victims-legal"
    watches = (e.JobState, e.Preempted, e.Bound, e.NodeState, e.QueueSet)

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._broken: Verdict | None = None
        self._kept: dict[str, tuple[Job, int]] = {}
        self._waits: list[tuple[Job, int, int]] = []
        self._bound_at: dict[str, int] = {}
        self._node_at: dict[str, int] = {}
        self._elders: dict[str, None] = {}
        self._rounds: dict[tuple[str, str], int] = {}

    @property
    def violated(self) -> bool:
        """Whether a victim was illegal, an eviction in vain, or devices stolen."""
        return self._broken is not None

    def observe(self, emitted: Emitted) -> None:
        """Judge evictions, and what becomes of the devices that were kept for somebody."""
        event = emitted.event
        if not self._world.see(emitted):
            return
        if isinstance(event, (e.NodeState, e.QueueSet)):
            self._rounds.clear()
        if isinstance(event, e.JobState):
            self._follow(emitted, event)
        elif isinstance(event, e.Preempted):
            self._judge(emitted, event)
        elif isinstance(event, e.Bound):
            self._bound(emitted, event)
        elif isinstance(event, e.NodeState):
            self._node_at[event.node.name] = emitted.t_ns

    def _contradict(self, emitted: Emitted, said: str) -> None:
        if self._broken is None:
            self._broken = Verdict(self.name, "fail", f"{said}, {when(emitted)}", at_ns=emitted.t_ns)

    # Who waits for devices

    def _follow(self, emitted: Emitted, event: e.JobState) -> None:
        job, name = event.job, event.job.name
        if event.before == "":
            self._elders.pop(name, None)
        if event.before == "" or job.cancel or job.state in (*DONE, "BACKOFF"):
            self._rounds.clear()
        if job.state == "ADMITTED" and event.before == "QUEUED" and event.at - job.since > self._settings.age_max:
            self._elders[name] = None
        before = self._kept.get(name)
        if job.nominated or job.victims:
            if before is None:
                self._kept[name] = job, emitted.t_ns
                self._simulate(emitted, job)
        elif before is not None:
            del self._kept[name]
            self._waits.append((job, before[1], emitted.t_ns))
        if job.state in DONE:
            self._bound_at.pop(name, None)

    def _bound(self, emitted: Emitted, event: e.Bound) -> None:
        self._bound_at[event.job] = emitted.t_ns
        for row in event.rows:
            for name, (job, _) in self._kept.items():
                if name != event.job and (row.node, row.device) in job.nominated:
                    said = f"{event.job} was bound to device {row.device} of {row.node}, which is kept for {name}"
                    self._contradict(emitted, said)

    # Whether it helps

    def _simulate(self, emitted: Emitted, job: Job) -> None:
        """Without its victims the job finds room for all members, or what was used so recently was free before."""
        spec, free = job.spec, self._free_without(job, emitted.t_ns)
        if spec.one_node:
            fits = any(one >= spec.members * spec.gpus for one in free)
        else:
            fits = sum(one // spec.gpus for one in free) >= spec.members
        if not fits:
            self._contradict(emitted, f"{job.name} has others evicted and would not fit without them")

    def _free_without(self, job: Job, t_ns: int) -> list[int]:
        world = self._world
        gone = {str(world.jobs[name].uid) for name in job.victims if name in world.jobs}
        recent = {
            str(world.jobs[name].uid)
            for name, at in self._bound_at.items()
            if name in world.jobs and t_ns - at < RECENT
        }
        found = []
        for node in world.nodes.values():
            if node.gpu_type != job.spec.gpu_type or node.memory < job.spec.memory:
                continue
            usable = node.state == "READY" and not node.cordoned
            if not usable and t_ns - self._node_at.get(node.name, 0) >= RECENT:
                continue
            found.append(
                sum(
                    all(
                        row.owner in gone or row.owner in recent
                        for row in world.at.get((node.name, device), {}).values()
                    )
                    for device in range(node.devices)
                )
            )
        return found

    # Who may be evicted

    def _judge(self, emitted: Emitted, event: e.Preempted) -> None:
        world = self._world
        victim = world.jobs[event.victim]
        if event.preemptor.startswith("drain:"):
            if not world.nodes[event.preemptor.removeprefix("drain:")].draining:
                self._contradict(emitted, f"{event.victim} was drained from a node that nobody drains")
            return
        preemptor = world.jobs.get(event.preemptor)
        if preemptor is None or preemptor.state not in ("QUEUED", "ADMITTED"):
            self._contradict(emitted, f"{event.victim} was evicted for {event.preemptor}, which does not wait")
        elif not self._is_legal(preemptor, victim):
            self._contradict(
                emitted,
                f"{event.victim} was evicted for {event.preemptor} of {preemptor.spec.queue}, against the rules",
            )
        self._count_round(emitted, event)

    def _count_round(self, emitted: Emitted, event: e.Preempted) -> None:
        """While nobody comes, ends or fails, evictions come to rest: nobody evicts the same one for ever."""
        pair = event.victim, event.preemptor
        self._rounds[pair] = self._rounds.get(pair, 0) + 1
        if self._rounds[pair] > ROUNDS_MAX:
            said = f"{event.victim} was evicted for {event.preemptor} {self._rounds[pair]} times"
            self._contradict(emitted, f"{said}, and meanwhile nobody came or ended")

    def _is_legal(self, preemptor: Job, victim: Job) -> bool:
        """By the use before the eviction: the victim's need still counts."""
        world, gpu_type = self._world, preemptor.spec.gpu_type
        if victim.spec.gpu_type != gpu_type:
            return False
        if victim.name in self._elders and victim.uid < preemptor.uid:
            return False
        if victim.spec.queue == preemptor.spec.queue:
            return victim.spec.priority < preemptor.spec.priority
        own, other = world.queues[preemptor.spec.queue], world.queues[victim.spec.queue]
        lost = victim.spec.members * victim.spec.gpus
        theirs = world.use.get((other.name, gpu_type), 0) + lost
        if not own.cohort or own.cohort != other.cohort or theirs <= other.quota(gpu_type).nominal:
            return False
        need = 0 if preemptor.state in HOLDING else preemptor.spec.members * preemptor.spec.gpus
        if world.use.get((own.name, gpu_type), 0) + need <= own.quota(gpu_type).nominal:
            return True
        if not self._settings.fair_sharing:
            return False
        mine = self._share(own, {gpu_type: need})
        return mine <= self._share(other, {}) or mine < self._share(other, {gpu_type: lost})

    def _share(self, queue: Queue, more: dict[str, int]) -> tuple[bool, Fraction]:
        if not queue.weight:
            return True, Fraction(0)
        world = self._world
        whole: dict[str, int] = {}
        if self._settings.share == "borrowed":
            cohort = [
                one for one in world.queues.values() if one is queue or (queue.cohort and one.cohort == queue.cohort)
            ]
            for one in cohort:
                for quota in one.quotas:
                    whole[quota.gpu_type] = whole.get(quota.gpu_type, 0) + quota.nominal
        else:
            for node in world.nodes.values():
                whole[node.gpu_type] = whole.get(node.gpu_type, 0) + node.devices
        parts = [Fraction(0)]
        for gpu_type, capacity in whole.items():
            used = world.use.get((queue.name, gpu_type), 0) + more.get(gpu_type, 0)
            if self._settings.share == "borrowed":
                used = max(0, used - queue.quota(gpu_type).nominal)
            parts.append(Fraction(used, capacity or 1))
        return False, max(parts) / queue.weight

    def conclude(self, record: RunRecord) -> Verdict:
        """Nobody keeps devices from others for longer than `preempt_wait`."""
        if self._broken is not None:
            return self._broken
        settings = self._settings
        slack = settings.lost + settings.tolerance + 2 * settings.leader + settings.resync
        waits = [*self._waits, *((job, since, record.end_ns) for job, since in self._kept.values())]
        for job, since, until in waits:
            quiet = undisturbed(record, since, until, slack)
            if quiet > settings.preempt_wait + SECOND:
                said = f"{job.name} kept devices from {show_ns(since)} on for {show_ns(quiet)} and was not bound"
                return Verdict(self.name, "fail", said, at_ns=until)
        return Verdict(self.name, "pass", "every victim was legal, and its devices served their preemptor")
