"""What fronts, loops, agents, runtimes, checkpoints and tenants say to each other."""

from models.veriflow.commands import Command, Reply
from models.veriflow.objects import JobSpec, Object
from models.veriflow.tables import Change
from sim import Message, Request

GONE, BEHIND = "gone", "behind"


class Do(Request[Reply]):
    """From a loop or an agent: write this."""

    command: Command


class DoFor(Request[Reply]):
    """From a front to the store, on behalf of a tenant."""

    by: str
    command: Command


class Forward(Message):
    """From a front to the store: `by` wants this; the answer has the same token."""

    token: int
    by: str
    command: Command


class Forwarded(Message):
    """The store's answer."""

    token: int
    reply: Reply


# Watches


class Listed(Message):
    """All objects of some kinds as of a revision."""

    objects: tuple[Object, ...]
    revision: int
    at: int


class ListAll(Request[Listed]):
    """The objects of these kinds; of attempts, with `node`, those that have rows there.

    Not older than `at_least`; with `fresh` not older than the store at this moment.
    """

    kinds: tuple[str, ...]
    node: str
    at_least: int
    fresh: bool = False


class Got(Message):
    """An object, or nothing."""

    object: Object | None


class GetAsk(Request[Got]):
    """One object, as a front's cache has it."""

    kind: str
    name: str


class Watching(Message):
    """From now on what changes is pushed."""

    revision: int


class Watch(Request[Watching]):
    """Push what changes after a revision. `id` is the watcher's own; a new one of the same watcher ends the old one."""

    id: int
    kinds: tuple[str, ...]
    node: str
    after: int


class Push(Message):
    """What changed between two revisions, as far as it was asked for; without changes a bookmark."""

    id: int
    before: int
    revision: int
    at: int
    changes: tuple[Change, ...]


class Ack(Message):
    """A watcher is alive."""

    id: int


class Now(Message):
    """The store's revision."""

    revision: int


class NowAsk(Request[Now]):
    """Which revision is the newest at this moment?"""


# Tenants


class JobSeen(Message):
    """A job, as of a revision."""

    name: str
    uid: int
    tenant: str
    key: str
    state: str
    revision: int
    spec: bytes


class SubmitJob(Request[JobSeen]):
    """A tenant's wish; the same key is the same job, and another wish under it is refused."""

    tenant: str
    key: str
    spec: JobSpec


class StatusAsk(Request[JobSeen]):
    """What became of a job. Not older than `at_least`, which is what the tenant was told before."""

    tenant: str
    name: str
    at_least: int


class CancelAsk(Request[JobSeen]):
    """A tenant does not want a job any more."""

    tenant: str
    name: str
    uid: int


class Jobs(Message):
    """A tenant's jobs."""

    jobs: tuple[JobSeen, ...]


class JobsAsk(Request[Jobs]):
    """All jobs of a tenant."""

    tenant: str


# Agents and runtimes


class Process(Message):
    """A process in a runtime's table; `code` is None while it runs."""

    job: int
    attempt: int
    member: int
    devices: tuple[int, ...]
    code: int | None


class Table(Message):
    """What a runtime knows: epoch, processes, devices that fell off. `serial` orders the tables of an epoch."""

    epoch: int
    serial: int
    processes: tuple[Process, ...]
    missing: tuple[int, ...]


class TableAsk(Request[Table]):
    """What runs there?"""


class StartProcess(Request[Table]):
    """Start a member, in this epoch of the node, from `step` ns of its work. Refused: busy, or another epoch."""

    job: int
    attempt: int
    member: int
    epoch: int
    devices: tuple[int, ...]
    step: int
    spec: JobSpec


class StopProcesses(Request[Table]):
    """Stop all members of an attempt here (job 0: everything), with `grace` ns for a last checkpoint. Forget them."""

    job: int
    attempt: int
    grace: int


class Forget(Message):
    """What ended of an attempt was heard of, and nothing is bound for it any more."""

    job: int
    attempt: int


class Reset(Request[Table]):
    """Kill everything, and begin an epoch higher than `above`."""

    above: int


class Told(Message):
    """From a runtime to its agent: something ended here, or I have just begun."""

    table: Table


class Unplug(Message):
    """A device falls off; `back`: it is there again."""

    device: int
    back: bool


# Checkpoints


class Newest(Message):
    """The newest checkpoint of a job, and whether its result was accepted."""

    step: int
    done: bool


class Fence(Request[Newest]):
    """Shut out all attempts of a job before this one."""

    job: int
    attempt: int


class PutCheckpoint(Request[Newest]):
    """From a process: I am at this step."""

    job: int
    attempt: int
    step: int


class PutResult(Request[Newest]):
    """From a process: this is the result."""

    job: int
    attempt: int


OK_CODE, ERROR_CODE, FINAL_CODE, STOPPED_CODE, FENCED_CODE, DEVICE_CODE, VANISHED_CODE = 0, 1, 2, 3, 4, 5, 6
"""How a process ended. What it was stopped or shut out for is no failure of its own, but counts as one all the same."""

NODE_CODES = (STOPPED_CODE, FENCED_CODE, VANISHED_CODE)
"""Ends that the node is to blame for."""
