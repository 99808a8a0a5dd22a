"""Clients: each asks for one generation after another, of any dispatcher, and of the next one when that is silent."""

from models.rfid_moe.events import Asked, Shifted, Taken
from models.rfid_moe.messages import Generate, Generated
from models.rfid_moe.routing import SHIFT
from models.rfid_moe.settings import Settings
from sim import SECOND, Actor, Refused, Script, Step, Timeout

PATIENCE = 2 * SECOND
"""How long one dispatcher is waited for."""
TOKENS = (3, 6)


class Client(Actor):
    """The work of one script: `ask`, with a few tokens drawn at random."""

    def __init__(self, dispatchers: tuple[str, ...], script: Script, settings: Settings) -> None:
        self._dispatchers = dispatchers
        self._script = script
        self._settings = settings

    def on_start(self) -> None:
        """Begin the script."""
        self._count = 0
        self.shifts = 0
        self.spawn(self.story())

    async def story(self) -> None:
        """One request at a time."""
        tokens, places = self.random.child("tokens"), self.random.child("dispatchers")
        await self.sleep(self._settings.warm)
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            self._count += 1
            wanted = tuple(tokens.below(self._settings.tokens) for _ in range(tokens.between(*TOKENS)))
            generate = Generate(f"{self.name}.{self._count}", wanted, self._phase())
            with self.operation("ask", key=self._key(step), arg=generate.request) as operation:
                operation.ok(await self._ask(generate, places.below(len(self._dispatchers))))

    def _key(self, step: Step) -> str:
        return step.key or "model"

    async def _ask(self, generate: Generate, place: int) -> int:
        """How many rungs were lost on. Refused if the request failed, Timeout if nobody answered in time."""
        self.emit(Asked(generate.request))
        deadline = self.elapsed() + self._script.timeout_ns
        while (left := deadline - self.elapsed()) > 0:
            dispatcher = self._dispatchers[place % len(self._dispatchers)]
            try:
                answer: Generated = await self.call(dispatcher, generate, timeout=min(left, PATIENCE))
            except Timeout:
                place += 1
                continue
            self.emit(Taken(generate.request, bool(answer.degraded), answer.failed))
            if answer.failed:
                raise Refused("nothing is left of a token's experts", dispatcher)
            return len(answer.degraded)
        raise Timeout(self._dispatchers[place % len(self._dispatchers)])

    def _phase(self) -> int:
        """Of the traffic: small steps by time, great ones by the fault that shifts it."""
        drift = self._settings.drift
        return self.shifts * SHIFT + (self.elapsed() // drift % SHIFT if drift else 0)

    # A lever of faults

    def shift(self) -> None:
        """From now on others are popular."""
        self.shifts += 1
        self.emit(Shifted(self._phase()))
