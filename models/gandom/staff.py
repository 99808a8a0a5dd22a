"""Staff in the office: they sell at the till, edit, count, throw away, accept orders and reject some."""

from models.gandom.messages import BoardAsk, Edit, Handle, Sell, StockAsk, Waste
from models.gandom.order import ACCEPTED, PAID, READY, REFUNDING
from models.gandom.people import Desk
from sim import MS, Refused, Step, Timeout

SERVED_MAX = 6


class Staff:
    """One member of staff."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def sell(self, step: Step) -> None:
        """Sell at the till."""
        desk = self._desk
        quantity = desk.number(step, 1, 2)
        sale = Sell(f"sale/{desk.serial()}", step.key, quantity)
        with desk.client.operation("sell", key=step.key, arg=quantity) as operation:
            await desk.ask(desk.places.office, sale)
            operation.ok()

    async def waste(self, step: Step) -> None:
        """Throw away."""
        desk = self._desk
        quantity = desk.number(step, 1, 1)
        waste = Waste(f"waste/{desk.serial()}", step.key, quantity)
        with desk.client.operation("waste", key=step.key, arg=quantity) as operation:
            await desk.ask(desk.places.office, waste)
            operation.ok()

    async def edit(self, step: Step) -> None:
        """Open the form, think, and say what there is; half of the time what it showed is right."""
        await self._set(step, counted=False)

    async def count(self, step: Step) -> None:
        """Count a shelf, and sometimes find less than there should be."""
        await self._set(step, counted=True)

    async def _set(self, step: Step, *, counted: bool) -> None:
        desk = self._desk
        try:
            seen = await desk.client.call(desk.places.office, StockAsk(step.key), timeout=desk.settings.call_timeout)
        except (Timeout, Refused):
            return
        await desk.client.sleep(desk.stream.between(50, 600) * MS)
        off = desk.stream.between(-3, 1) if counted else desk.stream.between(-1, 4)
        n = max(0, seen.on_hand + off) if desk.said(step, 0) is None else desk.number(step, 0, 0)
        kind = "count" if counted else "edit"
        edit = Edit(f"{kind}/{desk.serial()}", step.key, n, seen.vector, counted)
        with desk.client.operation(kind, key=step.key, arg=n) as operation:
            operation.ok((await desk.ask(desk.places.office, edit)).quantity)

    async def serve(self, step: Step) -> None:
        """Take every order on the board one step further."""
        desk = self._desk
        for order, state in (await self._board())[:SERVED_MAX]:
            to = {PAID: ACCEPTED, ACCEPTED: READY}.get(state)
            if to is not None:
                with desk.client.operation("serve", key=step.key, arg=(order, to)) as operation:
                    operation.ok((await desk.maybe_twice(desk.places.office, Handle(order, to))).state)

    async def reject(self, step: Step) -> None:
        """Reject an order that is paid; sometimes with two clicks."""
        desk = self._desk
        found = [order for order, state in await self._board() if state in (PAID, ACCEPTED, READY)]
        if found:
            order = desk.stream.choice(found)
            with desk.client.operation("reject", key=step.key, arg=order) as operation:
                operation.ok((await desk.maybe_twice(desk.places.office, Handle(order, REFUNDING))).state)

    async def _board(self) -> list[tuple[str, str]]:
        desk = self._desk
        try:
            board = await desk.client.call(desk.places.office, BoardAsk(), timeout=desk.settings.call_timeout)
        except (Timeout, Refused):
            return []
        return [(order, state) for order, state in board.orders if state in (PAID, ACCEPTED, READY)]
