"""A client of the stack: SmartSearch's, which submits and searches, and one that asks questions.

A question is one operation with one request id, under which its run is started, however often that is tried.
"""

from collections.abc import Mapping

from models import agentflow, smartsearch
from models.smartsearch import SearchClient
from models.stack import questions_flow as flow
from models.stack.deployment import Deployment
from models.stack.events import Answered, Asked
from models.stack.flow_line import FlowLine, FlowPort
from sim import Script, Step, Timeout

VERBS = {**smartsearch.VERBS, "ask": 0}
COMPLETED = "COMPLETED"


class StackClient(SearchClient):
    """It does one thing after another."""

    def __init__(
        self, settings: smartsearch.Settings, layout: smartsearch.Layout, script: Script, deployment: Deployment
    ) -> None:
        super().__init__(settings, layout, script)
        self._deployment = deployment
        self._time = script.timeout_ns

    def on_start(self) -> None:
        """Begin the script."""
        line = FlowLine(self, self._deployment.metadata, self.random.child("store"))
        self._runs = FlowPort(self, line)
        self._questions = self.random.child("questions")
        self._asked = 0
        super().on_start()

    def flows(self) -> "Mapping[str, smartsearch.ClientFlow]":
        """What it does at each verb."""
        return {**super().flows(), "ask": self._ask_question}

    async def _ask_question(self, step: Step) -> None:
        self._asked += 1
        tenant, said = self.tenant(step), smartsearch.query(self._questions)
        run, began = f"{self.name}.q{self._asked}", self.elapsed()
        self.emit(Asked(run, "ask", tenant, self._time))
        with self.operation("ask", key=f"{tenant}/{run}", arg=said) as operation:
            order = flow.QuestionOrder(run, tenant, f"{self.name}/{tenant}", said, self._time)
            await self._runs.ask(agentflow.Start(run, flow.KIND, flow.encode(order)), began + self._time)
            outcome = await self._runs.end_of(run, began + self._time)
            if outcome.status != COMPLETED:
                raise Timeout(f"the run ended as {outcome.status}")
            answer = flow.decode_answer(outcome.result)
            told = answer.documents, answer.prompt, answer.text, answer.degraded
            self.emit(Answered(run, tenant, *told))
            operation.ok(answer.documents)
