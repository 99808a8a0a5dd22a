"""Ports between layers: what every call carries, and the shapes that a layer knows instead of a neighbour.

A call ends in a value, in Refused (it did not happen) or in Timeout (nobody knows). It is made on behalf of a client's
operation, under an idempotency key that is a function of the caller's durable state alone, and in the time that is left
to the operation. That time is no point on any clock: it is what remains, and each hop takes off what it has spent.
"""

from typing import Protocol

from models.veriflow import Row
from sim import Actor, Message


class Errand(Message):
    """On whose behalf a call is made: the client's operation, the key of this call, the tenant, the time left in ns."""

    operation: str
    key: str
    tenant: str
    left: int
    attempt: int = 1


class Clocked:
    """An errand in the hands of one actor: what is left of it shrinks by the actor's own monotonic clock."""

    def __init__(self, actor: Actor, errand: Errand) -> None:
        self._actor = actor
        self._began = actor.elapsed()
        self.errand = errand

    @property
    def deadline(self) -> int:
        """When its time is up, on the actor's own clock."""
        return self._began + self.errand.left

    def left(self) -> int:
        """Ns that are left; 0 if none are."""
        return max(0, self.deadline - self._actor.elapsed())

    def now(self, step: str = "") -> Errand:
        """The errand as of now, for the next hop; `step` makes the key of one call among several."""
        whole = self.errand
        key = f"{whole.key}/{step}" if step else whole.key
        return Errand(whole.operation, key, whole.tenant, self.left(), whole.attempt)


class Objects(Protocol):
    """Bytes by bucket and key, kept for good. A bucket is a tenant's."""

    async def put(self, errand: Errand, bucket: str, key: str, body: bytes) -> str:
        """Keep `body` under a key that is free, or that holds the same bytes already; its ETag. Refused otherwise."""
        ...

    async def get(self, errand: Errand, bucket: str, key: str) -> bytes | None:
        """What is kept under the key; None if nothing is."""
        ...

    async def list(self, errand: Errand, bucket: str, prefix: str) -> tuple[str, ...]:
        """The keys that begin with `prefix`, in order."""
        ...

    async def delete(self, errand: Errand, bucket: str, key: str) -> None:
        """Keep nothing under the key, whether or not something was kept."""
        ...


class JobWish(Message):
    """So many GPUs for so much work (ns)."""

    gpus: int
    work: int


class JobHandle(Message):
    """A job, and in which state it was said to be."""

    name: str
    uid: int
    state: str


class Jobs(Protocol):
    """Work for GPUs, by tenant and key."""

    async def submit(self, errand: Errand, key: str, wish: JobWish) -> JobHandle:
        """The job of this key, which is new or the same. Refused: another wish has the key, or it can never run."""
        ...

    async def status(self, errand: Errand, job: JobHandle) -> JobHandle:
        """The job as it was, not before what this caller was told of any. Refused: it is no job of the tenant."""
        ...

    async def cancel(self, errand: Errand, job: JobHandle) -> JobHandle:
        """It is not wanted any more. What is over stays as it is."""
        ...


class Devices(Protocol):
    """Memory of GPUs as rows of a ledger. An id is used for one row, and never again."""

    async def claim(self, errand: Errand, id_: str, owner: str, node: str, size: int) -> Row:
        """`size` bytes of some device of a node; asked again, the same row. Refused: they are taken."""
        ...

    async def release(self, errand: Errand, id_: str) -> None:
        """The row may go, whether or not it is there.

        A claim that was doubled on its way may come behind this, or behind its refusal: owners look for rows that they
        do not mean to hold.
        """
        ...

    async def holds(self, errand: Errand, id_: str) -> bool:
        """Whether the row stands."""
        ...

    async def held(self, errand: Errand, prefix: str) -> tuple[str, ...]:
        """The ids that stand and begin so."""
        ...


class Generated(Message):
    """What a `version` of a model said to a prompt; `degraded` says why it is less than what was promised, if it is."""

    text: bytes
    degraded: tuple[str, ...]
    version: int = 0


class Inference(Protocol):
    """Text for a prompt."""

    async def generate(self, errand: Errand, session: str, prompt: bytes) -> Generated:
        """The answer to a prompt, once for each key. Refused: busy, or no time left."""
        ...
