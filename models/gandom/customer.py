"""Customers: they order, pay, come back from the provider's page, cancel and collect."""

from models.gandom.messages import CancelOrder, Handle, Pay, Place, Return
from models.gandom.order import AWAITING, COLLECTED
from models.gandom.people import Desk
from models.gandom.provider import DECLINED, GOOD, SLOW, SLOW_DECLINED
from sim import MS, Refused, Step, Timeout

CARDS = {GOOD: 6, DECLINED: 1, SLOW: 2, SLOW_DECLINED: 1}
LOOKS = 4
"""How often somebody who paid looks at the order."""


class Customer:
    """One customer, at one storefront."""

    def __init__(self, desk: Desk, number: int) -> None:
        self._desk = desk
        shops = desk.places.shops
        self._shop = shops[number % len(shops)]
        self._orders: list[str] = []

    async def order(self, step: Step) -> None:
        """Order, then pay."""
        desk = self._desk
        quantity = desk.number(step, 1, 3)
        lines = [(step.key, quantity)]
        if not desk.is_literal and desk.stream.below(4) == 0:
            lines.append((f"k{desk.stream.below(len(desk.settings.prices))}", 1))
        request = desk.serial()
        with desk.client.operation("place", key=step.key, arg=(quantity, request)) as operation:
            place = Place(desk.client.name, request, tuple(lines))
            placed = await desk.maybe_twice(self._shop, place)
            operation.ok(placed.order)
            self._orders.append(placed.order)
            card = desk.said(step, 1) or desk.stream.weighted(CARDS)
        if operation.outcome == "ok" and card != "none":
            await self._pay(step.key, self._orders[-1], card)

    async def _pay(self, key: str, order: str, card: str) -> None:
        desk = self._desk
        with desk.client.operation("pay", key=key, arg=(order, card)) as operation:
            seen = await desk.maybe_twice(self._shop, Pay(order, card))
            operation.ok(seen.state)
        if operation.outcome == "ok" and await self._come_back(order) == "declined" and not desk.is_literal:
            with desk.client.operation("pay", key=key, arg=(order, GOOD)) as operation:
                operation.ok((await desk.ask(self._shop, Pay(order, GOOD))).state)
            await self._come_back(order)

    async def _come_back(self, order: str) -> str:
        """Look until it is paid, declined or long ago; returns the last outcome seen."""
        desk, outcome = self._desk, ""
        for _ in range(LOOKS):
            await desk.client.sleep(desk.stream.between(300, 900) * MS)
            try:
                seen = await desk.client.call(self._shop, Return(order), timeout=desk.settings.call_timeout)
            except (Timeout, Refused):
                continue
            outcome = seen.outcome
            if seen.state != AWAITING or outcome:
                break
        return outcome

    async def cancel(self, step: Step) -> None:
        """Cancel the newest order."""
        if self._orders:
            order = self._orders[-1]
            with self._desk.client.operation("cancel", key=step.key, arg=order) as operation:
                operation.ok((await self._desk.ask(self._shop, CancelOrder(order))).state)

    async def collect(self, step: Step) -> None:
        """Collect one of the orders."""
        if self._orders:
            order = self._desk.stream.choice(self._orders)
            with self._desk.client.operation("collect", key=step.key, arg=order) as operation:
                operation.ok((await self._desk.ask(self._shop, Handle(order, COLLECTED))).state)
