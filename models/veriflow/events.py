"""What the store, loops, nodes and clients tell the checks. `at` is the store's clock, `by` the node that asked for it.

The store tells every transaction when it is durable, and tells all of them again after a restart: a killed process may
have written what it had not told. (`revision`, `n`) is what a fact is known by.
"""

from models.veriflow.ledger import Row
from models.veriflow.objects import Attempt, Job, Node, Queue
from sim import Event


class Fact(Event):
    """Part `n` of the transaction that wrote `revision`."""

    revision: int
    n: int
    at: int
    by: str


class Wrote(Fact):
    """A transaction (`what`) wrote an object. Leases are not told of."""

    what: str
    kind: str
    name: str
    uid: int


class JobState(Fact):
    """A job as it is from now on, and its state before (empty: it is new)."""

    job: Job
    before: str


class AttemptState(Fact):
    """An attempt as it is from now on, and its state before."""

    attempt: Attempt
    before: str


class NodeState(Fact):
    """A node as it is from now on."""

    node: Node


class QueueSet(Fact):
    """A queue as it is from now on."""

    queue: Queue


class Removed(Fact):
    """An object is gone."""

    kind: str
    name: str
    uid: int


class Admitted(Fact):
    """A job was admitted; `use` is what the store takes for its queue's use of the type from now on."""

    job: str
    queue: str
    gpu_type: str
    use: int


class Bound(Fact):
    """All rows of an attempt were written."""

    job: str
    attempt: int
    rows: tuple[Row, ...]


class Claimed(Fact):
    """A shared row was written."""

    row: Row


class Released(Fact):
    """Rows are gone."""

    rows: tuple[Row, ...]


class Preempted(Fact):
    """An attempt (0: only admitted) was evicted for `preemptor`, or by a drain."""

    victim: str
    attempt: int
    preemptor: str


class LateWord(Event):
    """Somebody wanted to finish a job's attempt, or to report of it, when that was over; nothing changed."""

    name: str


class Fenced(Event):
    """Attempts of the job below this one are shut out of its checkpoints."""

    serial: int
    job: int
    attempt: int


class CheckpointTaken(Event):
    """A checkpoint was accepted."""

    serial: int
    job: int
    attempt: int
    step: int


class ResultTaken(Event):
    """The result of a job was accepted."""

    serial: int
    job: int
    attempt: int


class CheckpointRefused(Event):
    """A fenced attempt, or an older step, was refused."""

    job: int
    attempt: int
    step: int


class ProcessStarted(Event):
    """The runtime of a node started a member's process on these devices, from `step` (ns of work)."""

    node: str
    epoch: int
    devices: tuple[int, ...]
    job: int
    attempt: int
    member: int
    step: int


class ProcessStopped(Event):
    """A process is gone, with this exit code, after `worked` ns."""

    node: str
    epoch: int
    devices: tuple[int, ...]
    job: int
    attempt: int
    member: int
    code: int
    worked: int


class EpochBegan(Event):
    """All processes of a node's older epochs are gone."""

    node: str
    epoch: int


class Reconciled(Event):
    """A loop acted on a name, seeing the world as of `seen`, and wrote `wrote` (0: it was refused, or is unknown)."""

    loop: str
    name: str
    seen: int
    wrote: int


class Relisted(Event):
    """A loop listed again: it had just begun, lost its watch, or it was gone. `from_revision` is what it had seen."""

    loop: str
    why: str
    from_revision: int
    to_revision: int


class Leads(Event):
    """A loop holds the leader lease from now on, or thinks so."""

    loop: str
    holder: str


class ConflictSeen(Event):
    """A write came too late, and its loop reads again."""

    loop: str
    name: str


class BindRefused(Event):
    """A bind was refused."""

    job: str
    reason: str


class BecameElder(Event):
    """A job has waited so long that no younger one of its type may pass it."""

    job: str


class Answered(Event):
    """A client was told of a job: `tenant` asked for `spec` under `key`, the job is `owner`'s, in a state."""

    tenant: str
    key: str
    verb: str
    job: str
    uid: int
    owner: str
    state: str
    seen: int
    spec: bytes


class Turned(Event):
    """A client's submit was refused."""

    tenant: str
    key: str
    reason: str
    spec: bytes
