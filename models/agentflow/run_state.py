"""One run as the fold of its history: its steps, timers and signals, and who decides."""

from models.agentflow import history as h

QUEUED, OPEN, WAITING, DONE, FAILED, UNKNOWN = "queued", "open", "waiting", "done", "failed", "unknown"
"""States of a step. UNKNOWN: given up, and some attempt may have had an effect. FAILED: surely none had."""

ENDED = (DONE, FAILED, UNKNOWN)

RUNNING = "RUNNING"
COMPENSATING = "COMPENSATING"


class Step:
    """A step, or the undo of step `of`. Times in ns on the store's clock."""

    def __init__(self, command: h.StepScheduled, id_: int, of: int, at: int) -> None:
        self.command = command
        self.id = id_
        self.of = of
        self.scheduled_at = self.queued_at = at
        self.status = QUEUED
        self.attempt = 0
        self.started_at = 0
        self.beat_at = 0
        self.retry_at = 0
        self.details = b""
        self.doubtful = False
        """Whether an attempt that is over may have had an effect, or may yet have one."""

    @property
    def policy(self) -> h.Policy:
        """That of the step, for its undo too."""
        return self.command.policy

    @property
    def is_endless(self) -> bool:
        """Whether it is tried until it succeeds, or until a final failure."""
        return bool(self.of) or self.command.pivot

    def start(self, attempt: int, at: int) -> None:
        """An attempt is handed out."""
        self.status, self.attempt = OPEN, attempt
        self.started_at = self.beat_at = at

    def fail(self, *, clean: bool, retry_at: int) -> None:
        """The attempt, or the step, is over."""
        self.doubtful |= self.status == OPEN and not clean
        self.retry_at = retry_at
        self.status = WAITING if retry_at else UNKNOWN if self.doubtful else FAILED

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self.status not in ENDED:
            self.fail(clean=False, retry_at=0)

    def enqueue(self) -> None:
        """Its delay is over."""
        self.status, self.queued_at = QUEUED, self.retry_at


class RunState:
    """A run. `fold` takes in one entry after another, at the time when it is written and after a restart alike."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.history: list[h.Entry] = []
        self.steps: dict[int, Step] = {}
        self.timers: dict[int, int] = {}
        self.signals: set[tuple[str, int]] = set()
        self.status = RUNNING
        self.result = b""
        self.successor = ""
        self.lease = 0
        self.leased_at: int | None = None
        """When the decision that is under way was given out; None if none is."""

    @property
    def started(self) -> h.Started:
        """The first event."""
        event = self.history[0].event
        assert isinstance(event, h.Started), "a history begins with Started"
        return event

    @property
    def is_over(self) -> bool:
        """Whether the last word is spoken."""
        return self.status not in (RUNNING, COMPENSATING)

    @property
    def is_past_pivot(self) -> bool:
        """Whether a pivot was scheduled that has not failed: the run only goes forward."""
        return any(step.command.pivot and step.status not in (FAILED, UNKNOWN) for step in self.steps.values())

    def key(self, step: Step) -> str:
        """What services know the step by, whatever the attempt: for an undo, that of the step that is undone."""
        return f"{self.id}/{step.of or step.id}"

    def fold(self, entry: h.Entry) -> None:
        """Take in one event."""
        event, at = entry.event, entry.at
        self.history.append(entry)
        if isinstance(event, (h.StepStarted, h.StepCompleted, h.StepFailed, h.StepTimedOut)):
            self._fold_step(event, at)
        elif isinstance(event, h.DecisionTaken):
            self.leased_at = None
        elif isinstance(event, h.StepScheduled):
            self.steps[event.id] = Step(event, event.id, 0, at)
        elif isinstance(event, h.UndoScheduled):
            self.steps[event.id] = Step(self.steps[event.of].command, event.id, event.of, at)
        elif isinstance(event, h.TimerStarted):
            self.timers[event.id] = event.due
        elif isinstance(event, h.TimerFired):
            self.timers.pop(event.id, None)
        elif isinstance(event, h.SignalReceived):
            self.signals.add((event.name, event.serial))
        elif isinstance(event, (h.CompensationBegan, *h.TERMINAL)):
            self._fold_end(event)

    def _fold_step(self, event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut, at: int) -> None:
        step = self.steps[event.id]
        if isinstance(event, h.StepStarted):
            step.start(event.attempt, at)
        elif isinstance(event, h.StepCompleted):
            step.status = DONE
        else:
            step.fail(clean=isinstance(event, h.StepFailed) and event.clean, retry_at=event.retry_at)

    def _fold_end(self, event: h.HistoryEvent) -> None:
        for step in self.steps.values():
            step.close()
        self.timers.clear()
        self.status = COMPENSATING if isinstance(event, h.CompensationBegan) else type(event).__name__.upper()
        if isinstance(event, h.Completed):
            self.result = event.result
        elif isinstance(event, h.Continued):
            self.successor = event.run
