"""A client of the stack: SmartSearch's, which submits and searches, and one that asks questions.

A question is one operation with one request id, under which its run is started, however often that is tried.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar

from models import agentflow, smartsearch, veriflow
from models.smartsearch import SearchClient
from models.stack import questions_flow as flow
from models.stack import rollouts_flow as rollouts
from models.stack.events import Answered, Asked
from models.stack.flow_line import FlowLine, FlowPort
from models.stack.ports import Clocked, Errand, JobWish
from models.stack.wiring import Wiring
from sim import MS, Message, Refused, Request, Script, Step, Timeout

R = TypeVar("R", bound=Message)
PAUSE = 20 * MS

LOOK = 500 * MS
VERBS = {**smartsearch.VERBS, "ask": 0, "train": 0}
COMPLETED = "COMPLETED"


class StackClient(SearchClient):
    """It does one thing after another."""

    def __init__(self, wiring: Wiring, script: Script) -> None:
        super().__init__(wiring.search, wiring.layout, script)
        self._wiring = wiring
        self._time = script.timeout_ns

    def on_start(self) -> None:
        """Begin the script."""
        line = FlowLine(self, self._wiring.at.metadata, self.random.child("store"))
        self._runs = FlowPort(self, line)
        self._questions = self.random.child("questions")
        self._serial_asked = 0
        self._jobs = self._wiring.jobs(self)
        self._works = self.random.child("works")
        self._budget = self._wiring.parts.budget(self)
        super().on_start()

    def flows(self) -> "Mapping[str, smartsearch.ClientFlow]":
        """What it does at each verb."""
        return {**super().flows(), "ask": self._ask_question, "train": self._train}

    async def ask_api(self, request: Request[R]) -> R:
        """Ask the API, again as long as there is time and the budget for trying again lasts."""
        self.emit(Asked(operation_of(request, self.name), type(request).__name__, tenant_of(request), self._time))
        deadline = self.elapsed() + self._time
        self._budget.call()
        while True:
            left = deadline - self.elapsed()
            try:
                return await self.call(self._layout.api, request, timeout=min(left, self._settings.request_timeout))
            except Timeout:
                await self.sleep(min(PAUSE, max(0, deadline - self.elapsed())))
            if self.elapsed() >= deadline or not self._budget.allows_retry():
                raise Timeout(self._layout.api)

    async def _ask_question(self, step: Step) -> None:
        self._serial_asked += 1
        tenant, said = self.tenant(step), smartsearch.query(self._questions)
        run, began = f"{self.name}.q{self._serial_asked}", self.elapsed()
        self.emit(Asked(run, "ask", tenant, self._time))
        with self.operation("ask", key=f"{tenant}/{run}", arg=said) as operation:
            order = flow.QuestionOrder(run, tenant, f"{self.name}/{tenant}", said, self._time)
            await self._runs.ask(agentflow.Start(run, flow.KIND, flow.encode(order)), began + self._time)
            outcome = await self._runs.end_of(run, began + self._time)
            if outcome.status != COMPLETED:
                raise Timeout(f"the run ended as {outcome.status}")
            answer = flow.decode_answer(outcome.result)
            told = answer.documents, answer.prompt, answer.text, answer.degraded, answer.version
            self.emit(Answered(run, tenant, *told))
            operation.ok(answer.documents)

    async def _train(self, step: Step) -> None:
        """A job, until it is over."""
        self._serial_asked += 1
        tenant, key = self.tenant(step), f"{self.name}.t{self._serial_asked}"
        wish = JobWish(1, self._works.between(*self._wiring.settings.train))
        self.emit(Asked(key, "train", tenant, self._time))
        clocked = Clocked(self, Errand(key, key, tenant, self._time))
        with self.operation("train", key=f"{tenant}/{key}", arg=wish.work) as operation:
            job, looks = await self._jobs.submit(clocked.now("submit"), key, wish), 0
            while job.state not in veriflow.TERMINAL:
                await self.sleep(LOOK)
                looks += 1
                job = await self._jobs.status(clocked.now(f"look/{looks}"), job)
            if job.state == veriflow.SUCCEEDED:
                operation.ok(job.state)
        if self._wiring.settings.rollouts and job.state == veriflow.SUCCEEDED:
            await self._release(rollouts.RolloutOrder(tenant, job.uid))

    async def _release(self, order: rollouts.RolloutOrder) -> None:
        """What was trained is to answer. Nobody waits for that; a run that could not be started is not missed."""
        start = agentflow.Start(rollouts.run_of(order), rollouts.KIND, rollouts.encode(order))
        with suppress(Refused, Timeout):
            await self._runs.ask(start, self.elapsed() + self._time)


def operation_of(request: Message, client: str) -> str:
    """What the ports below call the operation of a request: that of a submission is its tenant's request id."""
    if isinstance(request, smartsearch.Submit):
        return f"{request.tenant}/{request.request}"
    return f"{client}/{type(request).__name__}"


def tenant_of(request: Message) -> str:
    """On whose behalf a request is made."""
    assert isinstance(request, smartsearch.Submit | smartsearch.Search | smartsearch.AskStatus), "nothing else is asked"
    return request.tenant
