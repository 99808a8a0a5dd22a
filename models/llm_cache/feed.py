"""How a router folds what engines tell it of their caches: serials without gaps, one epoch at a time."""

from typing import Protocol

from models.llm_cache import events
from models.llm_cache.index import Index
from models.llm_cache.messages import AskInventory, Cleared, Hello, Inventory, Load, Removed, Stored
from models.llm_cache.records import Record, WroteAll, WroteEpoch, WroteRemoved, WroteStored
from models.llm_cache.settings import Settings
from models.llm_cache.view import View
from sim import Event, Message

PENDING = 256
ENTRY = 1
"""Blocks of one entry: a key is one block."""


class Listener(Protocol):
    """What the feed needs of its router."""

    settings: Settings
    index: Index

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def send(self, to: str, message: Message) -> None:
        """Send and forget."""

    def elapsed(self) -> int:
        """The router's clock, in ns."""

    def write(self, record: Record) -> None:
        """To the index log."""

    def epoch_over(self, view: View) -> None:
        """What was asked of an older epoch of it is nobody's any longer."""

    def recovered(self, view: View) -> bool:
        """Whether the index log had entries of this epoch: they count from now on."""

    def ask_who(self, node: str) -> None:
        """It is unknown, or another than was known."""


class Feed:
    """Words of engines. A word out of turn waits for what is missing, or for an inventory that makes up for it."""

    def __init__(self, listener: Listener) -> None:
        self._router = listener

    def hello(self, view: View, hello: Hello) -> None:
        """Who an engine is. Of another epoch nothing is known yet; entries of the older one are dropped."""
        view.hear(self._router.elapsed())
        if hello.epoch > view.epoch:
            self.drop(view)
            view.begin(hello)
            self._router.emit(events.Known(view.name, view.epoch))
            self._router.epoch_over(view)
            recovered = self._router.recovered(view)
            if not recovered:
                self._router.write(WroteEpoch(view.name, view.epoch))
            self._told(view, "recovered" if recovered else "hello")
        if hello.epoch == view.epoch and hello.serial > view.serial:
            self.ask(view)

    def load(self, view: View, load: Load) -> bool:
        """What there is to do; False if it is another epoch's.

        Words overtake one another on their way, so what is missing is asked for when it was named a period ago.
        """
        if not self.fresh(view, load.epoch):
            if load.epoch > view.epoch:
                self._router.ask_who(view.name)
            return False
        view.hear(self._router.elapsed())
        view.loaded(load)
        if self.is_gap(view, view.named):
            self.ask(view)
        view.named = load.serial
        return True

    def take(self, view: View, word: Stored | Removed | Cleared) -> None:
        """One word of the feed."""
        if not self.fresh(view, word.epoch):
            if word.epoch > view.epoch:
                self._router.ask_who(view.name)
            return
        if word.serial <= view.serial:
            return
        if self.is_gap(view, word.serial - 1):
            self._gap(view, word)
            return
        self._apply(view, word)
        self._go_on(view)

    def inventory(self, view: View, word: Inventory) -> None:
        """All that it holds, at a serial."""
        if not self.fresh(view, word.epoch) or word.serial < view.serial:
            return
        index, entries = self._router.index, self._router.index.entries(view.name)
        held = {*word.keys}
        index.strike(view.name, [key for key in entries if key not in held])
        index.enter(view.name, view.epoch, word.keys)
        view.book.count(len(word.keys) * ENTRY)
        view.serial, view.asked_at = word.serial, -1
        view.pending = {serial: later for serial, later in view.pending.items() if serial > word.serial}
        self._router.write(WroteAll(view.name, view.epoch, view.serial, word.keys, ENTRY))
        self._told(view, "inventory")
        self._go_on(view)

    def fresh(self, view: View, epoch: int) -> bool:
        """Whether a word is of the epoch that is known."""
        return epoch == view.epoch

    def is_gap(self, view: View, before: int) -> bool:
        """Whether words up to serial `before` are missing."""
        return before > view.serial

    def ask(self, view: View) -> None:
        """For an inventory, at most once in `load_every`."""
        now = self._router.elapsed()
        if self._router.settings.feed == "on" and (
            view.asked_at < 0 or now - view.asked_at >= self._router.settings.load_every
        ):
            view.asked_at = now
            self._router.send(view.name, AskInventory(view.epoch))

    def _gap(self, view: View, word: Stored | Removed | Cleared) -> None:
        if len(view.pending) < PENDING:
            view.pending[word.serial] = word
        self._router.emit(events.FeedGap(view.name, view.epoch, view.serial + 1, word.serial))

    def _go_on(self, view: View) -> None:
        while view.pending:
            word = view.pending.pop(view.serial + 1, None)
            if word is None:
                return
            assert isinstance(word, (Stored, Removed, Cleared)), "only words of the feed wait"
            self._apply(view, word)

    def _apply(self, view: View, word: Stored | Removed | Cleared) -> None:
        router, index = self._router, self._router.index
        view.serial = word.serial
        if isinstance(word, Stored):
            view.book.enter(len(word.keys), index.enter(view.name, word.epoch, word.keys))
            router.write(WroteStored(view.name, word.epoch, word.serial, word.keys, ENTRY))
        elif isinstance(word, Removed):
            view.book.strike(index.strike(view.name, word.keys))
            self.write_removed(WroteRemoved(view.name, word.epoch, word.serial, word.keys))
        else:
            return  # what follows is another epoch, and its Hello drops everything
        self._told(view, "feed", word.epoch)

    def write_removed(self, record: WroteRemoved) -> None:
        """What is gone is written down like what has come."""
        self._router.write(record)

    def drop(self, view: View) -> None:
        """The epoch that was known is over."""
        self._router.index.over(view.name)
        view.book.count(0)

    def _told(self, view: View, how: str, epoch: int = 0) -> None:
        entries, mark = len(self._router.index.entries(view.name)), self._router.index.mark(view.name)
        used = view.book.used
        self._router.emit(events.Folded(view.name, epoch or view.epoch, view.serial, entries, used, mark, how))
