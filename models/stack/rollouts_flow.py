"""From a trained model to the one that answers, as a flow: evaluate, register, swap on the engines, try it out.

A release is known by its number, which follows from its job, and numbers only rise: routers hold the greatest they were
told, and bring engine after engine to it. So the way back is a number too, the next one, and whatever comes late of the
release that is undone is less than that. It is taken back wherever it was offered, heard of or not: a swap whose answer
is missing may be in force, or may yet come.
"""

from zlib import crc32

import msgspec

from models import llm_cache
from models.agentflow import ActivityFailed, Attempt, Flow, Policy, Program
from models.patterns import RetryPolicy
from models.stack.checkpoint_objects import OWNER
from models.stack.ports import Clocked, Errand
from models.stack.seen_objects import SeenObjects
from models.stack.wiring import Wiring
from sim import MS, SECOND, Message

KIND = "rollout"
BUCKET = "releases"
"""The registry's bucket, and on whose behalf it is used."""
RUN_TIME = 20 * SECOND
HOP = 1 * SECOND
REJECTED_IN = 8
"""One model in so many is not better than the one that answers."""
REJECTED, SUPERSEDED, NOT_THERE = b"rejected", "superseded", "the release does not answer"
CANARY = b"Are you there?"


class RolloutOrder(Message):
    """A job that has succeeded."""

    tenant: str
    job: int


encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(RolloutOrder).decode


def run_of(order: RolloutOrder) -> str:
    """The run of a job's release: the same for whoever starts it, however often."""
    return f"rollout-{order.job}"


def release_of(job: int) -> int:
    """The number of a job's release. Version 1 is what engines begin with."""
    return 2 * job


def way_back(release: int) -> int:
    """The number under which what was before answers again."""
    return release + 1


def back_of(version: int) -> int:
    """Which release a version would be the way back from."""
    return version - 1


def registered_key(release: int) -> str:
    """Where a release is registered."""
    return f"registered/{release}"


def withdrawn_key(release: int) -> str:
    """Where it is written that a release is to be in force no more."""
    return f"withdrawn/{release}"


STEADY = Policy(RetryPolicy(100 * MS, 1 * SECOND, 5), start_to_close=2 * SECOND)
SWAP = Policy(RetryPolicy(200 * MS, 1 * SECOND, 4), start_to_close=1500 * MS, final=(SUPERSEDED,))
TRY_OUT = Policy(RetryPolicy(1500 * MS, 2 * SECOND, 3), start_to_close=2 * SECOND)


class RolloutWork:
    """The flow and its activities."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def program(self) -> Program:
        """The flow, what its steps do, and what undoes them."""
        acts = {"evaluate": self.evaluate, "register": self.register, "swap": self.swap, "try out": self.try_out}
        return Program({KIND: self.rollout}, acts, {"swap": self.swap_back, "register": self.withdraw})

    async def rollout(self, flow: Flow, said: bytes) -> bytes:
        """The flow. If the release does not answer when it is tried out, what was before comes back."""
        verdict = await flow.step("evaluate", said, STEADY)
        if verdict == REJECTED:
            return REJECTED
        await flow.step("register", said, STEADY, undo=True)
        await flow.step("swap", said, SWAP, undo=True)
        return await flow.step("try out", said, TRY_OUT)

    async def evaluate(self, attempt: Attempt) -> bytes:
        """Read the newest checkpoint of the job, and see whether it is worth anything."""
        order = decode_order(attempt.input)
        clocked, objects = _clock(attempt, attempt.key, OWNER), self.objects(attempt)
        prefix = f"checkpoints/{order.job}/"
        keys = await objects.list(clocked.now("list"), OWNER, prefix)
        newest = max(keys, key=lambda key: int(key.removeprefix(prefix)), default=None)
        body = b"" if newest is None else await objects.get(clocked.now("get"), OWNER, newest)
        if body is None:
            raise ActivityFailed("the checkpoint is lost")
        return b"accepted" if crc32(body + str(order.job).encode()) % REJECTED_IN else REJECTED

    async def register(self, attempt: Attempt) -> bytes:
        """Write the release down."""
        order = decode_order(attempt.input)
        await self._write(attempt, attempt.key, registered_key(release_of(order.job)), order.tenant.encode())
        return b"registered"

    async def swap(self, attempt: Attempt) -> bytes:
        """Have every router bring its engines to the release."""
        release = release_of(decode_order(attempt.input).job)
        if await self.plan(attempt, release) > release:
            raise ActivityFailed(SUPERSEDED, clean=False)
        return b"planned"

    async def try_out(self, attempt: Attempt) -> bytes:
        """Ask the engines something: whether the release, or a later one, answers. Each look is a call of its own."""
        release = release_of(decode_order(attempt.input).job)
        errand = Errand(attempt.run, f"{attempt.key}/look/{attempt.number}", BUCKET, RUN_TIME)
        said = await attempt.keep("inference", self._wiring.inference).generate(errand, attempt.run, CANARY)
        if said.version < release:
            raise ActivityFailed(NOT_THERE)
        return b"in force"

    async def swap_back(self, attempt: Attempt) -> bytes:
        """Have what was before answer again."""
        release = release_of(decode_order(attempt.input).job)
        if await self.must_go_back(attempt, release):
            await self.plan(attempt, way_back(release))
        return b"swapped back"

    async def withdraw(self, attempt: Attempt) -> bytes:
        """Write down that the release is to be in force no more. That comes last, as registering came first."""
        release = release_of(decode_order(attempt.input).job)
        await self._write(attempt, attempt.undo_key, withdrawn_key(release), b"withdrawn")
        return b"withdrawn"

    async def must_go_back(self, attempt: Attempt, release: int) -> bool:  # noqa: ARG002 - whatever has happened
        """Whether the way back is to be gone: always, for what nobody has heard of may yet come."""
        return True

    async def plan(self, attempt: Attempt, version: int) -> int:
        """Tell all routers; the greatest number that any of them holds now."""
        held = [
            (await attempt.ask(router, llm_cache.Rollout(version), HOP)).version for router in self._wiring.at.routers
        ]
        return max(held)

    async def _write(self, attempt: Attempt, key: str, name: str, body: bytes) -> None:
        errand = _clock(attempt, key, BUCKET).now()
        await self.objects(attempt).put(errand, BUCKET, name, body)

    def objects(self, attempt: Attempt) -> SeenObjects:
        """The objects port of this worker."""
        return attempt.keep("objects", lambda worker: SeenObjects(self._wiring.objects(worker)))


def _clock(attempt: Attempt, key: str, tenant: str) -> Clocked:
    """The errand of a step, on behalf of the run."""
    return Clocked(attempt.worker, Errand(attempt.run, key, tenant, RUN_TIME, attempt.number))
