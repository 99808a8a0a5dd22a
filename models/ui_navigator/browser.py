"""The browser: one page for each session, keyed by task. Nothing in it survives a crash."""

from models.ui_navigator.events import ActAccepted, ActRefused, Hindered, Submitted
from models.ui_navigator.page import Page
from models.ui_navigator.platform import EXPIRED, IMPOSSIBLE, TIMEOUT
from models.ui_navigator.settings import Settings
from models.ui_navigator.words import (
    BLOCKED,
    CONFIRM,
    DISABLED,
    DONE,
    ERROR,
    ESCAPE,
    GOTO,
    HOME,
    LIST,
    LOGIN,
    NOT_FOUND,
    SAVING,
    STALE,
    SUBMIT,
    TOAST,
    WAIT,
    Abandon,
    Act,
    Acted,
    Look,
    Render,
    Rendered,
    Row,
    Rows,
    Save,
    Snap,
    Snapshot,
    Task,
)
from sim import MS, SECOND, Actor, Caller, Refused, Timeout, on

EPOCHS = 1_000_000
"""Epochs of one incarnation: no ref of an earlier one is good by chance."""


class Browser(Actor):
    """One incarnation of the browser."""

    def __init__(self, settings: Settings, platform: str, page: type[Page]) -> None:
        self._settings = settings
        self._platform = platform
        self._make_page = page

    def on_start(self) -> None:
        """No session is open."""
        self._pages: dict[str, Page] = {}
        self._first_epoch = (self.random.word() >> 20) * EPOCHS

    def session(self, task: Task) -> str:
        """Which session a task acts in: its own."""
        return task.id

    @on(Snap)
    def snap(self, caller: Caller, message: Snap) -> None:
        """From a worker that looks."""
        self.spawn(self._snap(caller, message.task))

    @on(Look)
    def look(self, caller: Caller, message: Look) -> None:
        """From a worker that wants to see the list as it is."""
        self.spawn(self._look(caller, message.task))

    @on(Act)
    def act(self, caller: Caller, message: Act) -> None:
        """From a worker that acts."""
        self.spawn(self._act(caller, message))

    def _page_of(self, task: Task) -> Page:
        key = self.session(task)
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = self._make_page(task.id, self._first_epoch + len(self._pages) * 1000)
        return page

    async def _snap(self, caller: Caller, task: Task) -> None:
        page = self._page_of(task)
        try:
            while page.at in (LIST, CONFIRM) and not page.is_loaded:
                await self._load(page, task)
        except (Refused, Timeout) as error:
            if isinstance(error, Refused) and error.reason == EXPIRED:
                page.go(LOGIN)
                self.emit(Hindered(task.id, EXPIRED))
            else:
                self.refuse(caller, "no page")
                return
        if self._trouble("modal") and page.at not in (LOGIN, SAVING):
            page.modal = True
            self.emit(Hindered(task.id, "modal"))
            page.rerender()
        await self.sleep(self.random.between(5, 60) * MS)
        self.reply(caller, _snapshot(page))

    async def _load(self, page: Page, task: Task) -> None:
        """Ask the server for the page. With the nonce goes the epoch: no late act goes out under a new one."""
        at, epoch = page.at, page.epoch
        rendered = await self._render(at, task, fresh=False)
        if page.epoch == epoch:  # else something else has been drawn since, and this is of a page that was left
            page.load(rendered.nonce, rendered.rows, rendered.text)

    async def _render(self, at: str, task: Task, *, fresh: bool) -> Rendered:
        return await self.call(self._platform, Render(at, task.owner, fresh), timeout=SECOND)

    async def _look(self, caller: Caller, task: Task) -> None:
        try:
            rendered = await self._render(LIST, task, fresh=True)
        except (Refused, Timeout):
            self.refuse(caller, "no page")
            return
        self.reply(caller, Rows(rendered.rows))

    async def _act(self, caller: Caller, message: Act) -> None:
        task, action = message.task, message.action
        page = self._page_of(task)
        if self._trouble("rerender"):
            page.rerender()
        why = self._hinders(page, message)
        if why:
            self.emit(ActRefused(task.id, why))
            self.reply(caller, Acted(why))
            return
        self.emit(
            ActAccepted(task.id, page.opener, message.epoch, page.epoch, _origin(message), action.verb, action.element)
        )
        if action.element == SUBMIT and action.verb not in (ESCAPE, WAIT):
            await self._submit(caller, page, task)
        elif action.verb == ESCAPE and page.is_saving:
            await self._abandon(caller, page)
        else:
            page.do(action)
            await self.sleep(self.random.between(5, 40) * MS)
            self.reply(caller, Acted(DONE))

    def _hinders(self, page: Page, message: Act) -> str:
        """Why the page does not take this act; nothing if it does."""
        action, flaky = message.action, self._trouble("notfound")
        if action.verb == GOTO:
            return ""
        if not page.is_fresh(message.epoch):
            return STALE
        if action.verb in (ESCAPE, WAIT):
            return ""
        if page.modal:
            return BLOCKED
        if flaky or action.element not in page.elements():
            return NOT_FOUND
        return DISABLED if action.element == SUBMIT and message.task.kind == IMPOSSIBLE else ""

    async def _submit(self, caller: Caller, page: Page, task: Task) -> None:
        nonce, row = page.nonce, Row(task.kind, page.title, task.id, task.owner)
        page.go(SAVING)
        page.toast = ""
        self.emit(Submitted(task.id))
        self.reply(caller, Acted(SAVING))
        try:
            await self.call(self._platform, Save(nonce, row), timeout=TIMEOUT)
            page.toast = TOAST
        except Refused:
            page.toast = ERROR
        except Timeout:
            pass  # the page shows nothing
        page.go(LIST)

    async def _abandon(self, caller: Caller, page: Page) -> None:
        try:
            await self.call(self._platform, Abandon(page.nonce), timeout=SECOND)
        except (Refused, Timeout):
            return
        self.reply(caller, Acted(DONE))

    def _trouble(self, name: str) -> bool:
        return self.random.chance(self._settings.chance(name))


def _snapshot(page: Page) -> Snapshot:
    return Snapshot(page.epoch, page.at, page.elements(), page.title, page.modal, page.text, page.rows, page.toast)


def _origin(message: Act) -> str:
    return message.action.value if message.action.verb == GOTO else HOME
