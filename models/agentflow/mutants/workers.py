# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of workers and services. Each class overrides one rule of a part."""

from models.agentflow.attempt import Attempt
from models.agentflow.ledger import Ledger
from models.agentflow.messages import StepGiven
from models.agentflow.worker import Worker


class RunsTwice(Worker):
    """Runs the step in its retry loop, and then runs it. As published there are no keys: each run is one of its own."""

    async def perform(self, given: StepGiven, attempt: Attempt) -> bytes | None:
        await super().perform(given, attempt)
        attempt.key += "+"
        attempt.undo_key += "+"
        return await super().perform(given, attempt)


class KeyWithAttempt(Worker):
    """Makes the key of run, step and attempt."""

    def key(self, given: StepGiven) -> str:
        return f"{given.key}#{given.token.attempt}"


class UndoNotKeyed(Worker):
    """Makes the key of an undo of run, step and attempt."""

    def undo_key(self, given: StepGiven) -> str:
        return f"{given.key}/undo#{given.token.attempt}"


class NoTombstone(Ledger):
    """Says that all is well, there being nothing to undo."""

    def void(self, key: str, undo_key: str) -> None:  # noqa: ARG002
        return
