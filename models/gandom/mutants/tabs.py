"""Bugs of the admins' tabs: orders that nobody hears of, and orders that ring twice."""

from models.gandom.admin import Admin, Tab
from models.gandom.messages import FeedAsk, FeedPage, PendingAsk
from models.gandom.records import FeedEntry
from sim import MS, SECOND

POLL = 3 * SECOND


class PollsPending(Admin):
    """Every 3 s the tab asks which orders are pending now."""

    def question(self, site: str) -> FeedAsk | PendingAsk | None:
        """Not what happened: what is."""
        rounds = POLL // self._settings.feed_every
        due = self.elapsed() // self._settings.feed_every % max(1, rounds) == 0
        return PendingAsk() if due and site else None


class ReloadForgets(Admin):
    """What waits when the tab is loaded counts as announced."""

    def news(self, source: str, page: FeedPage, *, is_first: bool) -> list[FeedEntry]:
        """The first page after a load is backlog."""
        return [] if is_first else super().news(source, page, is_first=is_first)


class PollsOverlap(Admin):
    """An answer is taken for that to the newest question."""

    def news(self, source: str, page: FeedPage, *, is_first: bool) -> list[FeedEntry]:  # noqa: ARG002 - all is news
        """All that it shows was asked for, so it is new."""
        return [entry for entry in page.entries if entry.what == "placed"]


class AcksBeforeAnnounce(Admin):
    """The cursor is stored, then the order is shown."""

    def keep(self, source: str, cursor: int, orders: tuple[str, ...]) -> None:
        """Rendering takes a moment."""
        self.save(source, cursor, ())
        self.spawn(self._show(orders))

    async def _show(self, orders: tuple[str, ...]) -> None:
        await self.sleep(150 * MS)
        self.tab = Tab(self.tab.life, self.tab.cursors, (*self.tab.announced, *orders))
        self.disk.save(self.tab)
        self.ring(orders)
