"""A bell: one story sleeps until somebody rings. Rung twice before it wakes, it wakes once."""

from sim import Actor


class Bell:
    """Of one actor, for one listener."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._store = actor.store()
        self._is_rung = False

    def ring(self) -> None:
        """Wake the listener, now or as soon as it listens."""
        if not self._is_rung:
            self._is_rung = True
            self._store.put(None)

    async def heard(self) -> None:
        """Sleep until it rings."""
        await self._actor.wait(self._store.get())
        self._is_rung = False
