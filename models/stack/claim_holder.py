"""SmartSearch's worker in the stack: it claims a document and hands the claim over to a run, which does the work.

The run is named by document, job and attempt, so starting it again finds it started. If the store of runs cannot be
reached the claim is left to run out: the sweeper announces the document anew.
"""

from typing import ClassVar

from models import agentflow, smartsearch
from models.smartsearch import Attempt
from models.stack import documents_flow as flow
from models.stack.events import HandedOver
from models.stack.flow_line import FlowLine, FlowPort
from models.stack.wiring import Wiring
from sim import Refused, Timeout


class HandedOverAttempt(Attempt):
    """One claim."""

    wiring: ClassVar[Wiring]

    async def run(self) -> str:
        """Start the run, and be done."""
        order, settings = self.order(), self._settings
        worker = self._worker
        line = FlowLine(worker, self.wiring.at.metadata, worker.random.child("runs", flow.run_of(order)))
        start = agentflow.Start(self.run_name(order), flow.KIND, flow.encode(order))
        try:
            await FlowPort(worker, line).ask(start, worker.elapsed() + settings.lease)
        except (Refused, Timeout):
            return "left"
        worker.emit(HandedOver(order.doc, order.job, order.attempt, start.run))
        return "handed over"

    def order(self) -> flow.DocumentOrder:
        """What the run is to do."""
        task, claimed = self._task, self._claimed
        digest = smartsearch.digest_of(claimed.text).hex()
        return flow.DocumentOrder(claimed.tenant, task.doc, task.job, claimed.attempt, claimed.version, digest)

    def run_name(self, order: flow.DocumentOrder) -> str:
        """The run that holds the claim."""
        return flow.run_of(order)


def handing_over(wiring: Wiring) -> type[HandedOverAttempt]:
    """The attempts of this stack's workers."""
    return type("HandedOver", (wiring.parts.attempt,), {"wiring": wiring})
