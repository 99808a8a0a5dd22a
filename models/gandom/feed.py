"""The feed of a site, its outbox for admins: what happened to orders, numbered without gaps."""

from typing import TYPE_CHECKING

from models.gandom.events import FeedBegun
from models.gandom.messages import FeedAsk, FeedPage, PendingAsk
from models.gandom.order import CLOSED, COLLECTED, PAID
from models.gandom.records import FeedEntry

if TYPE_CHECKING:
    from models.gandom.site import Site

PAGE_MAX = 40


class Feed:
    """The entries, written with the change that each tells of (transactional outbox)."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.entries: list[FeedEntry] = []

    def put(self, entry: FeedEntry) -> None:
        """Take in an entry that was written."""
        self.entries.append(entry)

    def asked(self, admin: str, ask: FeedAsk) -> None:
        """Show a tab what came after its cursor."""
        after = ask.after
        if after < 0:
            after = self._oldest_open()
            self._site.emit(FeedBegun(admin, self._site.name, after))
        self._site.send(admin, FeedPage(after, tuple(self.entries[after : after + PAGE_MAX])))

    def pending(self, admin: str, _: PendingAsk) -> None:
        """Show a tab the entries of those orders that wait to be accepted right now."""
        waiting = (entry for entry in self.entries if entry.what == "placed" and self._state(entry) == PAID)
        self._site.send(admin, FeedPage(0, tuple(waiting)))

    def _oldest_open(self) -> int:
        """The number of the entry before the oldest order that is open."""
        still = (one.n for one in self.entries if self._state(one) not in (*CLOSED, COLLECTED))
        return next(still, len(self.entries) + 1) - 1

    def _state(self, entry: FeedEntry) -> str:
        return self._site.book.orders[entry.order].state
