"""Promises of the agent, held against what is on the server: its clicks are counted there, and so is the truth."""

from collections.abc import Callable, Mapping
from typing import cast

from models.agentflow import (
    ENGINE_CHECKS,
    Completed,
    Failed,
    Recorded,
    Started,
    StepFailed,
    StepScheduled,
    StepTimedOut,
)
from models.ui_navigator.agent import STUCK, SUCCESS, UNCERTAIN, UNREACHABLE
from models.ui_navigator.events import ActAccepted, ActRefused, Created, Hindered
from models.ui_navigator.platform import IMPOSSIBLE
from models.ui_navigator.settings import Settings
from models.ui_navigator.words import DELETE, HOME, Task, unpack
from sim import Check, Emitted, RunRecord, System, Verdict
from sim.invariants import Invariant, when


class IrreversibleOnce(Invariant):
    """A task has at most one entity on the server, whatever is retried, restarted or asked for twice."""

    name = "irreversible-once"
    claim = "no task had its effect twice"
    watches = (Created,)

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, None] = {}
        self._made: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count what the server has, each entity once."""
        event = emitted.event
        assert isinstance(event, Created), "this one is watched"
        if event.serial in self._known:
            return  # a server that came back says everything again
        self._known[event.serial] = None
        first = self._made.setdefault(event.token, emitted)
        if first is not emitted:
            self.contradict(
                emitted, f"task {event.token} made {event.kind} {event.title!r} twice: {when(first)}, {when(emitted)}"
            )


class OfTasks(Invariant):
    """A fold over the histories of tasks: `judge` sees the last word of each."""

    watches: tuple[type, ...] = (Recorded,)

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, int] = {}
        self._tasks: dict[str, Task] = {}
        self._steps: dict[tuple[str, int], str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Each event once."""
        recorded = emitted.event
        if not isinstance(recorded, Recorded) or recorded.n <= self._seen.get(recorded.run, 0):
            return
        self._seen[recorded.run] = recorded.n
        event = recorded.event
        if isinstance(event, Started):
            self._tasks[recorded.run] = unpack(event.input, Task)
        elif isinstance(event, StepScheduled):
            self._steps[recorded.run, event.id] = event.name
            self.scheduled(emitted, recorded.run, event.name)
        elif isinstance(event, (StepFailed, StepTimedOut)) and not event.retry_at:
            self.failed(recorded.run, self._steps[recorded.run, event.id])
        elif isinstance(event, Completed):
            self.judge(emitted, self._tasks[recorded.run], event.result.decode())
        elif isinstance(event, Failed):
            self.judge(emitted, self._tasks[recorded.run], event.why)

    def scheduled(self, emitted: Emitted, run: str, step: str) -> None:
        """A step of a task was asked for."""

    def failed(self, run: str, step: str) -> None:
        """A step of a task failed for good."""

    def judge(self, emitted: Emitted, task: Task, word: str) -> None:
        """A task spoke its last word."""


class NoFalseSuccess(OfTasks):
    """DONE is said only of what is on the server, made by this very task."""

    name = "no-false-success"
    claim = "whatever was reported as done was done"
    watches = (Recorded, Created)

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[str, str, str], None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep the truth."""
        event = emitted.event
        if isinstance(event, Created):
            self._made[event.token, event.kind, event.owner] = None
        else:
            super().observe(emitted)

    def judge(self, emitted: Emitted, task: Task, word: str) -> None:
        """Compare with the truth."""
        if word == SUCCESS and (task.id, task.kind, task.owner) not in self._made:
            self.contradict(
                emitted, f"{when(emitted)} reported task {task.id} as done; the server has no {task.kind} of it"
            )


class NoFalseStuck(OfTasks):
    """Unreachable is said only of what is, blocked of what was hindered, uncertain only where nobody could look."""

    name = "no-false-stuck"
    claim = "nothing was given up that could be done, or could be known"
    watches = (Recorded, ActRefused, Hindered)

    def __init__(self, *, contract: bool) -> None:
        super().__init__()
        self._contract = contract
        self._blind: dict[str, None] = {}
        self._hindered: dict[str, None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep who was hindered."""
        event = emitted.event
        if isinstance(event, (ActRefused, Hindered)):
            self._hindered[event.task] = None
        else:
            super().observe(emitted)

    def failed(self, run: str, step: str) -> None:
        """Nobody could do it; or look."""
        self._hindered[run] = None
        if step == "look":
            self._blind[run] = None

    def judge(self, emitted: Emitted, task: Task, word: str) -> None:
        """Compare with the application's graph, and with what was seen."""
        if word == UNREACHABLE and task.kind != IMPOSSIBLE:
            self.contradict(emitted, f"{when(emitted)} gave task {task.id} up as unreachable; {task.kind} is not")
        if word == STUCK and task.id not in self._hindered:
            self.contradict(emitted, f"{when(emitted)} gave task {task.id} up as blocked; nothing was in its way")
        if word == UNCERTAIN and self._contract and task.id not in self._blind:
            self.contradict(emitted, f"{when(emitted)} left task {task.id} uncertain, though it could look")


