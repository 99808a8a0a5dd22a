"""The way to the orchestrator of GPUs: one of its fronts after another, until one answers.

All that is asked this way may be asked twice: a job is known by its key, a row by its id.
"""

from collections.abc import Sequence
from typing import TypeVar

from models import veriflow
from sim import MS, Actor, Message, Refused, Request, Timeout

R = TypeVar("R", bound=Message)
HOP = 500 * MS
PAUSE = 50 * MS


class ClusterLine:
    """Of one actor. It stays with a front that answers."""

    def __init__(self, actor: Actor, fronts: Sequence[str], first: int = 0) -> None:
        self._actor = actor
        self._fronts = tuple(fronts)
        self._turn = first

    async def ask(self, request: Request[R], deadline: int) -> R:
        """The answer, until `deadline` on the actor's own clock. Refused: the orchestrator says no."""
        while (left := deadline - self._actor.elapsed()) > 0:
            front = self._fronts[self._turn % len(self._fronts)]
            try:
                return await self._actor.call(front, request, timeout=min(left, HOP))
            except Timeout:
                self._turn += 1
            except Refused as no:
                if no.reason != veriflow.BEHIND:
                    raise
                self._turn += 1
                await self._actor.sleep(min(left, PAUSE))
        raise Timeout("fronts")

    async def do(self, command: veriflow.ClaimShared | veriflow.Unclaim, deadline: int) -> veriflow.Reply:
        """Have a row written or taken away."""
        return await self.ask(veriflow.Do(command), deadline)
