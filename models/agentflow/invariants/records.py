"""Promises about histories: written once, dense, legal, and before what follows from them."""

from models.agentflow import history as h
from models.agentflow.events import Attempted, ReadBack, Recorded
from sim import Emitted
from sim.invariants import Invariant, when


class RecordedOnce(Invariant):
    """Event n of a run is written once and never changes, and n counts without a gap."""

    name = "recorded-once"
    claim = "every history grew by one event after another, and nothing in it changed"
    watches = (Recorded,)

    def __init__(self) -> None:
        super().__init__()
        self._events: dict[str, list[Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what stood there, or was to come next."""
        event = emitted.event
        assert isinstance(event, Recorded), "this one is watched"
        known = self._events.setdefault(event.run, [])
        if event.n == len(known) + 1:
            known.append(emitted)
        elif event.n > len(known):
            self.contradict(
                emitted, f"{when(emitted)} recorded event {event.n} of {event.run}, which had {len(known)} so far"
            )
        else:
            self._compare(emitted, event, known[event.n - 1])

    def _compare(self, emitted: Emitted, event: Recorded, first: Emitted) -> None:
        before = first.event
        assert isinstance(before, Recorded), "only these are kept"
        if (before.at, before.event) != (event.at, event.event):
            self.contradict(
                emitted,
                f"event {event.n} of {event.run} was {_shown(before.event)} ({when(first)}) and is "
                f"{_shown(event.event)} ({when(emitted)})",
            )
        elif not isinstance(event, ReadBack) and (emitted.node, emitted.incarnation) == (first.node, first.incarnation):
            self.contradict(emitted, f"{when(emitted)} recorded event {event.n} of {event.run} a second time")


class LegalState(Invariant):
    """Runs and steps go through their states in the order of the rules, and last words are last."""

    name = "legal-state"
    claim = "runs and steps changed as they may"
    watches = (Recorded,)

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, int] = {}
        self._ended: dict[str, Emitted] = {}
        self._steps: dict[tuple[str, int], str] = {}
        self._undone: dict[tuple[str, int], None] = {}
        self._compensating: dict[str, None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Take each event of a history once."""
        event = emitted.event
        assert isinstance(event, Recorded), "this one is watched"
        if event.n <= self._seen.get(event.run, 0):
            return
        self._seen[event.run] = event.n
        wrong = self._run(emitted, event) or self._step(event.run, event.event)
        if wrong:
            self.contradict(emitted, f"{when(emitted)} recorded {_shown(event.event)} in {event.run}: {wrong}")

    def _run(self, emitted: Emitted, recorded: Recorded) -> str:
        run, event = recorded.run, recorded.event
        last = self._ended.get(run)
        if last is not None:
            assert isinstance(last.event, Recorded), "only these are kept"
            return f"it had ended with {_shown(last.event.event)} ({when(last)})"
        if isinstance(event, h.Started) != (recorded.n == 1):
            return "a history begins with Started, once"
        if isinstance(event, h.TERMINAL):
            self._ended[run] = emitted
        if isinstance(event, h.CompensationBegan):
            if run in self._compensating:
                return "it was compensating already"
            self._compensating[run] = None
        if isinstance(event, h.Compensated) and run not in self._compensating:
            return "it was not compensating"
        if run in self._compensating and isinstance(event, (h.Completed, h.StepScheduled)):
            return "it was compensating"
        return ""

    def _step(self, run: str, event: h.HistoryEvent) -> str:
        if isinstance(event, (h.StepScheduled, h.UndoScheduled)):
            return self._schedule(run, event)
        if not isinstance(event, (h.StepStarted, h.StepCompleted, h.StepFailed, h.StepTimedOut)):
            return ""
        state = self._steps.get((run, event.id), "none")
        allowed, becomes = _moves(event)
        if state not in allowed:
            return f"step {event.id} was {state}"
        self._steps[run, event.id] = becomes
        return ""

    def _schedule(self, run: str, event: h.StepScheduled | h.UndoScheduled) -> str:
        if (run, event.id) in self._steps:
            return f"there was a step {event.id}"
        self._steps[run, event.id] = "pending"
        if isinstance(event, h.UndoScheduled):
            if run not in self._compensating:
                return "it was not compensating"
            if (run, event.of) in self._undone:
                return f"step {event.of} was being undone already"
            self._undone[run, event.of] = None
        return ""


def _moves(event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut) -> tuple[tuple[str, ...], str]:
    """From which states the event leads, and to which."""
    if isinstance(event, h.StepStarted):
        return ("pending", "waiting"), "in progress"
    if isinstance(event, h.StepCompleted):
        return ("in progress",), "completed"
    begins = ("in progress", "pending", "waiting") if isinstance(event, h.StepTimedOut) else ("in progress",)
    return begins, "waiting" if event.retry_at else "over"


class OrderKept(Invariant):
    """A worker begins an attempt only when the step, and the attempt, are durable."""

    name = "order-kept"
    claim = "no attempt began before it was recorded"
    watches = (Recorded, Attempted)

    def __init__(self) -> None:
        super().__init__()
        self._scheduled: dict[tuple[str, int], None] = {}
        self._started: dict[tuple[str, int, int], None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look up what an attempt rests on."""
        event = emitted.event
        if isinstance(event, Recorded):
            inner = event.event
            if isinstance(inner, (h.StepScheduled, h.UndoScheduled)):
                self._scheduled[event.run, inner.id] = None
            elif isinstance(inner, h.StepStarted):
                self._started[event.run, inner.id, inner.attempt] = None
        elif isinstance(event, Attempted):
            said = f"{when(emitted)} began attempt {event.attempt} at step {event.step} of {event.run}"
            if (event.run, event.step) not in self._scheduled:
                self.contradict(emitted, f"{said}, which was never scheduled")
            elif (event.run, event.step, event.attempt) not in self._started:
                self.contradict(emitted, f"{said}, which the store had not recorded")


def _shown(event: h.HistoryEvent) -> str:
    step = getattr(event, "id", None)
    return type(event).__name__ + ("" if step is None else f"({step})")
