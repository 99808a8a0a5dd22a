"""Decisions: taken only from the newest lease over the newest history, and turned into events."""

from typing import TYPE_CHECKING

from models.agentflow import history as h
from models.agentflow.book import Change
from models.agentflow.messages import Decided, Stale, Taken
from models.agentflow.run_state import RunState

if TYPE_CHECKING:
    from models.agentflow.store import Store

TOO_LONG = "history too long"


class Decisions:
    """One decider at a time decides a run; a fence is what keeps the others out, not their knowledge of it."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._book = node.book

    def take(self, decided: Decided) -> Taken | Stale:
        """Append what a decider says, or tell it that it speaks of another time."""
        run = self._book.runs[decided.run]
        given_at = run.leased_at
        if run.is_over or given_at is None or not self.is_current(run, decided):
            self._give_up(run, decided)
            return Stale()
        commands = self._within_bounds(run, decided.commands)
        taken = h.DecisionTaken(decided.lease, decided.base, given_at)
        now = self._book.stamp()
        events = (taken, *(self._stamped(command, now) for command in commands))
        self._book.commit(run.id, events, beside=self._successors(run, commands))
        return Taken()

    def is_current(self, run: RunState, decided: Decided) -> bool:
        """Whether the decision is of the newest lease, and has seen all that happened."""
        return decided.lease == run.lease and decided.base == len(run.history)

    def due(self, timer: h.TimerStarted, now: int) -> int:
        """When a timer is due: by the store's clock, whatever the decider's says."""
        return now + timer.duration

    def _give_up(self, run: RunState, decided: Decided) -> None:
        """The decider that has the run saw too little: let somebody decide anew."""
        if decided.lease == run.lease and run.leased_at is not None:
            run.leased_at = None
            self._node.dispatch.offer()

    def _stamped(self, command: h.Command, now: int) -> h.Command:
        if isinstance(command, h.TimerStarted):
            return h.TimerStarted(command.id, command.duration, self.due(command, now))
        return command

    def _within_bounds(self, run: RunState, commands: tuple[h.Command, ...]) -> tuple[h.Command, ...]:
        """A history that grows too long has to continue as a new run; one that does not ends."""
        longer = len(run.history) + 1 + len(commands) > self._node.settings.history_max
        return (h.Failed(TOO_LONG),) if longer and not _ends(commands) else commands

    def _successors(self, run: RunState, commands: tuple[h.Command, ...]) -> tuple[Change, ...]:
        started = run.started
        return tuple(
            self._book.change(one.run, (h.Started(started.kind, one.input, one.run),))
            for one in commands
            if isinstance(one, h.Continued)
        )


def _ends(commands: tuple[h.Command, ...]) -> bool:
    return any(isinstance(one, (h.CompensationBegan, *h.TERMINAL)) for one in commands)
