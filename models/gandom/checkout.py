"""Checkout: a customer's lines become an order, once for each request id, with all of them held or none."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.draft import Draft
from models.gandom.messages import CONFLICT_409, OUT_OF_STOCK, Place, Placed
from models.gandom.order import PLACED, Order
from models.patterns import CONFLICT, IN_PROGRESS, Entry
from sim import MS, Caller

if TYPE_CHECKING:
    from models.gandom.site import Site

RENDER_MS = (2, 15)
"""What the handler of a page takes between the request and the transaction."""

_encode = msgspec.msgpack.Encoder().encode


class Checkout:
    """Takes orders."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    async def place(self, caller: Caller, place: Place) -> None:
        """Answer a customer's request. Only what follows the pause is the transaction."""
        site = self._site
        seen = site.reservations.seen()
        await site.sleep(site.random.between(*RENDER_MS) * MS)
        wrong = site.pricing.wrong(place.lines)
        if wrong:
            site.refuse(caller, wrong)
            return
        known = site.keys.begin(self.key(place), _encode(place.lines))
        if isinstance(known, Entry):
            site.reply(caller, msgspec.msgpack.decode(known.answer, type=Placed))
        elif known in (CONFLICT, IN_PROGRESS):
            site.refuse(caller, CONFLICT_409)
        else:
            self._take(caller, place, seen)

    def key(self, place: Place) -> str:
        """What tells requests apart."""
        return f"{place.customer}/{place.request}"

    def _take(self, caller: Caller, place: Place, seen: dict[str, int]) -> None:
        site = self._site
        lines = site.pricing.lines(place.lines)
        short = site.reservations.short_of(lines, seen)
        if short is not None:
            site.keys.drop(self.key(place))
            site.front.turn_away(caller, short.sku, short.quantity, OUT_OF_STOCK)
            return
        order = Order(
            id=f"{site.name}#{site.transactions}",
            customer=place.customer,
            request=place.request,
            lines=lines,
            total=site.pricing.total(lines),
            state=PLACED,
            placed_at=site.now(),
            expires_at=site.now() + site.settings.expiry,
        )
        answer = Placed(order.id, order.total)
        draft = Draft(site)
        site.reservations.hold(draft, order)
        draft.put(order, "")
        draft.note(order)
        draft.feed(order, "placed")
        draft.add(site.keys.entry(self.key(place), _encode(answer)))
        self.complete(draft, order)
        site.commit(draft)
        site.reply(caller, answer)

    def complete(self, draft: Draft, order: Order) -> None:
        """What else is true of a new order: nothing, for nobody has paid it."""
