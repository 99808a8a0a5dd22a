"""Who gets what: deciders and workers that wait, and tasks that are ready. A task is durable, a poller is not."""

from typing import TYPE_CHECKING

from models.agentflow.book import DECISION
from models.agentflow.messages import DecisionGiven, Nothing
from models.agentflow.run_state import QUEUED, RunState
from sim import Caller

if TYPE_CHECKING:
    from models.agentflow.store import Store

Poller = tuple[str, int]
"""A node and its slot."""


class Dispatch:
    """Pollers wait in order of arrival; a poll of the same slot takes the place of an earlier one."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._book = node.book
        self._deciders: dict[Poller, Caller] = {}
        self._workers: dict[Poller, Caller] = {}

    def decider_waits(self, caller: Caller, slot: int) -> None:
        """A decider is free."""
        self._wait(self._deciders, caller, slot)

    def worker_waits(self, caller: Caller, slot: int) -> None:
        """A worker is free."""
        self._wait(self._workers, caller, slot)

    def _wait(self, pollers: dict[Poller, Caller], caller: Caller, slot: int) -> None:
        poller = caller.source, slot
        pollers.pop(poller, None)
        pollers[poller] = caller
        self.send_away_later(pollers, poller, caller)
        self.offer()

    def send_away_later(self, pollers: dict[Poller, Caller], poller: Poller, caller: Caller) -> None:
        """See to it that this one does not wait for ever."""
        self._node.timer(lambda: self.send_away(pollers, poller, caller)).reset(self._node.settings.poll_wait)

    def send_away(self, pollers: dict[Poller, Caller], poller: Poller, caller: Caller) -> None:
        """Tell a poller that there is nothing for now, if this poll of it still waits."""
        if pollers.get(poller) == caller:
            del pollers[poller]
            self._node.reply(caller, Nothing())

    def offer(self) -> None:
        """Give every ready task to somebody who waits."""
        for run_id, task in list(self._book.tasks):
            if (run_id, task) not in self._book.tasks:
                continue
            run = self._book.runs[run_id]
            if run.is_over:
                del self._book.tasks[run_id, task]
            elif task == DECISION:
                self._offer_decision(run)
            else:
                self._offer_step(run, task)

    def _offer_decision(self, run: RunState) -> None:
        if run.leased_at is None and self._deciders:
            (name, _), caller = _first(self._deciders)
            self._book.lend(run, name)
            assert run.leased_at is not None, "it has just been lent"
            self._node.reply(caller, DecisionGiven(run.id, run.lease, run.leased_at, tuple(run.history)))
            self._node.deadlines.watch(run)

    def _offer_step(self, run: RunState, id_: int) -> None:
        step = run.steps[id_]
        if step.status != QUEUED:
            del self._book.tasks[run.id, id_]  # closed before anybody took it
        elif self._workers:
            (name, _), caller = _first(self._workers)
            self._node.reply(caller, self._node.attempts.start(run, step, name))


def _first(pollers: dict[Poller, Caller]) -> tuple[Poller, Caller]:
    poller = next(iter(pollers))
    return poller, pollers.pop(poller)
