"""What a scenario may choose about the orchestrator: its cluster, queues, clocks and policies, and what tenants ask."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from sim import MS, SECOND, Duration, DurationRange, Parameters
from sim.parameters import Probability, Size

_range = TypeAdapter(DurationRange).validate_python

Count = Annotated[int, Field(strict=True, ge=1)]
Natural = Annotated[int, Field(strict=True, ge=0)]

GIB = 2**30

KUBE = {
    "renew": "10s",
    "lost": "40s",
    "tolerance": "300s",
    "pods_ready": "5m",
    "resync": "10m",
    "bookmark": "1m",
    "leader": "15s",
    "backoff": "10s",
    "backoff_cap": "6m",
    "age_max": "5m",
}
"""Kubernetes' and Kueue's defaults: node leases (documentation; newer releases say 50 s), toleration, waitForPodsReady,
informer resync, leader election (15 s), Job back-off (10 s, cap 6 min)."""


class QueueEntry(BaseModel):
    """A queue: of each GPU type `nominal`, what may be borrowed and lent, its cohort (empty: alone) and weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    cohort: str = "all"
    nominal: Natural = 4
    borrow: Natural = 8
    lend: Natural = 4
    weight: Natural = 1


QUEUES = (QueueEntry(name="research"), QueueEntry(name="batch"), QueueEntry(name="serving"))


class Settings(Parameters):
    """Parameters of `model: veriflow`.

    Servers are, in order: the store, `apis`, `schedulers`, `controllers`, the checkpoints, then a pair (agent, runtime)
    for each GPU node. Node i has `devices` of type `types[i % len]` with `memory` each, in zone i % 3. `profile: kube`
    sets clocks as Kubernetes has them where they are not given.

    Clocks: agents renew every `renew`; a node without a sign for `lost` is unreachable, and lost `tolerance` later. An
    attempt has `pods_ready` until all members run. Loops look at everything every `resync`; watches get a bookmark
    every `bookmark`; a leader that nobody saw for `leader` is replaced. A failed attempt is repeated after
    `backoff` times 2^(n-1), at most `backoff_cap`. Who waited longer than `age_max` is not passed any more; a preemptor
    waits for its devices for `preempt_wait`; victims have `grace` for a last checkpoint. `history` revisions are kept
    for watches; `push` gathers them; the store's log is cut after `compact` records, or as many as `history` or objects
    if these are more. `elect: false` lets all loops act at once.

    Tenants: jobs of up to `members` times `gpus` GPUs and `work`; of them `final` fail for good, `flaky` once or twice,
    `huge` can never fit. A terminal job is removed after `ttl`; nobody submits after `until` (0s: no end). Liveness:
    a job is over within `patience` of its submission, or of the healing of everything, and the queue ahead of it.
    """

    profile: Literal["fast", "kube"] = "fast"
    apis: Count = 2
    schedulers: Count = 2
    controllers: Count = 2
    devices: Count = 4
    types: tuple[str, ...] = ("a100", "h100")
    memory: Size = 80 * GIB
    queues: tuple[QueueEntry, ...] = QUEUES
    order: Literal["strict", "best_effort"] = "best_effort"
    share: Literal["drf", "borrowed"] = "drf"
    preemption: bool = True
    fair_sharing: bool = True
    elect: bool = True
    renew: Duration = 500 * MS
    lost: Duration = 2 * SECOND
    tolerance: Duration = 3 * SECOND
    pods_ready: Duration = 10 * SECOND
    resync: Duration = 5 * SECOND
    bookmark: Duration = 500 * MS
    leader: Duration = 2 * SECOND
    backoff: Duration = 100 * MS
    backoff_cap: Duration = 3 * SECOND
    age_max: Duration = 20 * SECOND
    preempt_wait: Duration = 5 * SECOND
    grace: Duration = 200 * MS
    call_timeout: Duration = 500 * MS
    push: Duration = 1 * MS
    history: Count = 1000
    compact: Count = 1000
    tenants: Count = 2
    members: Count = 2
    gpus: Count = 4
    work: DurationRange = _range("500ms..4s")
    checkpoint_every: Duration = 500 * MS
    retries: Natural = 3
    final: Probability = 0
    flaky: Probability = 0
    huge: Probability = 0
    ttl: Duration = 10 * SECOND
    until: Duration = 0
    patience: Duration = 60 * SECOND

    @model_validator(mode="before")
    @classmethod
    def _profile(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("profile") == "kube":
            return {**KUBE, **given}
        return given

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        names = [queue.name for queue in self.queues]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"queues: expected names that differ, found {', '.join(names) or 'none'}")
        if not self.types:
            raise ValueError("types: expected at least one GPU type")
        for name in ("renew", "bookmark", "resync", "leader", "backoff", "call_timeout", "push"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: expected more than 0s")
        if self.lost <= 2 * self.renew:
            raise ValueError("lost: expected more than two times renew, or every delay loses a node")
        if self.backoff_cap < self.backoff:
            raise ValueError("backoff_cap: expected at least backoff")
        return self

    def delay(self, failures: int) -> int:
        """Ns between failure `failures` (1, 2, ...) and the next attempt, before jitter."""
        return min(self.backoff_cap, self.backoff << min(failures - 1, 40))
