"""What checks see of the steps of all runs: a fold over recorded events, apart from the engine's own."""

from models.agentflow import history as h
from models.agentflow.events import Recorded
from sim import Emitted


class StepSeen:
    """A step, or the undo of step `of`."""

    def __init__(self, run: str, command: h.StepScheduled, id_: int, of: int, at: int, n: int) -> None:
        self.run = run
        self.command = command
        self.id = id_
        self.of = of
        self.at = at
        self.n = n
        self.forward_only = bool(of) or command.pivot
        self.open: int | None = None
        self.started_at = 0
        self.attempts = 0
        self.ended: tuple[int, h.StepFailed | h.StepTimedOut] | None = None
        """When the last attempt ended without success, and how."""
        self.is_done = False
        self.is_doubtful = False

    @property
    def named(self) -> str:
        """In a sentence."""
        return f"step {self.id} ({'undo of ' if self.of else ''}{self.command.name}) of {self.run}"


class Runs:
    """All steps by (run, id). `take` gives the event of a history the first time it is seen, and None for repeats."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, int], StepSeen] = {}
        self._seen: dict[str, int] = {}

    def take(self, emitted: Emitted) -> Recorded | None:
        """The recorded event, if it is new."""
        event = emitted.event
        if not isinstance(event, Recorded) or event.n <= self._seen.get(event.run, 0):
            return None
        self._seen[event.run] = event.n
        return event

    def fold(self, recorded: Recorded) -> None:
        """Take it in, after whoever judges it has looked at what was before."""
        run, at, event = recorded.run, recorded.at, recorded.event
        if isinstance(event, h.StepScheduled):
            self.steps[run, event.id] = StepSeen(run, event, event.id, 0, at, recorded.n)
        elif isinstance(event, h.UndoScheduled):
            undone = self.steps.get((run, event.of))
            if undone is not None:
                self.steps[run, event.id] = StepSeen(run, undone.command, event.id, event.of, at, recorded.n)
        elif isinstance(event, (h.StepStarted, h.StepCompleted, h.StepFailed, h.StepTimedOut)):
            step = self.steps.get((run, event.id))
            if step is not None:
                _fold(step, at, event)


def _fold(step: StepSeen, at: int, event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut) -> None:
    if isinstance(event, h.StepStarted):
        step.open, step.started_at = event.attempt, at
        step.attempts += 1
        return
    if isinstance(event, h.StepCompleted):
        step.is_done = True
    else:
        clean = isinstance(event, h.StepFailed) and event.clean
        step.is_doubtful |= step.open is not None and not clean
        step.ended = at, event
    step.open = None
