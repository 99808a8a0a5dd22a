"""What a run of the cluster cost: a fold over emitted events, for tables and pictures. It decides nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.veriflow import events as e
from models.veriflow.objects import BACKOFF, CHARGED, LOST, QUEUED, Job
from sim import Emitted

Step = tuple[int, int]
"""(time in ns, value from then on)"""


@dataclass(frozen=True)
class Bar:
    """A process on one device: from when to when (ns), of which attempt, and whether it was fenced at its end."""

    node: str
    device: int
    job: int
    attempt: int
    begin: int
    end: int
    fenced: bool


@dataclass
class Metrics:
    """Numbers of one run, times in ns.

    `bars` are processes by device; `use` is GPUs held by (queue, type), `waiting` how many jobs wait, `oldest` the age
    of the one that waits longest. `to_running` are times from submission to the first process. `work` is GPU time of
    processes, `useful` the part of it that made jobs go on, `zombie` the part of attempts that were fenced. `nodes` are
    (GPU type, devices) by name. Counts: `writes`, `conflicts` (writes that came too late), `reconciled` (writes that
    were tried), `evicted`, `lost`.
    """

    bars: list[Bar] = field(default_factory=list)
    use: dict[tuple[str, str], list[Step]] = field(default_factory=dict)
    waiting: list[Step] = field(default_factory=list)
    oldest: list[Step] = field(default_factory=list)
    to_running: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    queue_of: dict[int, str] = field(default_factory=dict)
    nodes: dict[str, tuple[str, int]] = field(default_factory=dict)
    work: int = 0
    useful: int = 0
    zombie: int = 0
    writes: int = 0
    conflicts: int = 0
    reconciled: int = 0
    evicted: int = 0
    lost: int = 0


@dataclass
class _Process:
    begin: int
    devices: tuple[int, ...]
    node: str


class _Fold:
    """Takes each fact once, as they may be told again."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self._told = (0, -1)
        self._jobs: dict[str, Job] = {}
        self._since: dict[str, int] = {}
        self._submitted: dict[int, int] = {}
        self._fence: dict[int, int] = {}
        self._running: dict[tuple[int, int, int], _Process] = {}

    def take(self, emitted: Emitted) -> None:
        """Add one event."""
        event, t_ns = emitted.event, emitted.t_ns
        if isinstance(event, e.Fact):
            if (event.revision, event.n) > self._told:
                self._told = event.revision, event.n
                self._fact(event, t_ns)
        elif isinstance(event, e.ProcessStarted):
            self._start(event, t_ns)
        elif isinstance(event, e.ProcessStopped):
            self._stop((event.job, event.attempt, event.member), t_ns)
        elif isinstance(event, e.EpochBegan):
            for key, process in list(self._running.items()):
                if process.node == event.node:
                    self._stop(key, t_ns)
        elif isinstance(event, e.Fenced):
            self._fence[event.job] = event.attempt
        elif isinstance(event, e.ConflictSeen):
            self.metrics.conflicts += 1
        elif isinstance(event, e.Reconciled):
            self.metrics.reconciled += not event.wrote

    def _fact(self, event: e.Fact, t_ns: int) -> None:
        metrics = self.metrics
        if isinstance(event, e.Wrote):
            metrics.writes += 1
        elif isinstance(event, e.Preempted):
            metrics.evicted += 1
        elif isinstance(event, e.AttemptState):
            metrics.lost += event.attempt.state == LOST != event.before
        elif isinstance(event, e.NodeState):
            metrics.nodes[event.node.name] = event.node.gpu_type, event.node.devices
        elif isinstance(event, e.JobState):
            self._job(event.job, event.before, t_ns)

    def _job(self, job: Job, before: str, t_ns: int) -> None:
        metrics, former = self.metrics, self._jobs.get(job.name)
        self._jobs[job.name] = job
        metrics.names[job.uid] = job.key
        metrics.queue_of[job.uid] = job.spec.queue
        self._submitted.setdefault(job.uid, t_ns)
        if not before:
            self._since[job.name] = t_ns
        held = former is not None and former.state in CHARGED
        if held != (job.state in CHARGED):
            steps = metrics.use.setdefault((job.spec.queue, job.spec.gpu_type), [])
            last = steps[-1][1] if steps else 0
            steps.append((t_ns, last + (-job.spec.need if held else job.spec.need)))
        if job.state in (QUEUED, BACKOFF):
            self._since.setdefault(job.name, t_ns)
        else:
            self._since.pop(job.name, None)
        metrics.waiting.append((t_ns, len(self._since)))
        metrics.oldest.append((t_ns, t_ns - min(self._since.values(), default=t_ns)))

    def _start(self, event: e.ProcessStarted, t_ns: int) -> None:
        self._running[event.job, event.attempt, event.member] = _Process(t_ns, event.devices, event.node)
        since = self._submitted.get(event.job)
        if since is not None and event.attempt == 1 and event.member == 0:
            self.metrics.to_running.append(t_ns - since)

    def _stop(self, key: tuple[int, int, int], t_ns: int) -> None:
        process = self._running.pop(key, None)
        if process is None:
            return
        metrics, (job, attempt, _) = self.metrics, key
        fenced = self._fence.get(job, attempt) > attempt
        spent = (t_ns - process.begin) * len(process.devices)
        metrics.work += spent
        metrics.zombie += spent if fenced else 0
        metrics.bars += [
            Bar(process.node, device, job, attempt, process.begin, t_ns, fenced) for device in process.devices
        ]

    def finish(self, end_ns: int) -> Metrics:
        """Close what still runs, and say what was useful: the work of each job that succeeded, once."""
        for key in list(self._running):
            self._stop(key, end_ns)
        done = (job for job in self._jobs.values() if job.state == "SUCCEEDED")
        self.metrics.useful = sum(job.spec.work * job.spec.need for job in done)
        return self.metrics


def measure(emitted: Iterable[Emitted], end_ns: int) -> Metrics:
    """The metrics of a run, from all that was emitted in it, in order."""
    fold = _Fold()
    for one in emitted:
        fold.take(one)
    return fold.finish(end_ns)


def fragmentation(metrics: Metrics, gpu_type: str) -> list[Step]:
    """Percent of the free GPUs of a type that are not on the node with most of them free; 0 if none is free."""
    free = {name: devices for name, (kind, devices) in metrics.nodes.items() if kind == gpu_type}
    bars = [bar for bar in metrics.bars if bar.node in free]
    changes = sorted([(bar.begin, 1, bar.node) for bar in bars] + [(bar.end, 0, bar.node) for bar in bars])
    steps: list[Step] = []
    for t_ns, begins, node in changes:
        free[node] += -1 if begins else 1
        left = sum(free.values())
        steps.append((t_ns, 100 * (left - max(free.values())) // left if left else 0))
    return steps


def mean(steps: Sequence[Step], end_ns: int) -> float:
    """The mean over time of a value that is 0 until its first step; `end_ns` is not before the last."""
    ends: tuple[int, ...] = (*(t_ns for t_ns, _ in steps[1:]), *([end_ns] if steps else ()))
    return sum((until - since) * value for (since, value), until in zip(steps, ends, strict=True)) / end_ns


def quantile(values: list[int], percent: int) -> int:
    """The value that so many percent do not exceed; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] if values else 0
