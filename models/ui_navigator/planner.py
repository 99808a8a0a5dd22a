"""The planner: a model of language that says what to do next, and is wrong with a chance that is known here only."""

from models.ui_navigator.events import Planned
from models.ui_navigator.settings import Settings
from models.ui_navigator.words import (
    CLICK,
    CONFIRM,
    DELETE,
    ELSEWHERE,
    ESCAPE,
    FILL,
    FINISH,
    FORM,
    GOTO,
    LIST,
    LOGIN,
    NEW,
    NEXT,
    OPTIONS,
    SIGN_IN,
    SUBMIT,
    TITLE,
    WAIT,
    Action,
    Ask,
    Snapshot,
    Task,
)
from sim import MS, Actor, Caller, on

NEXT_CLICK = {LOGIN: SIGN_IN, LIST: NEW, OPTIONS: NEXT, CONFIRM: SUBMIT}


class Planner(Actor):
    """Keeps nothing: the same question may get another answer, so an answer is kept by whoever asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @on(Ask)
    def ask(self, caller: Caller, message: Ask) -> None:
        """From a worker."""
        self.spawn(self._think(caller, message))

    async def _think(self, caller: Caller, message: Ask) -> None:
        await self.sleep(self.random.between(20, 200) * MS)
        erred = self.random.chance(self._settings.error_rate)
        self.emit(Planned(message.task.id, erred))
        if message.snapshot.text and self.random.below(3) == 0:
            self.reply(caller, self.random.choice((Action(CLICK, DELETE), Action(GOTO, "", ELSEWHERE))))
        else:
            self.reply(caller, self._wrong(message.snapshot) if erred else right(message.task, message.snapshot))

    def _wrong(self, snapshot: Snapshot) -> Action:
        there = [Action(CLICK, element) for element in snapshot.elements]
        return self.random.choice((*there, Action(CLICK, "Save all"), Action(FINISH), Action(FILL, TITLE, "Untitled")))


def right(task: Task, snapshot: Snapshot) -> Action:
    """What somebody who knows the application would do."""
    if snapshot.modal:
        return Action(ESCAPE)
    if snapshot.page == FORM:
        return Action(CLICK, NEXT) if snapshot.title == task.title else Action(FILL, TITLE, task.title)
    click = NEXT_CLICK.get(snapshot.page)
    return Action(WAIT) if click is None else Action(CLICK, click)
