"""What the store holds: jobs, attempts, nodes, queues, leases and shared claims, as frozen values with a revision each.

Kubernetes' words: `uid` is never reused though a name may be, `revision` is the store-wide counter at the last write,
`generation` is raised by the user's wish and `observed` is the one that a controller has acted on.
"""

from typing import Final

from sim import SECOND, Message

QUEUED, ADMITTED, BOUND, RUNNING, BACKOFF = "QUEUED", "ADMITTED", "BOUND", "RUNNING", "BACKOFF"
SUCCEEDED, FAILED, CANCELED = "SUCCEEDED", "FAILED", "CANCELED"
CREATED, STARTING, LOST, EVICTED = "CREATED", "STARTING", "LOST", "EVICTED"
UNKNOWN, READY, UNREACHABLE = "UNKNOWN", "READY", "UNREACHABLE"
HELD, EXITED = "HELD", "EXITED"

TERMINAL = (SUCCEEDED, FAILED, CANCELED)
CHARGED = (ADMITTED, BOUND, RUNNING)
"""States in which a job's need counts against its queue's quota."""
OPEN = (BOUND, RUNNING)
"""States in which a job has an open attempt."""
ATTEMPT_OPEN = (CREATED, STARTING, RUNNING)
MEMBER_ORDER: Final = {"": 0, HELD: 1, RUNNING: 2, EXITED: 3}
"""Words of a member only go forward."""

STEPS: Final = {
    QUEUED: (ADMITTED, CANCELED, SUCCEEDED),
    ADMITTED: (BOUND, QUEUED, CANCELED, SUCCEEDED),
    BOUND: (RUNNING, BACKOFF, QUEUED, CANCELED, FAILED),
    RUNNING: (SUCCEEDED, BACKOFF, FAILED, QUEUED, CANCELED),
    BACKOFF: (QUEUED, FAILED, CANCELED, SUCCEEDED),
}
"""Legal steps of a job. A waiting job can succeed: the fence may find that an evicted attempt's result was accepted."""

ROWS = "rows"
"""The finalizer of a job: its object stays until the ledger has no row of it."""


class JobSpec(Message):
    """A tenant's wish: `members` times `gpus` GPUs of one type, each member on one node; times in ns, memory in bytes.

    `flaky` attempts fail before one goes through, and `final` jobs end in an error that no retry cures.
    """

    queue: str
    members: int
    gpus: int
    gpu_type: str
    memory: int = 0
    one_node: bool = False
    priority: int = 0
    work: int = SECOND
    checkpoint_every: int = 0
    retries_max: int = 3
    flaky: int = 0
    final: bool = False

    @property
    def need(self) -> int:
        """All GPUs of the gang."""
        return self.members * self.gpus


Device = tuple[str, int]
"""(node, device number)"""


class Job(Message):
    """A job. `since` and `changed_at` are the store's clock when it was submitted and when its state last changed.

    `elder`: it was admitted after so long a wait that nobody younger may take its devices again.
    """

    name: str
    tenant: str
    key: str
    spec: JobSpec
    uid: int = 0
    revision: int = 0
    generation: int = 1
    observed: int = 0
    cancel: bool = False
    state: str = QUEUED
    attempt: int = 0
    failures: int = 0
    since: int = 0
    changed_at: int = 0
    not_before: int = 0
    nominated: tuple[Device, ...] = ()
    nominated_until: int = 0
    victims: tuple[str, ...] = ()
    evicted_by: str = ""
    elder: bool = False
    reason: str = ""
    finalizers: tuple[str, ...] = (ROWS,)
    deleted: bool = False


class Member(Message):
    """One member of a gang: where it is, whether its rows still stand, and its agent's last word of it."""

    node: str
    epoch: int
    devices: tuple[int, ...]
    state: str = ""
    code: int = 0
    held: bool = True


class Attempt(Message):
    """An attempt to run a job, made by `bind` with all its rows. It goes when it is over and no row of it is left."""

    name: str
    job: str
    job_uid: int
    tenant: str
    spec: JobSpec
    number: int
    members: tuple[Member, ...]
    step: int = 0
    state: str = CREATED
    bound_at: int = 0
    uid: int = 0
    revision: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.state in ATTEMPT_OPEN


class Node(Message):
    """A GPU node: what it is (the admin's word), which epoch registered, and what the node controller thinks of it."""

    name: str
    gpu_type: str
    devices: int
    memory: int
    zone: str = ""
    cordoned: bool = False
    draining: bool = False
    missing: tuple[int, ...] = ()
    epoch: int = 0
    state: str = UNKNOWN
    uid: int = 0
    revision: int = 0


class TypeQuota(Message):
    """Of one GPU type: nominal, how much more may be borrowed, how much of what is idle may be lent."""

    gpu_type: str
    nominal: int
    borrow: int
    lend: int


class Queue(Message):
    """A queue of a cohort (empty: alone). Weight 0: its share is infinite, it comes last and gives first."""

    name: str
    cohort: str
    quotas: tuple[TypeQuota, ...]
    weight: int = 1
    uid: int = 0
    revision: int = 0

    def quota(self, gpu_type: str) -> TypeQuota:
        """What it has of a type."""
        for one in self.quotas:
            if one.gpu_type == gpu_type:
                return one
        return TypeQuota(gpu_type, 0, 0, 0)


class Lease(Message):
    """Who leads a loop, or that a node is alive: others look at `count`. `stamp` is its holder's clock, for humans."""

    name: str
    holder: str = ""
    count: int = 0
    stamp: int = 0
    uid: int = 0
    revision: int = 0


class Claim(Message):
    """A shared row that no job owns: memory of one device for an engine, a pre-loaded model, a shard."""

    name: str
    owner: str
    node: str
    epoch: int
    device: int
    size: int
    uid: int = 0
    revision: int = 0


Object = Job | Attempt | Node | Queue | Lease | Claim
KINDS: Final = ("Job", "Attempt", "Node", "Queue", "Lease", "Claim")


def kind_of(one: Object) -> str:
    """The name of its kind."""
    return type(one).__name__


def attempt_name(job: str, uid: int, number: int) -> str:
    """A child's name is a function of its parent and its number, so a second create says that it exists."""
    return f"{job}/{uid}/{number}"
