"""Promises about attempts: how many, how far apart, over when their time is up, and heard only while they are open."""

from models.agentflow import history as h
from models.agentflow.events import Recorded
from models.agentflow.invariants.view import Runs, StepSeen
from sim import Emitted, show_ns
from sim.invariants import Invariant, when


class OfSteps(Invariant):
    """A fold over the steps of histories: `judge` sees an event before the fold does."""

    watches = (Recorded,)

    def __init__(self) -> None:
        super().__init__()
        self._runs = Runs()

    def observe(self, emitted: Emitted) -> None:
        """Each event once, however often it is read back."""
        recorded = self._runs.take(emitted)
        if recorded is None:
            return
        event = recorded.event
        if isinstance(event, (h.StepStarted, h.StepCompleted, h.StepFailed, h.StepTimedOut)):
            step = self._runs.steps.get((recorded.run, event.id))
            if step is not None:
                self.judge(emitted, recorded.at, event, step)
        self._runs.fold(recorded)

    def judge(
        self,
        emitted: Emitted,
        at: int,
        event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut,
        step: StepSeen,
    ) -> None:
        """Compare an event with what the step was before."""


class AttemptsPolicy(OfSteps):
    """No more attempts than allowed, none too soon, none too late, none after a failure that is final."""

    name = "attempts-policy"
    claim = "attempts kept to their policies"

    def judge(
        self,
        emitted: Emitted,
        at: int,
        event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut,
        step: StepSeen,
    ) -> None:
        """Look at attempts that begin."""
        if not isinstance(event, h.StepStarted):
            return
        policy, said = step.command.policy, f"attempt {event.attempt} at {step.named} began ({when(emitted)})"
        most = policy.retry.attempts
        if most and event.attempt > most and not step.forward_only:
            self.contradict(emitted, f"{said}, {most} are allowed")
        if policy.schedule_to_close and at >= step.at + policy.schedule_to_close and not step.forward_only:
            self.contradict(emitted, f"{said} after the step's {show_ns(policy.schedule_to_close)} were over")
        if step.ended is None:
            return
        ended_at, end = step.ended
        wait = policy.retry.delay(end.attempt)
        if at < ended_at + wait:
            self.contradict(emitted, f"{said} {show_ns(at - ended_at)} after the last one's end, not {show_ns(wait)}")
        if isinstance(end, h.StepFailed) and end.kind in policy.final and not step.of:
            self.contradict(emitted, f"{said} though {end.kind!r}, the last one's failure, is final")


class TimeoutReal(OfSteps):
    """An attempt is over when its time is up, whether or not its worker answers."""

    name = "timeout-real"
    claim = "no attempt outlived its timeout"

    def __init__(self) -> None:
        super().__init__()
        self._dead: dict[tuple[str, int, int], Emitted] = {}

    def judge(
        self,
        emitted: Emitted,
        at: int,
        event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut,
        step: StepSeen,
    ) -> None:
        """Keep which attempts the clock ended; compare results with that, and with their time."""
        attempt = step.run, step.id, event.attempt
        if isinstance(event, h.StepTimedOut):
            self._dead[attempt] = emitted
            return
        if isinstance(event, h.StepStarted):
            return
        said = f"{when(emitted)} recorded the end of attempt {event.attempt} at {step.named}"
        dead = self._dead.get(attempt)
        limit = step.command.policy.start_to_close
        if dead is not None:
            self.contradict(emitted, f"{said}, which had timed out ({when(dead)})")
        elif step.open == event.attempt and at >= step.started_at + limit:
            self.contradict(
                emitted, f"{said}, {show_ns(at - step.started_at)} after its begin: {show_ns(limit)} are allowed"
            )


class LateIgnored(OfSteps):
    """No event stems from an attempt that was not open."""

    name = "late-ignored"
    claim = "only open attempts were heard"

    def judge(
        self,
        emitted: Emitted,
        at: int,  # noqa: ARG002
        event: h.StepStarted | h.StepCompleted | h.StepFailed | h.StepTimedOut,
        step: StepSeen,
    ) -> None:
        """Compare the attempt that ended with the one that was open."""
        if isinstance(event, (h.StepStarted, h.StepTimedOut)) or event.attempt == step.open:
            return
        now = "none was open" if step.open is None else f"attempt {step.open} was open"
        self.contradict(emitted, f"{when(emitted)} heard attempt {event.attempt} at {step.named}: {now}")
