"""Orders: the states that they may pass through, and the book of those that a site took."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.money import Line
from sim import Message

if TYPE_CHECKING:
    from models.gandom.draft import Draft

PLACED, AWAITING, PAID = "PLACED", "AWAITING_PAYMENT", "PAID"
ACCEPTED, READY, COLLECTED = "ACCEPTED", "READY", "COLLECTED"
CANCELED, EXPIRED, REFUNDING, REFUNDED = "CANCELED", "EXPIRED", "REFUNDING", "REFUNDED"

LEGAL = {
    PLACED: (AWAITING, CANCELED, EXPIRED),
    AWAITING: (PAID, CANCELED, EXPIRED),
    PAID: (ACCEPTED, REFUNDING),
    ACCEPTED: (READY, REFUNDING),
    READY: (COLLECTED, REFUNDING),
    REFUNDING: (REFUNDED,),
    COLLECTED: (),
    CANCELED: (),
    EXPIRED: (),
    REFUNDED: (),
}
"""State -> those that may follow. Without any that follow, it is for ever."""

UNPAID = (PLACED, AWAITING)
KEPT = (PAID, ACCEPTED, READY, COLLECTED)
"""Whose money the shop keeps."""
CLOSED = (CANCELED, EXPIRED, REFUNDED)


class Order(Message):
    """An order as its site keeps it. `n` counts its states; times are the site's wall clock in ns.

    `tries` counts intents, the key of the present one was first used at `key_at`; `intent` is its id once that is
    known, `tried` are those before it, `outcome` says ``declined`` when it was. `closing` is the wish to close it, kept
    until the provider has answered. `owes` are intents whose money must go back, `refunds` counts refund keys, first
    used at `refund_at`.
    """

    id: str
    customer: str
    request: str
    lines: tuple[Line, ...]
    total: int
    state: str
    placed_at: int
    expires_at: int
    n: int = 0
    card: str = ""
    tries: int = 0
    key_at: int = 0
    intent: str = ""
    tried: tuple[str, ...] = ()
    outcome: str = ""
    closing: str = ""
    paid_by: str = ""
    owes: tuple[str, ...] = ()
    refunds: int = 0
    refund_at: int = 0

    @property
    def quantities(self) -> tuple[tuple[str, int], ...]:
        """(sku, quantity) of each line."""
        return tuple((line.sku, line.quantity) for line in self.lines)

    def line_id(self, line: Line) -> str:
        """Names a line of an order for ever: a line has a sku of its own."""
        return f"{self.id}/{line.sku}"


def site_of(order: str) -> str:
    """The site that took an order, which alone changes it."""
    return order.rpartition("#")[0]


class OrderBook:
    """The orders of one site."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    def put(self, order: Order) -> None:
        """Keep an order as it is now."""
        self.orders[order.id] = order

    def find(self, name: str) -> Order | None:
        """An order by its id."""
        return self.orders.get(name)

    def allows(self, before: str, after: str) -> bool:
        """Whether an order may go from one state to another."""
        return after in LEGAL[before]

    def advance(self, draft: "Draft", order: Order, state: str) -> Order | None:
        """The order in its next state, noted in the draft; None if that is refused."""
        if not self.allows(order.state, state):
            return None
        moved = msgspec.structs.replace(order, state=state, n=order.n + 1)
        draft.put(moved, order.state)
        draft.note(moved)
        return moved
