"""What the store is asked to write: one object at a time, and four transactions (admit, bind, release, finish).

`register` is a fifth: it ends a node's older epochs, and their rows go with them in the same record.
"""

from models.veriflow.objects import Attempt, Job, JobSpec, Lease, Member, Node, Object, Queue
from sim import Message


class Create(Message):
    """Make an object; `Exists` if its name lives."""

    object: Job | Node | Queue | Lease


class Submit(Message):
    """Make a job, if its queue is known and the whole cluster could hold it."""

    name: str
    tenant: str
    key: str
    spec: JobSpec


class Update(Message):
    """Write an object if its revision is current, else `Conflict`."""

    object: Job | Attempt | Node | Queue | Lease


class Cancel(Message):
    """The tenant does not want the job any more. Idempotent, so it needs no revision."""

    name: str
    uid: int
    tenant: str


class Delete(Message):
    """Mark an object, and remove it when no finalizer is left."""

    kind: str
    name: str
    uid: int


class Admit(Message):
    """Give a queued job its quota."""

    name: str
    uid: int


class Bind(Message):
    """Give an admitted job all its rows, as attempt `number`; `step` is where its newest checkpoint is."""

    name: str
    uid: int
    number: int
    members: tuple[Member, ...]
    step: int


class Release(Message):
    """Rows of these ids may go."""

    ids: tuple[str, ...]


class Finish(Message):
    """Close an attempt with an outcome and move its job: SUCCEEDED, FAILED, LOST, EVICTED, CANCELED.

    `to` is where the job goes. For BACKOFF `delay` (ns) says how long; for EVICTED `by` is the preemptor's name, or
    what drained the node. `reason` is for people.
    """

    name: str
    uid: int
    number: int
    outcome: str
    to: str
    delay: int = 0
    by: str = ""
    reason: str = ""


class Register(Message):
    """A node's runtime is in this epoch and has all devices but `missing`; only processes of this epoch can live."""

    node: str
    epoch: int
    missing: tuple[int, ...]


class Renew(Message):
    """A node is alive. `stamp` is its own clock, for people to read."""

    node: str
    epoch: int
    stamp: int


class Report(Message):
    """What became of members of an attempt. Words only go forward."""

    attempt: str
    uid: int
    members: tuple[int, ...]
    state: str
    code: int = 0


class ClaimShared(Message):
    """An engine, a pre-loaded model or a shard wants memory of a device."""

    id: str
    owner: str
    node: str
    device: int
    size: int


class Unclaim(Message):
    """It does not need it any more."""

    id: str


Command = (
    Create
    | Submit
    | Update
    | Cancel
    | Delete
    | Admit
    | Bind
    | Release
    | Finish
    | Register
    | Renew
    | Report
    | ClaimShared
    | Unclaim
)


class Record(Message):
    """A command as it is logged: when by the store's clock (ns), and who asked."""

    at: int
    by: str
    command: Command


CONFLICT, EXISTS, LATE, MISSING = "conflict", "exists", "late", "missing"


class Reply(Message):
    """What became of a command. `revision`: what it wrote, or at which it was refused; `at`: the store's clock."""

    ok: bool
    revision: int
    at: int
    reason: str = ""
    object: Object | None = None
