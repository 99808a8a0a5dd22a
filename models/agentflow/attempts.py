"""The rules of attempts: which one is open, what its end means, and when the next one begins."""

from typing import TYPE_CHECKING

from models.agentflow import history as h
from models.agentflow.attempt import NO_ACTIVITY
from models.agentflow.events import LateResult
from models.agentflow.messages import Heartbeat, Late, StepDone, StepError, StepGiven, Taken, Token
from models.agentflow.run_state import DONE, OPEN, RunState, Step

if TYPE_CHECKING:
    from models.agentflow.store import Store

START_TO_CLOSE = "start-to-close"
SCHEDULE_TO_START = "schedule-to-start"
SCHEDULE_TO_CLOSE = "schedule-to-close"
HEARTBEAT = "heartbeat"


class Attempts:
    """Steps are done at least once: an attempt is durable before a worker hears of it, and only the open one counts."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._book = node.book

    def start(self, run: RunState, step: Step, worker: str) -> StepGiven:
        """Open the next attempt for a worker."""
        attempt = step.attempt + 1
        self._book.commit(run.id, (h.StepStarted(step.id, attempt, worker),))
        command = step.command
        given = Token(run.id, step.id, attempt)
        undo = bool(step.of)
        return StepGiven(given, command.name, run.key(step), command.input, undo, command.policy, step.details)

    def beat(self, message: Heartbeat) -> Taken | Late:
        """A worker is alive, and may go on if its attempt is open."""
        run, step = self._find(message.token)
        if step is None or not self.keeps_alive(step, message.token):
            return Late()
        self._book.beat(run, step, message.details)
        self._node.changed(run.id)
        return Taken()

    def complete(self, message: StepDone) -> Taken | Late:
        """A worker has done it. Who says so again is told that it is known."""
        token = message.token
        run, step = self._find(token)
        if step is not None and self.is_repeated(step, token):
            return Taken()
        if step is None or not self.is_open(step, token):
            return self._late(token)
        self._book.commit(run.id, (h.StepCompleted(step.id, token.attempt, message.result),))
        return Taken()

    def fail(self, message: StepError) -> Taken | Late:
        """A worker says that its attempt failed."""
        token = message.token
        run, step = self._find(token)
        if step is None or not self.is_open(step, token):
            return self._late(token)
        at = 0 if self.is_final(step, message.kind) else self.retry_at(step)
        self._book.commit(run.id, (h.StepFailed(step.id, token.attempt, message.kind, message.clean, at),))
        return Taken()

    def time_out(self, run: RunState, step: Step, which: str) -> None:
        """The clock ends an attempt, or the step."""
        at = self.retry_at(step) if which in (START_TO_CLOSE, HEARTBEAT) else 0
        self._book.commit(run.id, (h.StepTimedOut(step.id, step.attempt, which, at),))

    # The rules

    def is_open(self, step: Step, token: Token) -> bool:
        """Whether the result of this attempt counts."""
        return step.status == OPEN and step.attempt == token.attempt

    def keeps_alive(self, step: Step, token: Token) -> bool:
        """Whether a heartbeat of this attempt counts."""
        return self.is_open(step, token)

    def is_repeated(self, step: Step, token: Token) -> bool:
        """Whether this very attempt has completed the step already."""
        return step.status == DONE and step.attempt == token.attempt

    def is_final(self, step: Step, kind: str) -> bool:
        """Whether a failure of this kind is not tried again."""
        return kind == NO_ACTIVITY or (kind in step.policy.final and not step.of)

    def delay(self, policy: h.Policy, failed: int) -> int:
        """Ns between the end of attempt `failed` and the next."""
        return policy.retry.delay(failed)

    def retry_at(self, step: Step) -> int:
        """When the next attempt may begin; 0 if there is none."""
        policy = step.policy
        at = self._book.stamp() + self.delay(policy, step.attempt)
        if step.is_endless:
            return at
        too_late = policy.schedule_to_close and at >= step.scheduled_at + policy.schedule_to_close
        return 0 if too_late or not policy.retry.allows(step.attempt + 1) else at

    def _find(self, token: Token) -> tuple[RunState, Step | None]:
        run = self._book.runs[token.run]
        return run, None if run.is_over else run.steps.get(token.step)

    def _late(self, token: Token) -> Late:
        self._node.emit(LateResult(token.run, token.step, token.attempt))
        return Late()
