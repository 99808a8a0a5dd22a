"""What the bakery tells the checks.

Facts carry an identity, and a node that restarts tells again what its disk holds: a fact may have become durable just
before its teller died. Whoever folds them takes each once.
"""

from models.gandom.ledger import Movement, OrderNote, Vector
from sim import Event


class Wrote(Event):
    """A site's transaction `n` is durable. Not told again."""

    site: str
    n: int


class Moved(Event):
    """A site wrote a movement."""

    movement: Movement


class NoteWritten(Event):
    """A site wrote the state of one of its orders into the ledger."""

    note: OrderNote


class Synced(Event):
    """A site's caches at a version vector: stock and its own rights by sku, the digest of all orders' states.

    `boot`: its first word after a restart.
    """

    site: str
    vector: Vector
    stock: tuple[tuple[str, int], ...]
    rights: tuple[tuple[str, int], ...]
    states: int


class Held(Event):
    """Stock is held for a line of an order."""

    order: str
    sku: str


class Committed(Event):
    """A held line is sold."""

    order: str
    sku: str


class Released(Event):
    """A held line is free again."""

    order: str
    sku: str


class Restocked(Event):
    """A line that was sold lies on the shelf again; `serial` is the movement's."""

    order: str
    sku: str
    site: str
    serial: int


class Transferred(Event):
    """Rights went from one site to another; `serial` is the donor's."""

    source: str
    target: str
    serial: int
    sku: str
    quantity: int


class Asked(Event):
    """A site asks another for rights."""

    site: str
    donor: str
    sku: str
    quantity: int


class OutOfTouch(Event):
    """A site has not heard from another for a while."""

    site: str
    peer: str


class InTouch(Event):
    """It hears from it again."""

    site: str
    peer: str


class Refusal(Event):
    """A site turned a customer away: `why`; it thought that `elsewhere` of the sku could be sold by other sites."""

    site: str
    sku: str
    why: str
    elsewhere: int


class OrderPlaced(Event):
    """A site took an order; lines are (sku, quantity, price in cents)."""

    order: str
    customer: str
    request: str
    lines: tuple[tuple[str, int, int], ...]
    total: int
    site: str


class OrderState(Event):
    """The `n`-th change of an order's state."""

    order: str
    n: int
    before: str
    after: str


class Receipted(Event):
    """The shop's own record of a payment."""

    order: str
    intent: str
    cents: int


class PaidLate(Event):
    """An order was paid after it should have expired."""

    order: str


class CancelRaceLost(Event):
    """The site wanted to cancel, the intent had succeeded."""

    order: str


class IntentState(Event):
    """The `n`-th state of an intent at the provider."""

    intent: str
    order: str
    n: int
    after: str


class Charged(Event):
    """The provider charged a card."""

    intent: str
    order: str
    cents: int


class RefundPaid(Event):
    """The provider paid back; `refunded` of the intent in all."""

    intent: str
    order: str
    cents: int
    refunded: int


class KeyReplayed(Event):
    """The provider gave the stored answer of a key again."""

    key: str
    status: int


class WebhookSeen(Event):
    """A site took in an event of an order; `early`: before the provider's own answer had come."""

    event: str
    order: str
    created: int
    early: bool


class Entry(Event):
    """Entry `n` of a site's feed."""

    site: str
    n: int
    order: str
    what: str


class FeedBegun(Event):
    """A tab that knows nothing is shown a site's feed from after entry `after` on."""

    admin: str
    site: str
    after: int


class Announced(Event):
    """A tab rang for an order, as the `ring`-th time of its life `life` (a wiped tab begins another)."""

    admin: str
    life: int
    ring: int
    order: str


class Resumed(Event):
    """A tab was loaded again and remembers."""

    admin: str


class Shortened(Event):
    """After a count, `left` of a sku are promised and not there."""

    count: str
    sku: str
    left: int


class EditAccepted(Event):
    """A site accepted that there are `n` of a sku, from somebody who had seen `vector`: a change by `quantity`."""

    site: str
    edit: str
    sku: str
    n: int
    vector: Vector
    quantity: int
    counted: bool


class Reviewed(Event):
    """Something waits for a person."""

    item: str
    why: str


class Arrived(Event):
    """A box has really been put into the store, with a label or (empty) without."""

    delivery: str
    label: str
    sku: str
    quantity: int


class NoteKnown(Event):
    """A delivery note has been entered."""

    delivery: str
    sku: str
    quantity: int


class FileSent(Event):
    """A supplier's file: (sku, quantity) of its good lines by number."""

    digest: str
    lines: tuple[tuple[int, str, int], ...]


class Scanned(Event):
    """A device has a scan in its queue."""

    device: str
    serial: int
    delivery: str
    label: str
    sku: str
    quantity: int


class Uploaded(Event):
    """A site took a scan in; `offline`: it had waited for long."""

    device: str
    serial: int
    result: str
    offline: bool
