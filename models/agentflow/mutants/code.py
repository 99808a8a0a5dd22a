# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of how flows are run: replay, versions, signals, compensation. Each class overrides one rule of a part."""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from models.agentflow import history as h
from models.agentflow.flow import Flow, StepView
from models.agentflow.saga import Saga
from sim import Stream


class OwnRandom(Flow):
    """Draws from the process's own chance whenever the code comes by."""

    def side(self, draw: Callable[[Stream], int]) -> int:
        return draw(self.chance)


class SetOrderPlan(Flow):
    """Puts names into a set and takes them out: in an order that hangs on the process's hash seed."""

    def distinct(self, names: Sequence[str]) -> list[str]:
        return sorted(set(names), key=lambda name: blake2b(name.encode(), key=self.salt).digest())


class PatchedBlind(Flow):
    """Goes the new way whether or not the run has passed here before."""

    def patched(self, name: str) -> bool:
        if not self.replaying:
            return super().patched(name)
        return True


class SignalInReplayLost(Flow):
    """Hands a signal to whoever awaits it; in a replay it keeps none for later."""

    def receive(self, signal: h.SignalReceived) -> None:
        if self.replaying and not self._waiters.get(signal.name):
            return
        super().receive(signal)


class UndoCompletedOnly(Saga):
    """Undoes what is known to be done."""

    def to_undo(self, steps: Sequence[StepView]) -> list[StepView]:
        return [step for step in steps if step.command.undo and step.is_done]


class UndoForward(Saga):
    """Undoes in the order in which things were done."""

    def in_order(self, steps: Sequence[StepView]) -> list[StepView]:
        return sorted(steps, key=lambda step: step.command.id)
