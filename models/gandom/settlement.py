"""Settlement: the one path on which an intent, however this site heard of it, moves an order."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.draft import Draft
from models.gandom.messages import IntentView
from models.gandom.order import AWAITING, PAID, REFUNDED, REFUNDING, Order
from models.gandom.records import CancelLost, Receipt

if TYPE_CHECKING:
    from models.gandom.site import Site

REQUIRES_PAYMENT, PROCESSING, SUCCEEDED, INTENT_CANCELED = "requires_payment", "processing", "succeeded", "canceled"
"""States of an intent; money that went back is counted beside them."""


class Settlement:
    """Moves orders by the state of their intents, and by nothing else."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    def settle(self, draft: Draft, view: IntentView) -> None:
        """Add what follows from an intent, as the provider has it now."""
        order = self._site.book.find(view.order)
        if order is None:
            return
        if view.status == SUCCEEDED:
            self._succeeded(draft, order, view)
        elif order.state == AWAITING and order.intent in ("", view.intent) and view.intent not in order.tried:
            self._undecided(draft, order, view)

    def _succeeded(self, draft: Draft, order: Order, view: IntentView) -> None:
        if view.intent in order.owes and view.refunded >= view.cents:
            self._refunded(draft, order, view)
        elif view.intent in (order.paid_by, *order.owes) or view.refunded >= view.cents:
            return
        elif order.state == AWAITING:
            self._paid(draft, order, view)
        else:  # money for an order that is closed, or paid by another intent: it must go back
            draft.put(msgspec.structs.replace(order, owes=(*order.owes, view.intent)), order.state)
            self._site.wake_later(order.id)

    def _paid(self, draft: Draft, order: Order, view: IntentView) -> None:
        if order.closing:
            draft.add(CancelLost(order.id))
        known = msgspec.structs.replace(order, intent=view.intent, paid_by=view.intent, closing="")
        moved = self._site.book.advance(draft, known, PAID)
        if moved is None:
            return
        self._site.reservations.commit(draft, order)
        draft.feed(order, "paid")
        self.book_receipt(draft, Receipt(order.id, view.intent, view.cents, self._site.now() > order.expires_at))
        if order.closing == "cancel":
            self._site.reject_later(order.id)

    def book_receipt(self, draft: Draft, receipt: Receipt) -> None:
        """The shop's own record of the money stands in the transaction that says so."""
        draft.add(receipt)

    def _refunded(self, draft: Draft, order: Order, view: IntentView) -> None:
        left = tuple(intent for intent in order.owes if intent != view.intent)
        known = msgspec.structs.replace(order, owes=left)
        draft.put(known, known.state)
        if known.state == REFUNDING and not left:
            self._site.book.advance(draft, known, REFUNDED)

    def _undecided(self, draft: Draft, order: Order, view: IntentView) -> None:
        """Not paid: declined, canceled, or the card is slow."""
        if view.status == INTENT_CANCELED:
            known = msgspec.structs.replace(order, intent=view.intent)
            self._site.payments.let_go(draft, known, order.closing or "cancel")
            return
        outcome = "declined" if view.status == REQUIRES_PAYMENT else ""
        known = msgspec.structs.replace(order, intent=view.intent, outcome=outcome)
        if known != order:
            draft.put(known, known.state)
            self._site.wake_later(order.id)
