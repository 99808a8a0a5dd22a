"""What agent, browser, planner and platform say to each other, and how it travels through steps of a flow."""

from typing import TypeVar

import msgspec

from sim import Message, Request

M = TypeVar("M", bound=Message)

# Pages and their elements
LOGIN, LIST, FORM, OPTIONS, CONFIRM, SAVING = "login", "list", "form", "options", "confirm", "saving"
SIGN_IN, NEW, TITLE, NEXT, SUBMIT, CLOSE, DELETE = (
    "Sign in",
    "New",
    "Title",
    "Next",
    "Submit",
    "Close",
    "Delete account",
)
ELEMENTS = {
    LOGIN: (SIGN_IN,),
    LIST: (NEW, DELETE),
    FORM: (TITLE, NEXT),
    OPTIONS: (NEXT,),
    CONFIRM: (SUBMIT,),
    SAVING: (),
}
HOME = "board.example"
ELSEWHERE = "evil.example"

# Verbs of an action
CLICK, FILL, ESCAPE, WAIT, GOTO, FINISH = "click", "fill", "escape", "wait", "goto", "done"

# What an act comes to
DONE, STALE, NOT_FOUND, BLOCKED, DISABLED, TOAST, ERROR = (
    "done", "stale", "not-found", "blocked", "disabled", "toast", "error"
)  # fmt: skip


class Task(Message):
    """What the user wants: an entity of `kind` with this title. `id` is the token by which its effect is known."""

    id: str
    owner: str
    kind: str
    title: str


class Row(Message):
    """An entity as the list page shows it."""

    kind: str
    title: str
    token: str
    owner: str


class Snapshot(Message):
    """A page as it was: refs to its elements are good in this epoch only."""

    epoch: int
    page: str
    elements: tuple[str, ...]
    title: str
    modal: bool
    text: str
    rows: tuple[Row, ...]
    toast: str


class Action(Message):
    """What the planner wants done."""

    verb: str
    element: str = ""
    value: str = ""


class Acted(Message):
    """How an act ended."""

    status: str


class Rows(Message):
    """The list page, seen from a fresh session."""

    rows: tuple[Row, ...]


class Snap(Request[Snapshot]):
    """Look at the page of a task's session."""

    task: Task


class Act(Request[Acted]):
    """Do this in the session of a task. `epoch`: that of the snapshot in which the element was seen."""

    task: Task
    epoch: int
    action: Action


class Press(Message):
    """An act on the page that was `seen`, as the agent asks for it."""

    task: Task
    seen: Snapshot
    action: Action


class Look(Request[Rows]):
    """Open the list page in a fresh session."""

    task: Task


class Ask(Request[Action]):
    """What next?"""

    task: Task
    snapshot: Snapshot


class Rendered(Message):
    """A page from the server; a submission of it must bring the nonce back in time."""

    nonce: int
    rows: tuple[Row, ...]
    text: str


class Render(Request[Rendered]):
    """Give me this page. Refused: logged out, or too many requests."""

    page: str
    owner: str
    fresh: bool


class Saved(Message):
    """The server says: created. What it did is another matter."""


class Save(Request[Saved]):
    """Submit a form: the one irreversible act."""

    nonce: int
    row: Row


class Abandon(Request[Saved]):
    """Escape while a form is being saved: do not."""

    nonce: int


def pack(message: Message) -> bytes:
    """A message as the input or the result of a step."""
    return msgspec.msgpack.encode(message)


def unpack(data: bytes, kind: type[M]) -> M:
    """The message again."""
    return msgspec.msgpack.decode(data, type=kind)
