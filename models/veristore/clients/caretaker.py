"""Keeping a store's time and tidying it: ticks, reaping and collecting, as commands like any other."""

from models.veristore.clients.port import Port
from models.veristore.clients.settings import ClientSettings
from models.veristore.machine import commands as c
from models.veristore.machine.replies import Swept
from sim import Actor, Refused, Timeout

STEP = 20
"""How much is looked at in one command."""


class Caretaker:
    """Lets one store know what time it is on its actor's clock, and sweeps it."""

    def __init__(self, actor: Actor, port: Port, settings: ClientSettings) -> None:
        self._actor = actor
        self._port = port
        self._settings = settings

    async def keep_time(self) -> None:
        """Tick for ever; a lost tick is made good by the next."""
        while True:
            await self._ask(c.Tick(max(self._actor.now(), 0)))
            await self._actor.sleep(self._settings.tick_every)

    async def sweep(self) -> None:
        """Reap and collect for ever, at a steady pace however long it takes."""
        due = self._actor.elapsed()
        while True:
            due = max(due + self._settings.collect_every, self._actor.elapsed())
            await self._actor.sleep(due - self._actor.elapsed())
            await self._walk(c.Reap)
            await self._walk(c.Collect)

    async def _walk(self, step: type[c.Reap] | type[c.Collect]) -> None:
        start = 1
        while True:
            swept = await self._ask(step(start, STEP))
            if swept is None or not swept.next:
                return
            start = swept.next

    async def _ask(self, command: c.Tick | c.Reap | c.Collect) -> Swept | None:
        """What a sweep was answered; None if there is nothing to go on from."""
        try:
            reply = await self._port.ask(command, self._actor.elapsed() + self._settings.tick_every)
        except (Refused, Timeout):
            return None
        return reply if isinstance(reply, Swept) else None
