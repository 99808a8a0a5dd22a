"""The environment: hands every party its input, and hands it again until the party has it."""

from collections.abc import Sequence

from models.bft.messages import Input
from models.bft.settings import BINARY, Settings
from sim import MS, Actor, Refused, Timeout

PATIENCE = 200 * MS
ATTEMPTS = 20


class Environment(Actor):
    """No party and no client: what inputs come from. A party that never takes its input is given up."""

    def __init__(self, servers: Sequence[str], settings: Settings) -> None:
        self._servers = tuple(servers)
        self._settings = settings

    def on_start(self) -> None:
        """All instances at once."""
        for number in range(1, self._settings.instances + 1):
            for place, name in enumerate(self._servers):
                self.spawn(self._hand(name, str(number), self._value(number, place, name)))

    async def _hand(self, name: str, instance: str, value: bytes | int) -> None:
        for _ in range(ATTEMPTS):
            try:
                await self.call(name, Input(instance, value), timeout=PATIENCE)
            except (Timeout, Refused):
                continue
            return

    def _value(self, number: int, place: int, name: str) -> bytes | int:
        inputs = self._settings.inputs
        if self._settings.protocol in (*BINARY, "abba"):
            fixed = {"zeros": 0, "ones": 1, "same": number % 2, "lone": int(place == 0)}
            return fixed.get(inputs, (place + number) % 2 if inputs == "split" else self.random.below(2))
        return b"ok:input:all:%d" % number if inputs == "same" else b"ok:input:%s:%d" % (name.encode(), number)
