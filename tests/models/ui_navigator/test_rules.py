"""The agent's rules: what the guard lets through, what is a circle, and what a page takes."""

import pytest

from models.ui_navigator.guard import Guard
from models.ui_navigator.page import Page
from models.ui_navigator.planner import right
from models.ui_navigator.progress import MODALS, VISITS, Progress
from models.ui_navigator.words import (
    CLICK,
    DELETE,
    ELEMENTS,
    ESCAPE,
    FILL,
    GOTO,
    LIST,
    LOGIN,
    NEW,
    NEXT,
    SAVING,
    SUBMIT,
    TITLE,
    WAIT,
    Action,
    Snapshot,
    Task,
    pack,
    unpack,
)
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load_text

TASK = Task("t1", "u", "project", "Plan")


def page(at: str, title: str = "", modal: bool = False) -> Snapshot:
    return Snapshot(1, at, ELEMENTS[at], title, modal, "", (), "")


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (Action(CLICK, NEW), True),
        (Action(CLICK, "Save all"), False),
        (Action(CLICK, DELETE), False),
        (Action(GOTO, "", "evil.example"), False),
        (Action(ESCAPE), False),
        (Action(WAIT), True),
    ],
)
def test_the_guard_lets_through_what_is_there_and_asked_for(action: Action, allowed: bool) -> None:
    assert Guard().allows(page(LIST), action) is allowed


def test_escape_is_for_modals() -> None:
    assert Guard().allows(page(LIST, modal=True), Action(ESCAPE))


def test_the_same_act_in_another_state_is_no_circle() -> None:
    progress, following = Progress(), Action(CLICK, NEXT)
    for at in ("form", "options"):
        assert not progress.is_circle(page(at), following)
        progress.visit(page(at), following)
    for _ in range(VISITS - 1):
        progress.visit(page("options"), following)
    assert progress.is_circle(page("options"), following)
    assert not progress.is_circle(page("form"), following)
    progress.forget()
    assert not progress.is_circle(page("options"), following)


def test_modals_without_end_are_a_storm() -> None:
    progress = Progress()
    for _ in range(MODALS):
        assert not progress.is_storm
        progress.met_modal()
    assert progress.is_storm


def test_a_planner_that_does_not_err_comes_to_the_submit_in_seven_acts() -> None:
    sheet, acts = Page("t1", 100), []
    while sheet.at != SAVING:
        action = right(TASK, Snapshot(sheet.epoch, sheet.at, sheet.elements(), sheet.title, False, "", (), ""))
        acts.append(action)
        if action.element == SUBMIT:
            sheet.go(SAVING)
        else:
            epoch = sheet.epoch
            sheet.do(action)
            assert not sheet.is_fresh(epoch)
    assert [act.element for act in acts] == ["Sign in", NEW, TITLE, NEXT, NEXT, SUBMIT]
    assert sheet.title == TASK.title
    assert acts[2] == Action(FILL, TITLE, "Plan")


def test_words_travel_through_steps_unchanged() -> None:
    snapshot = page(LOGIN, "x", True)
    assert unpack(pack(snapshot), Snapshot) == snapshot


@pytest.mark.parametrize(
    ("nodes", "parameters", "said"),
    [
        (6, "", "are 7"),
        (10, "parameters: {time_max: 10m}", "patience"),
        (10, "parameters: {slow: 2}", "slow"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(nodes: int, parameters: str, said: str) -> None:
    head = "version: 1\nname: x\nduration: 5s\nsystems:\n"
    text = f"{head}  a:\n    model: ui_navigator\n    nodes: {nodes}\n    {parameters}\n"
    with pytest.raises(ScenarioErrors) as caught:
        load_text(text, "x.yaml")
    assert said in str(caught.value)
