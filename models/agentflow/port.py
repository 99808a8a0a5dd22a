"""How a client reaches the store: it asks again until there is an answer, for asking twice is asking once."""

from typing import TypeVar

from models.agentflow.messages import GetResult, Outcome
from sim import MS, Actor, Message, Refused, Request, Timeout

R = TypeVar("R", bound=Message)

PATIENCE = 500 * MS
PAUSE = 100 * MS
OPEN = ("RUNNING", "COMPENSATING")


class Port:
    """A client's way to the store. Deadlines are times of the client's monotonic clock, in ns."""

    def __init__(self, actor: Actor, store: str) -> None:
        self._actor = actor
        self._store = store

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call to the store, at most `timeout` ns. Whoever reaches it by another way replaces this."""
        return await self._actor.call(self._store, request, timeout=timeout)

    async def ask(self, request: Request[R], deadline: int) -> R:
        """The answer; Refused if it is no, Timeout if there is none in time."""
        while True:
            left = deadline - self._actor.elapsed()
            if left <= 0:
                raise Timeout(self._store)
            try:
                return await self.ask_store(request, min(left, PATIENCE))
            except Timeout:
                await self._actor.sleep(min(PAUSE, left))

    async def insist(self, request: Request[R], times: int = 1) -> None:
        """Ask until it is answered `times` times, or refused."""
        while times:
            try:
                await self.ask_store(request, PATIENCE)
            except Timeout:
                continue
            except Refused:
                return
            times -= 1

    async def end_of(self, run: str, deadline: int) -> Outcome:
        """Wait for a run's last word."""
        while True:
            outcome = await self.ask(GetResult(run), deadline)
            if outcome.status not in OPEN:
                return outcome
            await self._actor.sleep(PAUSE)
