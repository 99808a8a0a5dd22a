"""What a written change does to the state of its site: the same when it is written and when it is read back."""

from typing import TYPE_CHECKING

from models.gandom.ledger import RECEIVE, Movement, OrderNote
from models.gandom.records import (
    CancelLost,
    Change,
    DeliveryNote,
    Edited,
    FeedEntry,
    OrderPut,
    Receipt,
    Review,
    Shortfall,
    WebhookDone,
)
from models.patterns import Entry

if TYPE_CHECKING:
    from models.gandom.site import Site


def apply_change(site: "Site", change: Change) -> None:
    """Apply one change."""
    match change:
        case Movement() | OrderNote():
            site.ledger.take(change)
            site.escrow.fold(change)
            if isinstance(change, Movement) and change.kind == RECEIVE and change.site == site.name:
                site.ingestion.count_loose(change.reason, change.sku, change.quantity)
        case OrderPut():
            site.book.put(change.order)
        case FeedEntry():
            site.feed.put(change)
        case WebhookDone():
            site.inbox.put(change)
        case Edited() | Shortfall():
            site.counts.put(change)
        case DeliveryNote() | Review():
            site.ingestion.put(change)
        case Entry():
            site.keys.restore(change)
        case Receipt() | CancelLost():
            pass  # books of the shop: they are told, and nothing else follows from them
