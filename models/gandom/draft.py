"""A draft of a transaction: what a handler is about to change, numbered, and not written yet."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.ledger import Movement, OrderNote
from models.gandom.order import Order
from models.gandom.records import Change, FeedEntry, OrderPut

if TYPE_CHECKING:
    from models.gandom.site import Site


class Draft:
    """Changes of one transaction. Nothing waits between the making of a draft and its commit."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.changes: list[Change] = []
        self._serial = len(site.ledger.entries[site.name])
        self._feed = len(site.feed.entries)
        self._free: dict[str, int] = {}

    def add(self, change: Change) -> None:
        """Add a change that has no number."""
        self.changes.append(change)

    def move(self, sku: str, kind: str, quantity: int, reason: str, *, held: bool = False, to: str = "") -> None:
        """Add a movement of this site."""
        site = self._site
        plain = Movement(site.name, self._next(), sku, kind, quantity, reason, held, to, site.now())
        self._free[sku] = self._free.get(sku, site.ledger.free.get(sku, 0)) + plain.effect
        self.changes.append(msgspec.structs.replace(plain, balance=self._free[sku]))

    def put(self, order: Order, before: str) -> None:
        """Add an order as it shall be."""
        self.changes.append(OrderPut(order, before))

    def note(self, order: Order) -> None:
        """Tell all sites of an order's state."""
        site = self._site.name
        self.changes.append(
            OrderNote(site, self._next(), order.id, order.n, order.state, order.quantities, order.placed_at)
        )

    def feed(self, order: Order, what: str) -> None:
        """Add an entry to the feed of this site."""
        self._feed += 1
        self.changes.append(FeedEntry(self._feed, order.id, what))

    def _next(self) -> int:
        self._serial += 1
        return self._serial
