"""The store: every run's history, the tasks to be done, and what comes due. It routes; its parts hold the rules."""

from models.agentflow.events import Restarted
from models.agentflow.messages import (
    Cancel,
    Decided,
    DecisionGiven,
    GetHistory,
    GetResult,
    Heartbeat,
    Late,
    Outcome,
    PollDecision,
    PollStep,
    Signal,
    Stale,
    Start,
    StepDone,
    StepError,
    Taken,
)
from models.agentflow.parts import EngineParts
from models.agentflow.settings import EngineSettings
from models.patterns import Files
from sim import Actor, Caller, on


class Store(Actor):
    """One incarnation of the store. What must survive a crash is in its book alone; who waits for a task is not."""

    def __init__(self, settings: EngineSettings, parts: EngineParts) -> None:
        self.settings = settings
        self.parts = parts

    def on_start(self) -> None:
        """Read the book, and take up what was under way."""
        parts = self.parts
        self.book = parts.book(self)
        self.attempts = parts.attempts(self)
        self.dispatch = parts.dispatch(self)
        self.decisions = parts.decisions(self)
        self.desk = parts.desk(self)
        self.deadlines = parts.deadlines(self)
        if self.book.runs:
            self.resume()

    @property
    def files(self) -> Files:
        """Where the book is kept. Whoever keeps it elsewhere replaces this."""
        return self.disk

    def resume(self) -> None:
        """What came due while the store was away is done now; tasks wait for whoever asks."""
        self.emit(Restarted(self.deadlines.resume()))

    def changed(self, run: str) -> None:
        """A run has new events."""
        self.deadlines.watch(self.book.runs[run])
        self.dispatch.offer()

    @on(Start)
    def start(self, caller: Caller, message: Start) -> Taken | None:
        """From a client."""
        return self.desk.start(caller, message)

    @on(Signal)
    def signal(self, caller: Caller, message: Signal) -> Taken | None:
        """From a client, or from another system."""
        return self.desk.signal(caller, message)

    @on(Cancel)
    def cancel(self, caller: Caller, message: Cancel) -> Taken | None:
        """From a client."""
        return self.desk.cancel(caller, message)

    @on(GetResult)
    def get_result(self, caller: Caller, message: GetResult) -> Outcome | None:
        """From a client that waits."""
        return self.desk.result(caller, message)

    @on(GetHistory)
    def get_history(self, caller: Caller, message: GetHistory) -> DecisionGiven | None:
        """From somebody who wants to see."""
        return self.desk.history(caller, message)

    @on(PollDecision)
    def poll_decision(self, caller: Caller, message: PollDecision) -> None:
        """From a decider that is free."""
        self.dispatch.decider_waits(caller, message.slot)

    @on(Decided)
    def decided(self, _: Caller, message: Decided) -> Taken | Stale:
        """From a decider."""
        self.deadlines.look()
        return self.decisions.take(message)

    @on(PollStep)
    def poll_step(self, caller: Caller, message: PollStep) -> None:
        """From a worker with a free slot."""
        self.dispatch.worker_waits(caller, message.slot)

    @on(Heartbeat)
    def heartbeat(self, _: Caller, message: Heartbeat) -> Taken | Late:
        """From a worker in an attempt. What is due comes first: a heartbeat that comes too late saves nothing."""
        self.deadlines.look()
        return self.attempts.beat(message)

    @on(StepDone)
    def step_done(self, _: Caller, message: StepDone) -> Taken | Late:
        """From a worker; here too the clock is asked first."""
        self.deadlines.look()
        return self.attempts.complete(message)

    @on(StepError)
    def step_error(self, _: Caller, message: StepError) -> Taken | Late:
        """From a worker."""
        self.deadlines.look()
        return self.attempts.fail(message)
