"""What clients ask of the store: start, signal, cancel and look, each once however often it is asked."""

from typing import TYPE_CHECKING

from models.agentflow import history as h
from models.agentflow.messages import (
    CLOSED,
    CONFLICT,
    UNKNOWN_RUN,
    Cancel,
    DecisionGiven,
    GetHistory,
    GetResult,
    Outcome,
    Signal,
    Start,
    Taken,
)
from models.agentflow.run_state import RunState
from sim import Caller

if TYPE_CHECKING:
    from models.agentflow.store import Store


class Desk:
    """A request that cannot be granted is refused: nothing happened."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._book = node.book

    def start(self, caller: Caller, message: Start) -> Taken | None:
        """Begin a run. The same start again finds it begun; another one under its id is a conflict."""
        name = self.run_of(message)
        known = self._book.runs.get(name)
        if known is None:
            self._book.commit(name, (h.Started(message.kind, message.input, message.run),))
            return Taken()
        if (known.started.kind, known.started.input) != (message.kind, message.input):
            self._node.refuse(caller, CONFLICT)
            return None
        return Taken()

    def run_of(self, message: Start) -> str:
        """The run that a start means."""
        return message.run

    def signal(self, caller: Caller, message: Signal) -> Taken | None:
        """Put a signal into the history, unless it is there."""
        run = self._find(caller, message.run)
        if run is None or (message.name, message.serial) in run.signals:
            return None if run is None else Taken()
        if run.is_over:
            self._node.refuse(caller, CLOSED)
            return None
        self._book.commit(run.id, (h.SignalReceived(message.name, message.serial, message.value),))
        return Taken()

    def cancel(self, caller: Caller, message: Cancel) -> Taken | None:
        """Ask a run to end. Behind its pivot it will not."""
        run = self._find(caller, message.run)
        if run is None:
            return None
        if run.is_over:
            self._node.refuse(caller, CLOSED)
            return None
        if not any(isinstance(entry.event, h.CancelRequested) for entry in run.history):
            self._book.commit(run.id, (h.CancelRequested(),))
        return Taken()

    def result(self, caller: Caller, message: GetResult) -> Outcome | None:
        """How far a run is; one that continued as another is as far as that one."""
        run = self._find(caller, message.run)
        while run is not None and run.successor:
            run = self._book.runs[run.successor]
        return None if run is None else Outcome(run.status, run.result)

    def history(self, caller: Caller, message: GetHistory) -> DecisionGiven | None:
        """Everything that happened to a run."""
        run = self._find(caller, message.run)
        return None if run is None else DecisionGiven(run.id, run.lease, self._book.stamp(), tuple(run.history))

    def _find(self, caller: Caller, name: str) -> RunState | None:
        run = self._book.runs.get(name)
        if run is None:
            self._node.refuse(caller, UNKNOWN_RUN)
        return run
