"""What the provider and the shop told of money, folded once: charges are counted where cards are charged."""

from dataclasses import dataclass, field

from models.gandom.events import Charged, IntentState, OrderPlaced, OrderState, Receipted, RefundPaid
from models.gandom.order import PLACED
from sim import Emitted

MONEY_EVENTS = (OrderPlaced, OrderState, Receipted, IntentState, Charged, RefundPaid)


@dataclass
class Charge:
    """A succeeded intent."""

    intent: str
    order: str
    cents: int
    at_ns: int
    refunded: int = 0


@dataclass
class Account:
    """One order: what it should cost, its state as last told, its receipts, charges and intents."""

    order: str
    total: int = 0
    lines_total: int = 0
    state: str = ""
    n: int = 0
    since_ns: int = 0
    placed_ns: int = 0
    was_paid: bool = False
    receipts: list[Receipted] = field(default_factory=list)
    charges: dict[str, Charge] = field(default_factory=dict)
    intents: dict[str, str] = field(default_factory=dict)
    decided_ns: int | None = None

    @property
    def net(self) -> int:
        """Cents that were charged and not paid back."""
        return sum(one.cents - one.refunded for one in self.charges.values())


class Accounts:
    """All orders by id. `changed` is the account that the newest event changed, None if it told nothing new."""

    def __init__(self) -> None:
        self.by_order: dict[str, Account] = {}
        self.changed: Account | None = None
        self._intents: dict[tuple[str, int], str] = {}
        self._record = -1

    def see(self, emitted: Emitted) -> Account | None:
        """Take in an event; several checks may show the same one."""
        if emitted.record != self._record:
            self._record = emitted.record
            self.changed = self._take(emitted)
        return self.changed

    def _take(self, emitted: Emitted) -> Account | None:
        event = emitted.event
        if not isinstance(event, MONEY_EVENTS):
            return None
        account = self.by_order.setdefault(event.order, Account(event.order))
        is_new = False
        match event:
            case OrderPlaced():
                is_new = _place(account, event, emitted.t_ns)
            case OrderState():
                is_new = _move(account, event, emitted.t_ns)
            case Receipted():
                is_new = event not in account.receipts
                if is_new:
                    account.receipts.append(event)
            case IntentState():
                is_new = self._turn(account, event, emitted.t_ns)
            case Charged():
                is_new = event.intent not in account.charges
                if is_new:
                    account.charges[event.intent] = Charge(event.intent, event.order, event.cents, emitted.t_ns)
            case RefundPaid():
                charge = account.charges[event.intent]
                is_new = event.refunded > charge.refunded
                charge.refunded = max(charge.refunded, event.refunded)
        return account if is_new else None

    def _turn(self, account: Account, event: IntentState, t_ns: int) -> bool:
        if (event.intent, event.n) in self._intents:
            return False
        self._intents[event.intent, event.n] = event.after
        account.intents[event.intent] = event.after
        if event.after in ("succeeded", "canceled"):
            account.decided_ns = t_ns
        return True


def _place(account: Account, event: OrderPlaced, t_ns: int) -> bool:
    if account.state:
        return False
    account.total = event.total
    account.lines_total = sum(quantity * price for _, quantity, price in event.lines)
    account.state, account.since_ns, account.placed_ns = PLACED, t_ns, t_ns
    return True


def _move(account: Account, event: OrderState, t_ns: int) -> bool:
    if event.n <= account.n:
        return False
    account.n, account.state, account.since_ns = event.n, event.after, t_ns
    account.was_paid |= event.after == "PAID"
    return True
