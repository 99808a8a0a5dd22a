"""The store's book: every run, and the journal that it is read back from.

Appending events, queueing the tasks that they imply and setting timers is one record: timers follow from events, and
the tasks stand in the record beside them.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from models.agentflow import history as h
from models.agentflow.events import Leased, ReadBack, Recorded
from models.agentflow.run_state import RunState, Step
from models.patterns import Journal
from sim import Message

if TYPE_CHECKING:
    from models.agentflow.store import Store

DECISION = 0
"""The task of deciding, among the ids of steps."""


class Change(Message):
    """One record: events of a run from number `first` on, and the tasks that are to be done because of them."""

    run: str
    at: int
    first: int
    events: tuple[h.HistoryEvent, ...]
    tasks: tuple[int, ...]
    beside: tuple["Change", ...] = ()
    """Of another run, as true as this one or not at all."""


class Lent(Message):
    """A decider has the run under this epoch."""

    run: str
    at: int
    epoch: int


class Beat(Message):
    """An attempt was alive."""

    run: str
    at: int
    step: int
    attempt: int
    details: bytes


class Book:
    """All runs. `tasks` are those that were queued and not begun, as (run, step id or DECISION), oldest first."""

    def __init__(self, node: "Store") -> None:
        self._node = node
        self._journal: Journal[Change | Lent | Beat] = Journal(node.files, "book", Change | Lent | Beat)
        self.runs: dict[str, RunState] = {}
        self.tasks: dict[tuple[str, int], None] = {}
        self._last = 0
        for record in self._journal.read():
            self._apply(record)
            if isinstance(record, Change):
                self._tell(record, ReadBack)

    def stamp(self) -> int:
        """The time to go by, in ns: the store's wall clock, but never before what was gone by or written already."""
        self._last = max(self._last, self._node.now())
        return self._last

    def commit(self, run: str, events: Sequence[h.HistoryEvent], *, beside: tuple[Change, ...] = ()) -> None:
        """Append events to a run: one record, and then the checks are told."""
        change = self.change(run, events, beside=beside)
        self.write(change)
        self._apply(change)
        self._tell(change, Recorded)
        for one in (change, *beside):
            self._node.changed(one.run)

    def change(self, run: str, events: Sequence[h.HistoryEvent], *, beside: tuple[Change, ...] = ()) -> Change:
        """The record of events that follow what the run has."""
        known = self.runs.get(run)
        first = 1 if known is None else len(known.history) + 1
        return Change(run, self.stamp(), first, tuple(events), tuple(tasks_of(events)), beside)

    def write(self, record: Change | Lent | Beat) -> None:
        """Make a record durable before anything that follows it leaves."""
        self._journal.append(record)

    def lend(self, run: RunState, decider: str) -> None:
        """Give the run to a decider, under the next epoch."""
        lent = Lent(run.id, self.stamp(), run.lease + 1)
        self.write(lent)
        self._apply(lent)
        self._node.emit(Leased(run.id, lent.epoch, decider))

    def beat(self, run: RunState, step: Step, details: bytes) -> None:
        """An attempt is alive."""
        beat = Beat(run.id, self.stamp(), step.id, step.attempt, details)
        self.write(beat)
        self._apply(beat)

    def _apply(self, record: Change | Lent | Beat) -> None:
        self._last = max(self._last, record.at)
        if isinstance(record, Lent):
            run = self.runs[record.run]
            run.lease, run.leased_at = record.epoch, record.at
        elif isinstance(record, Beat):
            step = self.runs[record.run].steps[record.step]
            if step.attempt == record.attempt:
                step.beat_at, step.details = record.at, record.details
        else:
            self._apply_change(record)

    def _apply_change(self, change: Change) -> None:
        run = self.runs.setdefault(change.run, RunState(change.run))
        for event in change.events:
            run.fold(h.Entry(change.at, event))
            if isinstance(event, h.StepStarted):
                self.tasks.pop((run.id, event.id), None)
            elif isinstance(event, h.DecisionTaken):
                self.tasks.pop((run.id, DECISION), None)
        for task in change.tasks:
            self.tasks[run.id, task] = None
        for other in change.beside:
            self._apply_change(other)

    def _tell(self, change: Change, word: type[Recorded]) -> None:
        for n, event in enumerate(change.events, change.first):
            self._node.emit(word(change.run, n, change.at, event))
        for other in change.beside:
            self._tell(other, word)


def tasks_of(events: Iterable[h.HistoryEvent]) -> list[int]:
    """What is to be done because of these events."""
    tasks = []
    for event in events:
        if isinstance(event, (h.StepScheduled, h.UndoScheduled)):
            tasks.append(event.id)
        elif h.calls_for_decision(event) and DECISION not in tasks:
            tasks.append(DECISION)
    return tasks
