"""An admin's tab: it follows every site's feed from its cursor and rings once for each order.

What it keeps is in local storage. To announce and to store are one handler: both happen, or neither. The simulated disk
makes that so: a ring is a fact of the storage, and a tab that died between the two tells it when it is loaded again.
"""

from models.gandom.events import Announced, Resumed
from models.gandom.messages import FeedAsk, FeedPage, PendingAsk
from models.gandom.records import FeedEntry
from models.gandom.settings import Settings
from sim import Actor, Message, on


class Tab(Message):
    """Local storage: cursors by site, and the orders that were announced, in order. `life` differs after a wipe."""

    life: int
    cursors: tuple[tuple[str, int], ...] = ()
    announced: tuple[str, ...] = ()


class Admin(Actor):
    """One load of the tab."""

    def __init__(self, settings: Settings, sites: tuple[str, ...]) -> None:
        self._settings = settings
        self._sites = sites

    def on_start(self) -> None:
        """Go on where the storage says."""
        stored = self.disk.load(Tab)
        self.tab = Tab(self.random.below(2**32)) if stored is None else stored
        self._shown: set[str] = set()  # sites of which a page came since the tab was loaded
        if self.tab.announced:
            self.emit(Resumed(self.name))
        for ring, order in enumerate(self.tab.announced, start=1):
            self.emit(Announced(self.name, self.tab.life, ring, order))
        self._timer = self.timer(self._poll)
        self._timer.reset(self.random.between(1, self._settings.feed_every))

    def _poll(self) -> None:
        for site in self._sites:
            question = self.question(site)
            if question is not None:
                self.send(site, question)
        self._timer.reset(self._settings.feed_every)

    def question(self, site: str) -> FeedAsk | PendingAsk | None:
        """What to ask a site now."""
        return FeedAsk(self.cursor(site))

    def cursor(self, site: str) -> int:
        """The number of the last entry of a site that is done with; -1 if there never was any."""
        return dict(self.tab.cursors).get(site, -1)

    @on(FeedPage)
    def page(self, source: str, page: FeedPage) -> None:
        """Announce what is new."""
        news = self.news(source, page, is_first=source not in self._shown)
        self._shown.add(source)
        last = max((entry.n for entry in page.entries), default=page.after)
        if news or last > self.cursor(source):
            self.keep(source, max(last, self.cursor(source)), tuple(dict.fromkeys(entry.order for entry in news)))

    def news(self, source: str, page: FeedPage, *, is_first: bool) -> list[FeedEntry]:  # noqa: ARG002 - see below
        """Entries to ring for.

        A page may be the answer to an older question, so only what is beyond the cursor counts. What the first page
        after a load shows is as new as anything.
        """
        cursor = self.cursor(source)
        beyond = [entry for entry in page.entries if entry.n > cursor and entry.what == "placed"]
        return [entry for entry in beyond if entry.order not in self.tab.announced]

    def keep(self, source: str, cursor: int, orders: tuple[str, ...]) -> None:
        """Store the cursor and ring, in one."""
        self.save(source, cursor, orders)
        self.ring(orders)

    def save(self, source: str, cursor: int, orders: tuple[str, ...]) -> None:
        """Local storage as it is from now on."""
        cursors = tuple(sorted({**dict(self.tab.cursors), source: cursor}.items()))
        self.tab = Tab(self.tab.life, cursors, (*self.tab.announced, *orders))
        self.disk.save(self.tab)

    def ring(self, orders: tuple[str, ...]) -> None:
        """Ring for what was stored last."""
        first = len(self.tab.announced) - len(orders) + 1
        for ring, order in enumerate(orders, start=first):
            self.emit(Announced(self.name, self.tab.life, ring, order))
