"""Compensation: what may have had an effect is undone, last first, one by one (Garcia-Molina and Salem, 1987)."""

from collections.abc import Sequence

from models.agentflow import history as h
from models.agentflow.flow import CANCELED, Flow, StepView


class Saga:
    """The way back of one flow. An undo is tried until it succeeds."""

    async def compensate(self, flow: Flow, why: str) -> None:
        """Undo, and speak the last word. Behind its pivot a flow is not undone: it failed, and that is said."""
        todo = [] if flow.is_past_pivot else self.in_order(self.to_undo(list(flow.steps.values())))
        if not todo:
            flow.say(h.Canceled() if why == CANCELED else h.Failed(why))
            return
        flow.compensating = True
        flow.say(h.CompensationBegan(why))
        for step in todo:
            await flow.undo(step.command.id)
        flow.say(h.Compensated(why))

    def to_undo(self, steps: Sequence[StepView]) -> list[StepView]:
        """Steps that can be undone, and had an effect or may have had, or may yet have one: a request may be late."""
        return [step for step in steps if step.command.undo and step.may_have_effect]

    def in_order(self, steps: Sequence[StepView]) -> list[StepView]:
        """Last first."""
        return sorted(steps, key=lambda step: -step.command.id)
