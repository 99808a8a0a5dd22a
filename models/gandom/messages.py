"""What sites, provider, admins, scanners and people say to each other."""

from models.gandom.ledger import LedgerEntry, Vector
from models.gandom.records import FeedEntry
from sim import Message, Request

CUT_OFF = "cut off from the office"
OUT_OF_STOCK = "out of stock"
CHANGED = "changed since it was seen"
PROMISED = "less than is promised"
CONFLICT_409 = "409: the same request id with other content"
BUSY = "409: a request with this key is under way"
OTHER_PARAMETERS = "400: the same key with other parameters"
ALREADY = "not in this state"


class Hello(Message):
    """From site to site: what I have. `answer`: do not answer this with a hello of your own."""

    vector: Vector
    answer: bool = False


class Batch(Message):
    """Entries that the other site lacks, in order per site. `more`: there are more."""

    entries: tuple[LedgerEntry, ...]
    more: bool = False


class RightsAsk(Message):
    """Give me rights of a sku. `urgent`: somebody wants them now, so give your last ones too."""

    sku: str
    quantity: int
    urgent: bool


class Yield(Message):
    """From a site that counted less than was promised: close this order."""

    order: str


class Placed(Message):
    """An order was taken."""

    order: str
    total: int


class Place(Request[Placed]):
    """A customer wants lines of (sku, quantity). The same request id is the same order."""

    customer: str
    request: str
    lines: tuple[tuple[str, int], ...]


class OrderSeen(Message):
    """An order's state. `outcome` is ``declined`` if the card was."""

    order: str
    state: str
    outcome: str


class Pay(Request[OrderSeen]):
    """Pay an order by card."""

    order: str
    card: str


class Return(Request[OrderSeen]):
    """The customer comes back from the provider's page, and wants to know."""

    order: str


class CancelOrder(Request[OrderSeen]):
    """The customer does not want it any more."""

    order: str


class Handle(Request[OrderSeen]):
    """Staff or customer moves an order: ACCEPTED, READY, COLLECTED; or REFUNDING, which is to reject it."""

    order: str
    to: str


class Board(Message):
    """(order, state) of all orders that are not closed, the oldest first."""

    orders: tuple[tuple[str, str], ...]


class BoardAsk(Request[Board]):
    """Staff looks at the open orders of all sites, as far as this one knows."""


class Sold(Message):
    """A sale at the till, or what was thrown away, was written."""


class Sell(Request[Sold]):
    """A sale at the till; the same id is the same sale."""

    sale: str
    sku: str
    quantity: int


class Waste(Request[Sold]):
    """Bread is thrown away; the same id is the same bread."""

    waste: str
    sku: str
    quantity: int


class StockSeen(Message):
    """What lies on the shelf, and the version vector of what was seen."""

    on_hand: int
    vector: Vector


class StockAsk(Request[StockSeen]):
    """Staff looks at the stock of a sku."""

    sku: str


class EditDone(Message):
    """It was written: the stock was changed by `quantity`."""

    quantity: int


class Edit(Request[EditDone]):
    """Somebody who saw `vector` says that there are `n`; `counted`: on the shelf, and not in a form."""

    edit: str
    sku: str
    n: int
    vector: Vector
    counted: bool


class ScanAnswer(Message):
    """What became of a scan: ``received``, ``known`` or ``review``."""

    result: str
    quantity: int


class Scan(Request[ScanAnswer]):
    """Scan `serial` of a device: `label` of a delivery (empty: the box has none) holds `quantity` of a sku.

    `at` is the device's clock (ns) when it read the label.
    """

    device: str
    serial: int
    delivery: str
    label: str
    sku: str
    quantity: int
    at: int


class Queued(Message):
    """The scanner has it."""


class Trigger(Request[Queued]):
    """Somebody holds the scanner before a box."""

    delivery: str
    label: str
    sku: str
    quantity: int


class Noted(Message):
    """The delivery note is known."""


class NoteDelivery(Request[Noted]):
    """What a delivery note says."""

    delivery: str
    sku: str
    quantity: int


class Imported(Message):
    """Lines that were received by this file, now or before, and lines that somebody must look at."""

    good: int
    bad: int


class ImportFile(Request[Imported]):
    """A supplier's file: (sku, quantity as written) per line; `digest` is that of its content."""

    digest: str
    lines: tuple[tuple[str, str], ...]


# The feed


class FeedAsk(Message):
    """From an admin's tab: what came after entry `after`? -1: it knows nothing, begin at the oldest open order."""

    after: int


class PendingAsk(Message):
    """From an admin's tab: which orders wait to be accepted right now?"""


class FeedPage(Message):
    """Entries of a site's feed."""

    after: int
    entries: tuple[FeedEntry, ...]


# The provider


class IntentView(Message):
    """An intent as the provider has it; `refunded` of its `cents` went back."""

    intent: str
    order: str
    status: str
    cents: int
    refunded: int


class ProviderAnswer(Message):
    """What the provider answers: a status as of HTTP, and the intent unless it is 500 or 404."""

    status: int
    view: IntentView | None


class CreateIntent(Request[ProviderAnswer]):
    """Charge a card for an order, once under this key. `site` takes the webhooks."""

    key: str
    order: str
    site: str
    cents: int
    card: str


class CancelIntent(Request[ProviderAnswer]):
    """Cancel an intent; one that succeeded stays as it is."""

    intent: str


class RefundIntent(Request[ProviderAnswer]):
    """Pay cents of an intent back, once under this key."""

    key: str
    intent: str
    cents: int


class Fetch(Request[ProviderAnswer]):
    """The intent as it is now."""

    intent: str


class Lookup(Request[ProviderAnswer]):
    """The newest intent of an order, 404 if there is none."""

    order: str


class Ack(Message):
    """2xx."""


class Webhook(Request[Ack]):
    """Something happened to an intent at `created`; signed when it was sent, by the provider's clock (ns)."""

    event: str
    kind: str
    intent: str
    order: str
    created: int
    signed_at: int
