"""A page in a browser: where it stands, what its fields hold, and the epoch that every ref to it belongs to."""

from models.ui_navigator.words import (
    CLICK,
    CONFIRM,
    DELETE,
    ELEMENTS,
    ESCAPE,
    FILL,
    FORM,
    LIST,
    LOGIN,
    NEW,
    NEXT,
    OPTIONS,
    SAVING,
    SIGN_IN,
    TITLE,
    Action,
    Row,
)

MOVES = {
    (LOGIN, SIGN_IN): LIST,
    (LIST, NEW): FORM,
    (FORM, NEXT): OPTIONS,
    (OPTIONS, NEXT): CONFIRM,
    (LIST, DELETE): LOGIN,
}


class Page:
    """The page of one session, opened by the task `opener`."""

    def __init__(self, opener: str, epoch: int) -> None:
        self.opener = opener
        self.epoch = epoch
        self.at = LOGIN
        self.title = ""
        self.modal = False
        self.is_loaded = False
        """Whether the server has given what is on it since it was opened; a look asks nobody."""
        self.nonce = 0
        self.rows: tuple[Row, ...] = ()
        self.text = ""
        self.toast = ""

    def is_fresh(self, epoch: int) -> bool:
        """Whether a ref of this epoch still means something here."""
        return epoch == self.epoch

    def elements(self) -> tuple[str, ...]:
        """What can be seen and acted on."""
        return ELEMENTS[self.at]

    def go(self, page: str) -> None:
        """Another page: all refs are void."""
        self.at = page
        self.is_loaded = False
        self.rerender()

    def load(self, nonce: int, rows: tuple[Row, ...], text: str) -> None:
        """What the server gave for it; a submission must bring the nonce back."""
        self.nonce, self.rows, self.text = nonce, rows, text
        self.is_loaded = True
        self.rerender()

    def rerender(self) -> None:
        """The same page, drawn anew."""
        self.epoch += 1

    def do(self, action: Action) -> None:
        """An act that the page takes, but for submitting."""
        if action.verb == ESCAPE:
            self.modal = False
            self.rerender()
        elif action.verb == FILL and action.element == TITLE:
            self.title = action.value
            self.rerender()
        elif action.verb == CLICK:
            self.go(MOVES.get((self.at, action.element), self.at))

    @property
    def is_saving(self) -> bool:
        """Whether a form is on its way."""
        return self.at == SAVING
