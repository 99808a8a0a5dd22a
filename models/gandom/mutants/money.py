"""Bugs of orders and payments: states by hope, keys that do not hold, money in fractions."""

import msgspec

from models.gandom.checkout import Checkout
from models.gandom.draft import Draft
from models.gandom.messages import Ack, Webhook
from models.gandom.money import Line, Pricing
from models.gandom.order import AWAITING, CANCELED, PAID, REFUNDED, Order, OrderBook
from models.gandom.payment import Payments
from models.gandom.records import Receipt, WebhookDone
from models.gandom.reservation import Reservations
from models.gandom.settlement import Settlement
from models.gandom.webhook import Inbox, Poller, Returns
from sim import MS, Caller


class PaidWhenPlaced(Checkout):
    """The receipt of a card is written PAID when the order is made."""

    def complete(self, draft: Draft, order: Order) -> None:
        """Paid, for the customer will pay."""
        asked = self._site.book.advance(draft, order, AWAITING)
        if asked is not None:
            self._site.book.advance(draft, asked, PAID)


class AnyStatus(OrderBook):
    """Any state may follow any other."""

    def allows(self, before: str, after: str) -> bool:  # noqa: ARG002 - nothing is looked at
        """Whatever staff clicks."""
        return True


class RestocksEachReject(Reservations):
    """Whoever rejects puts the bread back."""

    def is_restocked(self, order: Order, line: Line) -> bool:  # noqa: ARG002 - nobody looks
        """Not that anybody would know."""
        return False


class SecondWrite(Settlement):
    """The receipt is written in a transaction of its own, after the order."""

    def book_receipt(self, draft: Draft, receipt: Receipt) -> None:  # noqa: ARG002 - it is not in this one
        """A moment later."""
        self._site.spawn(self._later(receipt))

    async def _later(self, receipt: Receipt) -> None:
        await self._site.sleep(30 * MS)
        draft = Draft(self._site)
        draft.add(receipt)
        self._site.commit(draft)


class KeyPerTry(Payments):
    """Every repetition has a new idempotency key."""

    def key(self, order: Order) -> str:
        """Unique, as a UUID is."""
        return f"{order.id}/intent/{self._site.random.below(2**62)}"


class KeyForEver(Payments):
    """A key is used again however old it is."""

    def is_forgotten(self, order: Order) -> bool:  # noqa: ARG002 - its age is not looked at
        """Never."""
        return False


class Retries500(Payments):
    """A 500 is taken for "not charged"."""

    async def after_500(self, order: Order) -> None:
        """Try again under a new key."""
        self.try_anew(order)


class RedirectIsPaid(Returns):
    """Who comes back from the provider's page has paid."""

    def came_back(self, order: Order) -> None:
        """The page was called ``success``."""
        draft = Draft(self._site)
        if self._site.book.advance(draft, order, PAID) is not None:
            self._site.reservations.commit(draft, order)
            self._site.commit(draft)


_STATE_OF = {"succeeded": PAID, "refunded": REFUNDED, "canceled": CANCELED}


class EventIsTruth(Inbox):
    """The state comes from the event, and not from the intent."""

    async def take(self, hook: Webhook) -> bool:
        """What the event is called, the order becomes."""
        order = self._site.book.find(hook.order)
        state = _STATE_OF.get(hook.kind)
        draft = Draft(self._site)
        if order is not None and state not in (None, order.state):
            moved = msgspec.structs.replace(order, state=state, n=order.n + 1)
            draft.put(moved, order.state)
            draft.note(moved)
        draft.add(WebhookDone(hook.event, hook.order, hook.created, early=False))
        self._site.commit(draft)
        return True


class AnswersFirst(Inbox):
    """2xx at once, the work afterwards."""

    async def receive(self, caller: Caller, hook: Webhook) -> None:
        """It is in memory."""
        self._site.reply(caller, Ack())
        await self._site.sleep(20 * MS)
        if hook.event not in self.done:
            await self.take(hook)


class WebhookOnly(Poller):
    """Webhooks will tell."""

    def due(self) -> list[Order]:
        """Nobody asks."""
        return []


class ReleasesFirst(Payments):
    """Holds are released when an order is to be closed, and the intent is canceled afterwards."""

    def before_closing(self, draft: Draft, order: Order) -> None:
        """The bread is free already."""
        self._site.reservations.release(draft, order)


class FloatCents(Pricing):
    """Totals in binary fractions of the currency."""

    def total(self, lines: tuple[Line, ...]) -> int:
        """As a spreadsheet would."""
        return int(sum(line.price / 100 * line.quantity for line in lines) * 100)
