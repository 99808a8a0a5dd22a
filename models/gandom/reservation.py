"""Reservations: lines of orders held, then sold or released, each once; and sales at the till."""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.ledger import HOLD, RELEASE, RESTOCK, SELL, WASTE
from models.gandom.messages import OUT_OF_STOCK, Sell, Sold, Waste
from models.gandom.money import Line
from models.gandom.order import READY, Order
from sim import Caller

if TYPE_CHECKING:
    from models.gandom.site import Site

Seen = dict[str, int]
"""Rights by sku, as they were when a customer's request came."""


class Reservations:
    """What one site holds and sells. HELD -> COMMITTED | RELEASED is told by the movements of a line."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    def seen(self) -> Seen:
        """What a page shows of the stock."""
        return {sku: self._site.escrow.rights(sku) for sku in self._site.pricing.skus}

    def available(self, sku: str, seen: Seen) -> int:  # noqa: ARG002 - what a page showed decides nothing
        """How many can be held: decided when it is taken, and not when it was shown."""
        return self._site.escrow.rights(sku)

    def short_of(self, lines: tuple[Line, ...], seen: Seen) -> Line | None:
        """The first line that there is not enough for."""
        return next((line for line in lines if self.available(line.sku, seen) < line.quantity), None)

    def hold(self, draft: Draft, order: Order) -> None:
        """Hold all lines."""
        for line in order.lines:
            draft.move(line.sku, HOLD, line.quantity, order.line_id(line))

    def commit(self, draft: Draft, order: Order) -> None:
        """Sell what is held."""
        for line in order.lines:
            if not self._site.ledger.has(SELL, order.line_id(line)):
                draft.move(line.sku, SELL, line.quantity, order.line_id(line), held=True)

    def release(self, draft: Draft, order: Order) -> None:
        """Give back what is held."""
        for line in order.lines:
            if not self._site.ledger.has(RELEASE, order.line_id(line)):
                draft.move(line.sku, RELEASE, line.quantity, order.line_id(line))

    def restock(self, draft: Draft, order: Order) -> None:
        """Put back what was sold; what is packed already is bread of yesterday."""
        if order.state == READY:
            return
        for line in order.lines:
            if self._site.ledger.has(SELL, order.line_id(line)) and not self.is_restocked(order, line):
                draft.move(line.sku, RESTOCK, line.quantity, order.line_id(line))

    def is_restocked(self, order: Order, line: Line) -> bool:
        """Whether a line has been put back before."""
        return self._site.ledger.has(RESTOCK, order.line_id(line))

    def sell(self, caller: Caller, sale: Sell) -> Sold | None:
        """At the till: one conditional decrement, once for each sale."""
        return self._take(caller, SELL, sale.sku, sale.quantity, sale.sale)

    def waste(self, caller: Caller, waste: Waste) -> Sold | None:
        """Throw away what was not sold, likewise."""
        return self._take(caller, WASTE, waste.sku, waste.quantity, waste.waste)

    def _take(self, caller: Caller, kind: str, sku: str, quantity: int, reason: str) -> Sold | None:
        site = self._site
        wrong = site.pricing.wrong(((sku, quantity),))
        if wrong:
            site.refuse(caller, wrong)
            return None
        if not site.ledger.has(kind, reason):
            if site.escrow.rights(sku) < quantity:
                site.front.turn_away(caller, sku, quantity, OUT_OF_STOCK)
                return None
            draft = Draft(site)
            draft.move(sku, kind, quantity, reason)
            site.commit(draft)
        return Sold()
