"""What a site writes down: one record for each transaction, with every change that it makes."""

from models.gandom.ledger import Movement, OrderNote
from models.gandom.order import Order
from models.patterns import Entry
from sim import Message


class OrderPut(Message):
    """An order as it is from now on, and its state before (empty: there was none)."""

    order: Order
    before: str


class FeedEntry(Message):
    """Entry `n` of the site's feed: what happened (``placed`` or ``paid``) to an order."""

    n: int
    order: str
    what: str


class Receipt(Message):
    """The shop's own record of a payment; `late`: after the order should have expired."""

    order: str
    intent: str
    cents: int
    late: bool


class WebhookDone(Message):
    """A webhook's event has been taken in; `early` says that the provider's own answer had not come yet."""

    event: str
    order: str
    created: int
    early: bool


class Edited(Message):
    """Somebody who saw `vector` said that there are `n` of a sku, on the shelf; `quantity` follows from it."""

    edit: str
    sku: str
    n: int
    vector: tuple[tuple[str, int], ...]
    quantity: int
    counted: bool


class Shortfall(Message):
    """A count found less than is promised: `left` of the sku must still be taken back from somebody."""

    count: str
    sku: str
    left: int


class DeliveryNote(Message):
    """What a supplier says is in a delivery."""

    delivery: str
    sku: str
    quantity: int


class Review(Message):
    """Something that a person must look at, known by `item`."""

    item: str
    why: str


class CancelLost(Message):
    """The provider would not cancel an intent any more: it had succeeded already."""

    order: str


Change = (
    Movement
    | OrderNote
    | OrderPut
    | FeedEntry
    | Receipt
    | WebhookDone
    | Edited
    | Shortfall
    | DeliveryNote
    | Review
    | CancelLost
    | Entry
)


class Transaction(Message):
    """Transaction `n` of a site: all of its changes, or none."""

    n: int
    changes: tuple[Change, ...]
