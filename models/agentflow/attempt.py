"""What an activity sees of the attempt that it is: its input, its key, and the way to the outside world."""

from collections.abc import Callable
from typing import TypeVar, cast

from models.agentflow.messages import StepGiven
from sim import Actor, Message, Request

NO_ACTIVITY = "no such activity"
"""The flow asks for a step that the program does not have: final, whatever the policy says."""

R = TypeVar("R", bound=Message)
T = TypeVar("T")


class ActivityFailed(Exception):
    """The attempt failed with `kind`; `clean` if surely nothing happened."""

    def __init__(self, kind: str, *, clean: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        self.clean = clean


class Attempt:
    """One attempt. `key` is the same in every attempt at the step, `undo_key` in every attempt at its undo."""

    def __init__(
        self, worker: Actor, given: StepGiven, key: str, undo_key: str, call_timeout: int, kept: dict[str, object]
    ) -> None:
        self.worker = worker
        self._kept = kept
        self.input = given.input
        self.number = given.token.attempt
        self.run = given.token.run
        self.name = given.name
        self.key = key
        self.undo_key = undo_key
        self.details = given.details
        """What the attempt before said in its last heartbeat; what is put here goes with the next heartbeat."""
        self._call_timeout = call_timeout

    def keep(self, name: str, make: Callable[[Actor], T]) -> T:
        """What this worker keeps between attempts, until it crashes; made when first asked for."""
        if name not in self._kept:
            self._kept[name] = make(self.worker)
        return cast("T", self._kept[name])

    async def ask(self, service: str, request: Request[R], timeout: int | None = None) -> R:
        """Call a service; Refused if it says no, Timeout if it may have happened."""
        return await self.worker.call(service, request, timeout=timeout or self._call_timeout)
