# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of agents that act in browsers: as published, and common ones. Each class overrides one rule of a part."""

from collections.abc import Mapping

from models.agentflow import Policy
from models.patterns import RetryPolicy
from models.ui_navigator.agent import ABSENT, SUCCESS, Agent
from models.ui_navigator.browser import Browser
from models.ui_navigator.guard import Guard
from models.ui_navigator.page import Page
from models.ui_navigator.program import Parts
from models.ui_navigator.progress import Progress
from models.ui_navigator.words import ESCAPE, TOAST, Action, Row, Snapshot, Task
from sim import MS, SECOND, Mutant


class ClicksAgain(Agent):
    """Takes silence for failure."""

    async def verdict(self) -> str:
        return ABSENT


class OnePage(Browser):
    """Has one page."""

    def session(self, task: Task) -> str:  # noqa: ARG002
        return "page"


class PlannerSaysDone(Agent):
    """Is done when the planner says so."""

    async def is_done(self) -> bool:
        return True


class NoRepeats(Progress):
    """Knows an act by what is pressed, not by where: the second "Next" goes in circles."""

    def is_circle(self, snapshot: Snapshot, action: Action) -> bool:  # noqa: ARG002
        pressed = vars(self).setdefault("pressed", {})
        before = (action.verb, action.element) in pressed
        pressed[action.verb, action.element] = None
        return before


class EscapeAlways(Agent):
    """Presses Escape when nothing moves, also while a form is being saved."""

    async def wait_for_save(self, snapshot: Snapshot) -> None:
        await self._act(snapshot, Action(ESCAPE))


class StopsAsDone(Agent):
    """Reports what it gave up as perhaps achieved, and perhaps becomes yes."""

    def give_up(self, snapshot: Snapshot) -> str:  # noqa: ARG002
        return SUCCESS


class LooksTooSoon(Agent):
    """Looks again at once."""

    def settle_time(self) -> int:
        return MS


class ActsUnjournaled(Agent):
    """Writes down that it acted when it has: until then the act is tried like any other."""

    def commit_policy(self) -> Policy:
        return Policy(retry=RetryPolicy(initial=300 * MS, cap=2 * SECOND, attempts=5), start_to_close=10 * SECOND)


class OldHandle(Page):
    """Takes a ref from before the page was drawn anew."""

    def is_fresh(self, epoch: int) -> bool:  # noqa: ARG002
        return True


class FindsAny(Agent):
    """Knows its effect by the title."""

    def is_mine(self, row: Row) -> bool:
        return row.kind == self._task.kind and row.title == self._task.title


class ObeysPage(Guard):
    """Allows whatever was planned."""

    def allows(self, snapshot: Snapshot, action: Action) -> bool:  # noqa: ARG002
        return True


class ToastIsTruth(Agent):
    """Believes the page that says "created"."""

    def needs_look(self, toast: str) -> bool:
        return toast != TOAST


PUBLISHED, COMMON = "mpaydar/UI-Navigator-Agent", "common"


def _bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str) -> Mutant:
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/ui_navigator/{recipe}.yaml")


_ALL = (
    _bug(
        "clicks-again",
        "clicks again after a timeout without looking",
        "irreversible-once",
        Parts(agent=ClicksAgain),
        PUBLISHED,
        "silence-after-effect",
    ),
    _bug(
        "one-page", "has one page for all tasks", "sessions-apart fresh-only", Parts(browser=OnePage), PUBLISHED, "calm"
    ),
    _bug(
        "planner-says-done",
        "is done when the planner says so",
        "no-false-success",
        Parts(agent=PlannerSaysDone),
        PUBLISHED,
        "planner-errors",
    ),
    _bug(
        "no-repeats",
        "refuses an act that was done before",
        "no-false-stuck",
        Parts(progress=NoRepeats),
        PUBLISHED,
        "calm",
    ),
    _bug(
        "escape-always",
        "presses Escape while a form is being saved",
        "done-share liveness",
        Parts(agent=EscapeAlways),
        PUBLISHED,
        "slow-save",
    ),
    _bug(
        "stops-as-done",
        "reports a task as done when it gives up",
        "no-false-success",
        Parts(agent=StopsAsDone),
        PUBLISHED,
        "modal-storm",
    ),
    _bug(
        "looks-too-soon",
        "takes what does not show at once for absent",
        "irreversible-once",
        Parts(agent=LooksTooSoon),
        COMMON,
        "lagging-list",
    ),
    _bug(
        "acts-unjournaled",
        "tries an irreversible act like any other step",
        "irreversible-once",
        Parts(agent=ActsUnjournaled),
        COMMON,
        "agent-crash",
    ),
    _bug(
        "old-handle",
        "acts on a ref from before the page changed",
        "fresh-only",
        Parts(page=OldHandle),
        COMMON,
        "rerender",
    ),
    _bug(
        "finds-any",
        "takes another's entity of the same title for its own",
        "no-false-success",
        Parts(agent=FindsAny),
        COMMON,
        "calm",
    ),
    _bug("obeys-page", "does what the page asks for", "in-bounds", Parts(guard=ObeysPage), COMMON, "hostile-page"),
    _bug(
        "toast-is-truth",
        "believes a success toast",
        "no-false-success",
        Parts(agent=ToastIsTruth),
        COMMON,
        "lying-toast",
    ),
)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
