"""What a run's history is made of: events that are appended once and never edited. A run is the fold of its history.

Ids number a flow's commands in order of creation: steps, undos, timers and side values have one row of numbers. Times
are the store's clock, in ns; that of an event stands in its Entry.
"""

from models.patterns import RetryPolicy
from sim import SECOND, Message


class Policy(Message):
    """How a step is tried. Timeouts are ns, 0 means none; `start_to_close` must be set, or a hang is never noticed.

    `final` are the kinds of failure that are not tried again. `retry.cap` is 100 times `initial` by custom.
    """

    retry: RetryPolicy = RetryPolicy(initial=1 * SECOND, cap=100 * SECOND)
    start_to_close: int = 10 * SECOND
    heartbeat: int = 0
    schedule_to_start: int = 0
    schedule_to_close: int = 0
    final: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        if self.start_to_close <= 0:
            raise ValueError("start_to_close: expected more than 0, or an attempt that hangs is never over")
        if min(self.heartbeat, self.schedule_to_start, self.schedule_to_close) < 0:
            raise ValueError("timeouts: expected at least 0, which means none")


class Started(Message):
    """The run exists; `request` is the id that its client gave."""

    kind: str
    input: bytes
    request: str


class DecisionTaken(Message):
    """A decider ran the flow over the first `base` events under `lease`; its commands follow. `at`: the flow's now."""

    lease: int
    base: int
    at: int


class StepScheduled(Message):
    """The flow asked for a step. `undo`: it can be undone; `pivot`: behind it the run only goes forward."""

    id: int
    name: str
    input: bytes
    policy: Policy
    undo: bool
    pivot: bool


class StepStarted(Message):
    """An attempt is handed to a worker."""

    id: int
    attempt: int
    worker: str


class StepCompleted(Message):
    """The step, or the undo of this id, is done."""

    id: int
    attempt: int
    result: bytes


class StepFailed(Message):
    """An attempt failed; `clean`: surely without effect. The next begins at `retry_at`, or there is none (0)."""

    id: int
    attempt: int
    kind: str
    clean: bool
    retry_at: int


class StepTimedOut(Message):
    """An attempt, or the whole step, is over by the clock; `which` of the four timeouts. `retry_at` as above."""

    id: int
    attempt: int
    which: str
    retry_at: int


class TimerStarted(Message):
    """The flow sleeps for `duration`, until `due`."""

    id: int
    duration: int
    due: int


class TimerFired(Message):
    """The flow may go on."""

    id: int


class SignalReceived(Message):
    """Somebody told the run something; once per (name, serial)."""

    name: str
    serial: int
    value: bytes


class SideValue(Message):
    """A value that the flow took from outside of its history, kept so that replay has the same."""

    id: int
    value: int


class Patched(Message):
    """The run goes the new way at this change of its code."""

    name: str


class CancelRequested(Message):
    """Somebody wants the run to end."""


class CompensationBegan(Message):
    """The flow failed, or was canceled: what has or may have had an effect is undone, last first."""

    why: str


class UndoScheduled(Message):
    """Step `of` is to be undone."""

    id: int
    of: int


class Completed(Message):
    """The flow returned."""

    result: bytes


class Failed(Message):
    """The flow failed, and there was nothing to undo."""

    why: str


class Canceled(Message):
    """The run was canceled, and there was nothing to undo."""


class Compensated(Message):
    """Everything is undone."""

    why: str


class Continued(Message):
    """The run goes on as a new one, with a history of its own."""

    run: str
    input: bytes


Command = (
    StepScheduled
    | TimerStarted
    | SideValue
    | Patched
    | CompensationBegan
    | UndoScheduled
    | Completed
    | Failed
    | Canceled
    | Compensated
    | Continued
)
"""What a decision appends."""

HistoryEvent = (
    Started
    | DecisionTaken
    | StepStarted
    | StepCompleted
    | StepFailed
    | StepTimedOut
    | TimerFired
    | SignalReceived
    | CancelRequested
    | Command
)

TERMINAL = (Completed, Failed, Canceled, Compensated, Continued)
"""Last words: nothing follows them."""

COMMANDS = (StepScheduled, TimerStarted, SideValue, Patched, CompensationBegan, UndoScheduled, *TERMINAL)


class Entry(Message):
    """An event and when it was recorded."""

    at: int
    event: HistoryEvent


def calls_for_decision(event: HistoryEvent) -> bool:
    """Whether the flow can go on because of this event."""
    if isinstance(event, (StepFailed, StepTimedOut)):
        return not event.retry_at
    return isinstance(event, (Started, StepCompleted, TimerFired, SignalReceived, CancelRequested))
