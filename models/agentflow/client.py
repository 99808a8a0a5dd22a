"""Clients: they start runs, poke them, cancel some, and wait for the end. An operation is one run.

The history shows `start` by run id, and `end` with the last word that the client was told.
"""

from typing import TypeVar

from models.agentflow.flows import POKES
from models.agentflow.messages import Cancel, GetResult, Signal, Start
from models.agentflow.service import BAD
from models.agentflow.settings import Settings
from sim import MS, SECOND, Actor, Message, Refused, Request, Script, Step, Timeout

VERBS = {"chain": 0, "trip": 0, "fan": 0, "reminder": 0, "agent": 0, "cancel-trip": 0, "twice": 0}
"""What a workload may ask. `cancel-trip` starts a trip and cancels it; `twice` starts a chain twice, and with another
order under the same id."""

R = TypeVar("R", bound=Message)

KIND_OF = {"cancel-trip": "trip", "twice": "chain"}


class FlowClient(Actor):
    """Does the steps of its script one after another: each is a new run, named by the client and a serial."""

    def __init__(self, store: str, script: Script, settings: Settings) -> None:
        self._store = store
        self._script = script
        self._settings = settings

    def on_start(self) -> None:
        """Begin."""
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
            await self._ask(start, deadline)
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
            await self._ask(start, deadline)
            operation.ok()
        with self.operation("start", key=start.run, arg="other") as operation:
            await self._ask(Start(start.run, start.kind, start.input + b"!"), deadline)
            operation.ok()

    async def _poke(self, run: str) -> None:
        for serial in range(1, POKES + 1):
            await self.sleep(self._orders.between(0, 2500) * MS)
            await self._insist(Signal(run, "poke", serial, str(serial).encode()))

    async def _cancel(self, run: str) -> None:
        await self.sleep(self._orders.between(0, 400) * MS)
        await self._insist(Cancel(run))

    async def _insist(self, request: Signal | Cancel) -> None:
        """Ask until it is answered, and once more every third time: what comes twice counts once."""
        times = 1 + (self._orders.below(3) == 0)
        while times:
            try:
                await self.call(self._store, request, timeout=500 * MS)
            except Timeout:
                continue
            except Refused:
                return
            times -= 1

    async def _await_end(self, run: str, deadline: int) -> None:
        with self.operation("end", key=run) as operation:
            while True:
                outcome = await self._ask(GetResult(run), deadline)
                if outcome.status not in ("RUNNING", "COMPENSATING"):
                    operation.ok(outcome.status)
                    return
                await self.sleep(100 * MS)

    async def _ask(self, request: Request[R], deadline: int) -> R:
        """Ask until there is an answer, or the operation's time is up."""
        while True:
            left = deadline - self.elapsed()
            if left <= 0:
                raise Timeout(self._store)
            try:
                return await self.call(self._store, request, timeout=min(left, 500 * MS))
            except Timeout:
                await self.sleep(min(SECOND // 10, max(1, left)))
