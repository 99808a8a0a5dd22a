"""Webhooks taken in, and the poller beside them: both only say when to look at the provider's object.

Events come at least once, in any order, some not at all; their content is never believed (Stripe, "Webhooks").
"""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.messages import Ack, Webhook
from models.gandom.order import AWAITING, Order
from models.gandom.records import WebhookDone
from sim import SECOND, Caller, Refused, Timeout

if TYPE_CHECKING:
    from models.gandom.site import Site

TOLERANCE = 300 * SECOND


class Inbox:
    """Takes webhooks in, each once."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.done: set[str] = set()

    def put(self, done: WebhookDone) -> None:
        """An event was taken in."""
        self.done.add(done.event)

    async def receive(self, caller: Caller, hook: Webhook) -> None:
        """2xx only after all that follows from the event is durable."""
        site = self._site
        if abs(site.now() - hook.signed_at) > TOLERANCE:
            site.refuse(caller, "the signature is too old, or from the future")
            return
        if hook.event not in self.done and not await self.take(hook):
            return
        site.reply(caller, Ack())

    async def take(self, hook: Webhook) -> bool:
        """Look at the intent, and write what follows together with the event's id; False if nobody knows yet."""
        site = self._site
        order = site.book.find(hook.order)
        early = order is not None and order.state == AWAITING and not order.intent
        try:
            view = await site.payments.look(hook.intent)
        except (Timeout, Refused):
            return False
        if hook.event not in self.done:
            draft = Draft(site)
            if view is not None:
                site.settlement.settle(draft, view)
            draft.add(WebhookDone(hook.event, hook.order, hook.created, early))
            site.commit(draft)
        return True


class Poller:
    """Asks after intents of which nothing was heard for `poll`."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self._asked: dict[str, int] = {}

    def tick(self) -> None:
        """Look at what is overdue."""
        for order in self.due():
            self._asked[order.id] = self._site.elapsed()
            self._site.spawn(self.look(order.intent))

    def due(self) -> list[Order]:
        """Orders that wait for an intent that is known, and of which nothing was heard for long."""
        site = self._site
        if not site.settings.poll:
            return []
        waiting = [order for order in site.book.orders.values() if order.state == AWAITING and order.intent]
        return [order for order in waiting if site.elapsed() - self._since(order) >= site.settings.poll]

    def _since(self, order: Order) -> int:
        """When this incarnation last asked after an order, or first saw that it waits."""
        return self._asked.setdefault(order.id, self._site.elapsed())

    async def look(self, intent: str) -> None:
        """The same path as a webhook's."""
        site = self._site
        try:
            view = await site.payments.look(intent)
        except (Timeout, Refused):
            return
        if view is not None:
            draft = Draft(site)
            site.settlement.settle(draft, view)
            site.commit(draft)


class Returns:
    """Customers who come back from the provider's page."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    def came_back(self, order: Order) -> None:
        """Look at the intent: where the customer was sent says nothing about the money."""
        if order.state == AWAITING and order.intent:
            self._site.spawn(self._site.poller.look(order.intent))
