"""What comes due: timeouts of attempts and steps, delays of retries, timers of flows, leases of decisions.

All are absolute times on the store's wall clock, found from what is durable, so a restart changes none of them: what
came due meanwhile is done at once. The clock may jump, and timers of a process do not notice: the store looks at least
once a second.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from models.agentflow import history as h
from models.agentflow.attempts import HEARTBEAT, SCHEDULE_TO_CLOSE, SCHEDULE_TO_START, START_TO_CLOSE
from models.agentflow.book import DECISION
from models.agentflow.run_state import ENDED, OPEN, QUEUED, WAITING, RunState, Step
from sim import SECOND

if TYPE_CHECKING:
    from models.agentflow.store import Store


class Deadlines:
    """One timer for all runs; `watch` a run whenever it changed."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._book = node.book
        self._due: list[tuple[int, str]] = []
        self._alarm = node.timer(self.look)

    def resume(self) -> int:
        """After a restart: watch every run. Returns how many things came due meanwhile."""
        overdue, now = 0, self._book.stamp()
        for run in self._book.runs.values():
            self.after_restart(run)
            overdue += sum(due <= now for due, *_ in self._of(run))
            self.watch(run)
        return overdue

    def after_restart(self, run: RunState) -> None:
        """What changes about due times when the store comes back: nothing."""

    def watch(self, run: RunState) -> None:
        """See what this run waits for first."""
        first = min((due for due, *_ in self._of(run)), default=None)
        if first is not None:
            heappush(self._due, (first, run.id))
            self._arm()

    def look(self) -> None:
        """Do what is due."""
        now = self._book.stamp()
        while self._due and self._due[0][0] <= now:
            _, name = heappop(self._due)
            run = self._book.runs[name]
            for due, which, id_ in list(self._of(run)):
                if due <= now and (due, which, id_) in self._of(run):  # what came before may have ended it
                    self._do(run, which, id_)
            self.watch(run)
        self._arm()

    def _arm(self) -> None:
        if self._due:
            left = self._due[0][0] - self._book.stamp()
            self._alarm.reset(min(max(left, 0), SECOND))

    def _of(self, run: RunState) -> Iterator[tuple[int, str, int]]:
        """(when, what, id) of everything that this run waits for."""
        if run.is_over:
            return
        if run.leased_at is not None:
            yield run.leased_at + self._node.settings.decision_timeout, "lease", DECISION
        for id_, due in run.timers.items():
            yield due, "timer", id_
        for step in run.steps.values():
            if step.status not in ENDED:
                for due, which in self._of_step(step):
                    yield due, which, step.id

    def _of_step(self, step: Step) -> Iterator[tuple[int, str]]:
        policy = step.policy
        if step.status == WAITING:
            yield step.retry_at, "retry"
        if step.status == QUEUED and policy.schedule_to_start and not step.is_endless:
            yield step.queued_at + policy.schedule_to_start, SCHEDULE_TO_START
        if step.status == OPEN:
            due = self.attempt_due(step)
            if due is not None:
                yield due, START_TO_CLOSE
            if policy.heartbeat:
                yield step.beat_at + policy.heartbeat, HEARTBEAT
        if policy.schedule_to_close and not step.is_endless:
            yield step.scheduled_at + policy.schedule_to_close, SCHEDULE_TO_CLOSE

    def attempt_due(self, step: Step) -> int | None:
        """When the open attempt is over, whether its worker answers or not."""
        return step.started_at + step.policy.start_to_close

    def _do(self, run: RunState, which: str, id_: int) -> None:
        if which == "lease":
            run.leased_at = None
            self._node.dispatch.offer()
        elif which == "timer":
            self._book.commit(run.id, (h.TimerFired(id_),))
        elif which == "retry":
            run.steps[id_].enqueue()
            self._book.tasks[run.id, id_] = None
            self._node.dispatch.offer()
        else:
            self._node.attempts.time_out(run, run.steps[id_], which)
