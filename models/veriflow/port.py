"""How loops and agents reach the store: through one front at a time, the next one when it does not answer."""

from collections.abc import Sequence

from models.veriflow.commands import Command, Reply
from models.veriflow.messages import Do, GetAsk
from models.veriflow.objects import Object
from sim import Actor, Refused, Timeout


class Port:
    """One actor's way to the store."""

    def __init__(self, actor: Actor, apis: Sequence[str], first: int, timeout: int) -> None:
        self._actor = actor
        self._apis = tuple(apis)
        self._turn = first
        self._timeout = timeout

    async def do(self, command: Command) -> Reply:
        """Write; the store's answer. Timeout: it may have happened, and who wants to know reads again."""
        try:
            return await self._actor.call(self._front(), Do(command), timeout=self._timeout)
        except Timeout:
            self._turn += 1
            raise

    async def get(self, kind: str, name: str) -> Object | None:
        """An object as the front has it: a past state. Timeout if nobody answers."""
        try:
            found = await self._actor.call(self._front(), GetAsk(kind, name), timeout=self._timeout)
        except (Timeout, Refused):
            self._turn += 1
            raise Timeout(self._front()) from None
        return found.object

    def _front(self) -> str:
        return self._apis[self._turn % len(self._apis)]
