"""The front of a site: customers and staff who want something of an order, here or at the site that took it."""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.events import Refusal
from models.gandom.messages import ALREADY, CUT_OFF, CancelOrder, Handle, OrderSeen, Pay, Place, Return
from models.gandom.order import CLOSED, PAID, REFUNDING, UNPAID, Order, site_of
from models.gandom.payment import CANCEL
from sim import Caller, Refused, Timeout

if TYPE_CHECKING:
    from models.gandom.site import Site

Forwarded = Place | Pay | Return | CancelOrder | Handle


class Front:
    """What is decided before an order is touched."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    def cancel(self, caller: Caller, order: Order) -> OrderSeen | None:
        """A customer cancels: what is not paid closes, what is paid and not begun is refunded."""
        site = self._site
        if order.state in UNPAID:
            self._close(order)
        elif order.state == PAID:
            site.payments.reject(order)
        elif order.state not in (*CLOSED, REFUNDING):
            site.refuse(caller, ALREADY)
            return None
        return site.shown(order.id)

    def handle(self, caller: Caller, order: Order, to: str) -> OrderSeen | None:
        """Staff moves an order; asked twice, it is where it is."""
        site = self._site
        if to == REFUNDING:
            moved = self._reject(order)
        else:
            draft = Draft(site)
            moved = site.book.advance(draft, order, to) is not None
            site.commit(draft)
        if not moved and site.book.orders[order.id].state != to:
            site.refuse(caller, ALREADY)
            return None
        return site.shown(order.id)

    def _reject(self, order: Order) -> bool:
        if order.state not in UNPAID:
            return self._site.payments.reject(order)
        self._close(order)
        return True

    def _close(self, order: Order) -> None:
        draft = Draft(self._site)
        self._site.payments.close(draft, order, CANCEL)
        self._site.commit(draft)

    def turn_away(self, caller: Caller, sku: str, quantity: int, why: str) -> None:
        """Refuse a customer, and remember what was wanted."""
        site = self._site
        here = site.escrow.rights(sku)
        elsewhere = sum(of_site.get(sku, 0) for of_site in site.ledger.rights.values()) - here
        site.emit(Refusal(site.name, sku, why, max(0, elsewhere)))
        if site.settings.stock == "escrow":
            site.escrow.want(sku, quantity)
        site.refuse(caller, why)

    def is_elsewhere(self, caller: Caller, request: Pay | Return | CancelOrder | Handle) -> bool:
        """Whether another site took the order: it is asked."""
        owner = site_of(request.order)
        if owner == self._site.name or owner not in self._site.sites:
            return False
        self.forward(caller, request, owner)
        return True

    def forward(self, caller: Caller, request: Forwarded, owner: str) -> None:
        """Ask the site that decides; one that was not heard of lately is not asked."""
        site = self._site
        if site.sync.is_in_touch(owner):
            site.spawn(self._ask(caller, request, owner))
        else:
            site.emit(Refusal(site.name, "", CUT_OFF, 0))
            site.refuse(caller, CUT_OFF)

    async def _ask(self, caller: Caller, request: Forwarded, owner: str) -> None:
        site = self._site
        try:
            answer = await site.call(owner, request, timeout=site.settings.call_timeout)
        except Refused as refused:
            site.refuse(caller, refused.reason)
        except Timeout:
            return  # unknown: the customer's own patience decides
        else:
            site.reply(caller, answer)
