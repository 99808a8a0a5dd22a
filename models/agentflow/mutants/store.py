# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of the store. Each class overrides one rule of a part."""

from dataclasses import dataclass

from models.agentflow import history as h
from models.agentflow.attempts import Attempts
from models.agentflow.book import Beat, Book, Change, Lent
from models.agentflow.deadlines import Deadlines
from models.agentflow.decisions import Decisions
from models.agentflow.desk import Desk
from models.agentflow.messages import Decided, Start, Token
from models.agentflow.run_state import OPEN, QUEUED, WAITING, RunState, Step
from models.agentflow.store import Store


class MeasuresAfterwards(Deadlines):
    """Sets no alarm for an attempt: that it took too long is seen when it returns, if it returns."""

    def attempt_due(self, step: Step) -> int | None:  # noqa: ARG002
        return None


@dataclass
class _Kept:
    records: list[Change | Beat]


class OneTransaction(Book):
    """Writes a run's first event, and all others in one go when it has ended."""

    def write(self, record: Change | Lent | Beat) -> None:
        kept = self._kept()
        if isinstance(record, Lent) or (isinstance(record, Change) and record.first == 1):
            super().write(record)
        elif isinstance(record, Change) and isinstance(record.events[-1], h.TERMINAL):
            for earlier in [*(one for one in kept.records if one.run == record.run), record]:
                super().write(earlier)
            kept.records = [one for one in kept.records if one.run != record.run]
        else:
            kept.records.append(record)

    def _kept(self) -> _Kept:
        if not hasattr(self, "_of_open_runs"):
            self._of_open_runs = _Kept([])
        return self._of_open_runs


class AppendThenQueue(Book):
    """Writes the events, and when these are durable the tasks."""

    def write(self, record: Change | Lent | Beat) -> None:
        if not isinstance(record, Change) or not record.tasks:
            super().write(record)
            return
        super().write(Change(record.run, record.at, record.first, record.events, (), record.beside))
        behind = record.first + len(record.events)
        tasks = Change(record.run, record.at, behind, (), record.tasks)
        self._node.when_durable(lambda: self._journal.append(tasks))


class NoResume(Store):
    """Serves again after a restart, and looks at nothing that was under way."""

    def resume(self) -> None:
        self.book.tasks.clear()


class StartHasNoId(Desk):
    """Makes a run of every start, numbered if there is one of that name."""

    def run_of(self, message: Start) -> str:
        again = sum(run == message.run or run.startswith(f"{message.run}+") for run in self._book.runs)
        return f"{message.run}+{again}" if again else message.run


class LinearBackoff(Attempts):
    """Waits the first delay times the number of the attempt."""

    def delay(self, policy: h.Policy, failed: int) -> int:
        return min(policy.retry.cap, policy.retry.initial * failed)


class NoLease(Decisions):
    """Takes a decision whoever else may have made it, and however long ago it was asked for."""

    def is_current(self, run: RunState, decided: Decided) -> bool:  # noqa: ARG002
        return True


class AcceptsLate(Attempts):
    """Takes a result as long as the step has none."""

    def is_open(self, step: Step, token: Token) -> bool:  # noqa: ARG002
        return step.status in (OPEN, QUEUED, WAITING)


class CompletesTwice(Attempts):
    """Knows that the token is right, and not that it was used."""

    def is_repeated(self, step: Step, token: Token) -> bool:
        if super().is_repeated(step, token):
            step.status = OPEN
        return False


class RetriesFinal(Attempts):
    """Tries everything again."""

    def is_final(self, step: Step, kind: str) -> bool:  # noqa: ARG002
        return False


class TimerRestarts(Deadlines):
    """After a restart every timer runs from its begin."""

    def after_restart(self, run: RunState) -> None:
        durations = {one.event.id: one.event.duration for one in run.history if isinstance(one.event, h.TimerStarted)}
        for id_ in run.timers:
            run.timers[id_] = self._book.stamp() + durations[id_]


class WallTimer(Decisions):
    """Believes the decider about when a timer is due."""

    def due(self, timer: h.TimerStarted, now: int) -> int:  # noqa: ARG002
        return timer.due


class HeartbeatForever(Attempts):
    """Takes a heartbeat for proof that the attempt is open, also one that was given up."""

    def keeps_alive(self, step: Step, token: Token) -> bool:
        if step.status == WAITING and step.attempt == token.attempt:
            step.status = OPEN
        return super().keeps_alive(step, token)