class InBounds(OfTasks):
    """No act outside of the allowed origin and verbs, and no budget passed."""

    name = "in-bounds"
    claim = "every act was allowed, and every budget kept"
    watches = (Recorded, ActAccepted)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._most = {"act": settings.acts_max, "plan": settings.plans_max}
        self._spent: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look where it acted, and count."""
        event = emitted.event
        if isinstance(event, ActAccepted):
            if event.origin != HOME or event.element == DELETE:
                where = f"pressed {event.element!r}" if event.origin == HOME else f"went to {event.origin}"
                self.contradict(emitted, f"task {event.task} {where} ({when(emitted)}), which nobody asked for")
        else:
            super().observe(emitted)

    def scheduled(self, emitted: Emitted, run: str, step: str) -> None:
        """Count acts and questions."""
        kind = "act" if step == "commit" else step
        if kind not in self._most:
            return
        self._spent[run, kind] = spent = self._spent.get((run, kind), 0) + 1
        if spent > self._most[kind]:
            self.contradict(
                emitted, f"task {run} wants {kind} number {spent} ({when(emitted)}); {self._most[kind]} are allowed"
            )


class FreshOnly(Invariant):
    """Every act that a page takes names the page's present epoch."""

    name = "fresh-only"
    claim = "every act was on a page as it was"
    watches = (ActAccepted,)

    def observe(self, emitted: Emitted) -> None:
        """Compare epochs."""
        event = emitted.event
        assert isinstance(event, ActAccepted), "this one is watched"
        if event.named != event.epoch and event.origin == HOME:
            behind = event.epoch - event.named
            self.contradict(
                emitted, f"task {event.task} acted ({when(emitted)}) on a page that was drawn {behind} times since"
            )


class SessionsApart(Invariant):
    """A session's page changes only by the task that opened it."""

    name = "sessions-apart"
    claim = "no task acted in another's session"
    watches = (ActAccepted,)

    def observe(self, emitted: Emitted) -> None:
        """Compare who acts with whose it is."""
        event = emitted.event
        assert isinstance(event, ActAccepted), "this one is watched"
        if event.task != event.opener:
            self.contradict(emitted, f"task {event.task} acted ({when(emitted)}) in the session of {event.opener}")


class ToldOnce(OfTasks):
    """A task has one last word."""

    name = "told-once"
    claim = "every user was told once"

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, Emitted] = {}

    def judge(self, emitted: Emitted, task: Task, word: str) -> None:
        """Compare with an earlier one."""
        first = self._told.setdefault(task.id, emitted)
        if first is not emitted:
            self.contradict(emitted, f"task {task.id} was told {word} ({when(emitted)}) after {when(first)}")


class DoneShare(OfTasks):
    """Of the tasks that can be done, so many are done; the others end too, and say so."""

    name = "done-share"
    claim = ""

    def __init__(self, share: int) -> None:
        super().__init__()
        self._share = share
        self._words: dict[str, int] = {}

    def judge(self, emitted: Emitted, task: Task, word: str) -> None:  # noqa: ARG002
        """Count last words."""
        if task.kind != IMPOSSIBLE:
            self._words[word] = self._words.get(word, 0) + 1

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare the share with what is promised."""
        total, done = sum(self._words.values()), self._words.get(SUCCESS, 0)
        said = ", ".join(f"{word}: {count}" for word, count in sorted(self._words.items())) or "no task ended"
        if done * 1_000_000_000 < self._share * total:
            return Verdict(self.name, "fail", said, "liveness", at_ns=record.end_ns)
        return Verdict(self.name, "pass", said, "liveness", work=total)


def _settings(system: System) -> Settings:
    return cast("Settings", system.parameters)


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "irreversible-once": lambda _: IrreversibleOnce(),
    "no-false-success": lambda _: NoFalseSuccess(),
    "no-false-stuck": lambda system: NoFalseStuck(contract=_settings(system).contract),
    "fresh-only": lambda _: FreshOnly(),
    "in-bounds": lambda system: InBounds(_settings(system)),
    "sessions-apart": lambda _: SessionsApart(),
    "told-once": lambda _: ToldOnce(),
    "done-share": lambda system: DoneShare(_settings(system).done_share),
    **ENGINE_CHECKS,
}
