"""What the bakery is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.gandom.admin import Admin
from models.gandom.checkout import Checkout
from models.gandom.counts import Counts
from models.gandom.escrow import Escrow
from models.gandom.feed import Feed
from models.gandom.ingestion import Ingestion
from models.gandom.ledger import Ledger
from models.gandom.money import Pricing
from models.gandom.order import OrderBook
from models.gandom.payment import Payments
from models.gandom.reservation import Reservations
from models.gandom.settlement import Settlement
from models.gandom.sync import Sync
from models.gandom.webhook import Inbox, Poller, Returns


@dataclass(frozen=True)
class Parts:
    """The class of every part of a site, and of the admins' tabs."""

    pricing: type[Pricing] = Pricing
    ledger: type[Ledger] = Ledger
    escrow: type[Escrow] = Escrow
    sync: type[Sync] = Sync
    book: type[OrderBook] = OrderBook
    reservations: type[Reservations] = Reservations
    checkout: type[Checkout] = Checkout
    feed: type[Feed] = Feed
    payments: type[Payments] = Payments
    settlement: type[Settlement] = Settlement
    inbox: type[Inbox] = Inbox
    poller: type[Poller] = Poller
    returns: type[Returns] = Returns
    counts: type[Counts] = Counts
    ingestion: type[Ingestion] = Ingestion
    admin: type[Admin] = Admin
