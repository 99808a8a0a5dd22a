"""A client: does the steps of its script one after another, as whoever the verb asks for."""

from collections.abc import Awaitable, Callable, Mapping

from models.gandom.customer import Customer
from models.gandom.people import Desk
from models.gandom.places import Places
from models.gandom.settings import Settings
from models.gandom.staff import Staff
from models.gandom.warehouse import Warehouse
from sim import Actor, Script, Step

VERBS = {
    "order": 2,
    "cancel": 0,
    "collect": 0,
    "sell": 1,
    "waste": 1,
    "edit": 1,
    "count": 1,
    "serve": 0,
    "reject": 0,
    "deliver": 1,
    "load": 1,
}
"""Verb -> how many arguments it takes beside the sku: a quantity; an order also a card, or `none` not to pay."""


class BakeryClient(Actor):
    """Customer, member of staff or worker, as its script has it."""

    def __init__(self, places: Places, script: Script, settings: Settings, number: int) -> None:
        self._places = places
        self._script = script
        self._settings = settings
        self._number = number

    def on_start(self) -> None:
        """Begin the script."""
        desk = Desk(self, self._script, self._places, self._settings, self.random.child("choices"))
        self._verbs = _verbs_of(Customer(desk, self._number), Staff(desk), Warehouse(desk))
        self.spawn(self.story())

    async def story(self) -> None:
        """One step at a time."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            await self._verbs[step.verb](step)


def _verbs_of(
    customer: Customer, staff: Staff, warehouse: Warehouse
) -> Mapping[str, Callable[[Step], Awaitable[None]]]:
    return {
        "order": customer.order,
        "cancel": customer.cancel,
        "collect": customer.collect,
        "sell": staff.sell,
        "waste": staff.waste,
        "edit": staff.edit,
        "count": staff.count,
        "serve": staff.serve,
        "reject": staff.reject,
        "deliver": warehouse.deliver,
        "load": warehouse.load,
    }
