"""Clients: they start runs, poke them, cancel some, and wait for the end. An operation is one run.

The history shows `start` by run id, and `end` with the last word that the client was told.
"""

from models.agentflow.flows import POKES
from models.agentflow.messages import Cancel, Signal, Start
from models.agentflow.port import Port
from models.agentflow.service import BAD
from models.agentflow.settings import Settings
from sim import MS, Actor, Script, Step

VERBS = {"chain": 0, "trip": 0, "fan": 0, "reminder": 0, "agent": 0, "cancel-trip": 0, "twice": 0}
"""What a workload may ask. `cancel-trip` starts a trip and cancels it; `twice` starts a chain twice, and with another
order under the same id."""

KIND_OF = {"cancel-trip": "trip", "twice": "chain"}


class FlowClient(Actor):
    """Does the steps of its script one after another: each is a new run, named by the client and a serial."""

    def __init__(self, store: str, script: Script, settings: Settings) -> None:
        self._store = store
        self._script = script
        self._settings = settings

    def on_start(self) -> None:
        """Begin."""
        self._port = Port(self, self._store)
        self._orders = self.random.child("orders")
        self.spawn(self.story())

    async def story(self) -> None:
        """One run at a time."""
        for serial, step in enumerate(self._script.steps(self.random.child("script")), 1):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            await self._do(step, f"{self.name}.{serial}")

    async def _do(self, step: Step, run: str) -> None:
        deadline = self.elapsed() + self._script.timeout_ns
        order = run.encode() + (b" " + BAD if self._orders.chance(self._settings.invalid) else b"")
        start = Start(run, KIND_OF.get(step.verb, step.verb), order)
        with self.operation("start", key=run, arg=step.verb) as operation:
            await self._port.ask(start, deadline)
            operation.ok()
        if operation.outcome != "ok":
            return
        if step.verb == "twice":
            await self._start_again(start, deadline)
        elif step.verb == "reminder":
            self.spawn(self._poke(run))
        elif step.verb == "cancel-trip":
            self.spawn(self._cancel(run))
        await self._await_end(run, deadline)

    async def _start_again(self, start: Start, deadline: int) -> None:
        """The same again is the same run; another order under its id is refused."""
        with self.operation("start", key=start.run, arg="again") as operation:
            await self._port.ask(start, deadline)
            operation.ok()
        with self.operation("start", key=start.run, arg="other") as operation:
            await self._port.ask(Start(start.run, start.kind, start.input + b"!"), deadline)
            operation.ok()

    async def _poke(self, run: str) -> None:
        for serial in range(1, POKES + 1):
            await self.sleep(self._orders.between(0, 2500) * MS)
            await self._port.insist(Signal(run, "poke", serial, str(serial).encode()), self._times())

    async def _cancel(self, run: str) -> None:
        await self.sleep(self._orders.between(0, 400) * MS)
        await self._port.insist(Cancel(run), self._times())

    async def _await_end(self, run: str, deadline: int) -> None:
        with self.operation("end", key=run) as operation:
            operation.ok((await self._port.end_of(run, deadline)).status)

    def _times(self) -> int:
        """Every third signal and cancel is sent twice: what comes twice counts once."""
        return 1 + (self._orders.below(3) == 0)
