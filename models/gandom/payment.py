"""Payments: what a site does with the provider until each order's money is where it belongs.

Silence is unknown: a call is repeated with the key that was stored before the first try, or the provider is asked. A
key that may be forgotten is never used again before the order's intents were looked up (Stripe, "Idempotent requests").
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from models.gandom.draft import Draft
from models.gandom.messages import (
    CancelIntent,
    CreateIntent,
    Fetch,
    IntentView,
    Lookup,
    OrderSeen,
    Pay,
    ProviderAnswer,
    RefundIntent,
)
from models.gandom.order import AWAITING, CANCELED, EXPIRED, PLACED, REFUNDING, Order
from models.patterns import RetryPolicy
from sim import MS, Caller, Refused, Request, Timeout

if TYPE_CHECKING:
    from models.gandom.site import Site

CANCEL, EXPIRE = "cancel", "expire"
KEY_SHARE = 24
"""Clocks differ: a key counts as forgotten when all but this part of its time is over; an hour of a day."""

Errand = Callable[[Order], Awaitable[None]]


class Payments:
    """Runs the errands of a site's orders at the provider, one story for each order that has any."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self._busy: set[str] = set()
        self._policy = RetryPolicy(
            initial=min(500 * MS, site.settings.retry_cap), cap=site.settings.retry_cap, jitter_ppm=500_000
        )

    # What customers ask

    def pay(self, caller: Caller, pay: Pay) -> OrderSeen | None:
        """Begin a payment; another card only after the one before was declined. The key is durable before its use."""
        site = self._site
        order = site.known(caller, pay.order)
        if order is None:
            return None
        again = order.state == AWAITING and order.outcome == "declined" and not order.closing
        draft = Draft(site)
        begun = order if again else site.book.advance(draft, order, AWAITING)
        if begun is not None:
            begun = msgspec.structs.replace(
                begun,
                card=pay.card,
                tries=order.tries + 1,
                key_at=site.now(),
                intent="",
                tried=(*order.tried, order.intent) if again else (),
                outcome="",
            )
            draft.put(begun, begun.state)
            site.commit(draft)
            self.wake(order.id)
        return site.shown(order.id)

    def close(self, draft: Draft, order: Order, wish: str) -> None:
        """Close an order that is not paid. With an intent that may exist, only the wish is stored."""
        site = self._site
        if order.state == PLACED:
            self.let_go(draft, order, wish)
        elif order.state == AWAITING and not order.closing:
            draft.put(msgspec.structs.replace(order, closing=wish), order.state)
            self.before_closing(draft, order)
        site.wake_later(order.id)

    def let_go(self, draft: Draft, order: Order, wish: str) -> None:
        """No money can come any more: the order closes, and what it held is free."""
        if self._site.book.advance(draft, order, CANCELED if wish == CANCEL else EXPIRED) is not None:
            self._site.reservations.release(draft, order)

    def before_closing(self, draft: Draft, order: Order) -> None:
        """What happens to the holds before the provider has said that the intent is canceled: nothing."""

    # Errands

    def wake(self, name: str) -> None:
        """See to it that somebody runs the errands of an order."""
        if name not in self._busy and self._errand(name) is not None:
            self._busy.add(name)
            self._site.spawn(self._run(name))

    async def _run(self, name: str) -> None:
        failed = 0
        while (errand := self._errand(name)) is not None:
            try:
                await errand(self._site.book.orders[name])
                failed = 0
            except (Timeout, Refused):
                failed += 1
                await self._site.sleep(self._policy.drawn(failed, self._site.random))
        self._busy.discard(name)

    def _errand(self, name: str) -> Errand | None:
        order = self._site.book.orders[name]
        if order.owes:
            return self._refund
        if order.state != AWAITING:
            return None
        if order.closing:
            return self._cancel if order.intent else self._resolve
        return None if order.intent else self._resolve

    async def _resolve(self, order: Order) -> None:
        """Find out what became of the present try: by its key while that is known, then by the order's id."""
        if self.is_forgotten(order):
            await self._look_up(order)
            return
        site = self._site
        create = CreateIntent(self.key(order), order.id, site.name, order.total, order.card)
        answer = await self.ask(create)
        if answer.status == 500:
            await self.after_500(order)
        else:
            self._settle(answer)

    def is_forgotten(self, order: Order) -> bool:
        """Whether the provider may have forgotten the key of this try."""
        return self._is_old(order.key_at)

    def _is_old(self, first_use: int) -> bool:
        key_ttl = self._site.settings.key_ttl
        return self._site.now() - first_use >= key_ttl - key_ttl // KEY_SHARE

    def key(self, order: Order) -> str:
        """The idempotency key of this try, however often it is repeated."""
        return f"{order.id}/intent/{order.tries}"

    async def after_500(self, order: Order) -> None:
        """The answer to this key will be 500 for ever, and the charge may exist: look."""
        await self._look_up(order)

    async def _look_up(self, order: Order) -> None:
        """Take the newest intent of the order; if this try has none, it never was executed."""
        answer = await self.ask(Lookup(order.id))
        now = self._site.book.orders[order.id]
        is_new = answer.view is not None and answer.view.intent not in now.tried
        if is_new:
            self._settle(answer)
        elif now.n == order.n and not now.intent:
            self.try_anew(now)

    def try_anew(self, order: Order) -> None:
        """There is no intent of this try: close the order if that is wished, else begin another try."""
        draft = Draft(self._site)
        if order.closing:
            self.let_go(draft, order, order.closing)
        else:
            draft.put(msgspec.structs.replace(order, tries=order.tries + 1, key_at=self._site.now()), order.state)
        self._site.commit(draft)

    async def _cancel(self, order: Order) -> None:
        """First cancel the intent; what follows, follows from the provider's word."""
        answer = await self.ask(CancelIntent(order.intent))
        self._settle(answer)

    async def _refund(self, order: Order) -> None:
        """Pay back the first intent that is owed."""
        intent = order.owes[0]
        known = await self.ask(Fetch(intent))
        if known.view is not None and known.view.refunded < known.view.cents:
            if order.refunds == 0 or self._is_old(order.refund_at):
                order = self._next_refund(order)
            await self.ask(RefundIntent(f"{order.id}/refund/{order.refunds}", intent, known.view.cents))
            known = await self.ask(Fetch(intent))
            if known.view is not None and known.view.refunded < known.view.cents:
                self._next_refund(order)  # a stored 500 without effect: the same key would say so for ever
        self._settle(known)

    def _next_refund(self, order: Order) -> Order:
        site = self._site
        now = site.book.orders[order.id]
        changed = msgspec.structs.replace(now, refunds=now.refunds + 1, refund_at=site.now())
        draft = Draft(site)
        draft.put(changed, changed.state)
        site.commit(draft)
        return changed

    async def look(self, intent: str) -> IntentView | None:
        """The provider's object is the truth."""
        return (await self.ask(Fetch(intent))).view

    async def ask(self, request: Request[ProviderAnswer]) -> ProviderAnswer:
        """Ask the provider once."""
        site = self._site
        return await site.call(site.provider, request, timeout=site.settings.call_timeout)

    def _settle(self, answer: ProviderAnswer) -> None:
        if answer.view is not None:
            draft = Draft(self._site)
            self._site.settlement.settle(draft, answer.view)
            self._site.commit(draft)

    # Rejections

    def reject(self, order: Order) -> bool:
        """Give the money back and put the bread on the shelf; False if it is too late for that."""
        site = self._site
        draft = Draft(site)
        site.reservations.restock(draft, order)
        moved = site.book.advance(draft, order, REFUNDING)
        if moved is not None:
            draft.put(msgspec.structs.replace(moved, owes=(*moved.owes, moved.paid_by)), moved.state)
        site.commit(draft)
        self.wake(order.id)
        return moved is not None
