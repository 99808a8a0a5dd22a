"""What a site tells the checks of each change that it wrote."""

from collections.abc import Iterator

from models.gandom import events
from models.gandom.ledger import HOLD, RELEASE, RESTOCK, SELL, TRANSFER, Movement, OrderNote
from models.gandom.order import Order
from models.gandom.records import (
    CancelLost,
    Change,
    DeliveryNote,
    Edited,
    FeedEntry,
    OrderPut,
    Receipt,
    Review,
    Shortfall,
    WebhookDone,
)
from sim import Event


def events_of(site: str, change: Change) -> Iterator[Event]:
    """The events of one change in the journal of `site`; none of what it received from another."""
    match change:
        case Movement() if change.site == site:
            yield from _of_movement(change)
        case OrderNote() if change.site == site:
            yield events.NoteWritten(change)
        case OrderPut():
            yield from _of_order(site, change.order, change.before)
        case FeedEntry():
            yield events.Entry(site, change.n, change.order, change.what)
        case Receipt():
            yield events.Receipted(change.order, change.intent, change.cents)
            if change.late:
                yield events.PaidLate(change.order)
        case WebhookDone():
            yield events.WebhookSeen(change.event, change.order, change.created, change.early)
        case Edited():
            yield events.EditAccepted(
                site, change.edit, change.sku, change.n, change.vector, change.quantity, change.counted
            )
        case Shortfall():
            yield events.Shortened(change.count, change.sku, change.left)
        case _:
            yield from _of_the_rest(change)


def _of_the_rest(change: Change) -> Iterator[Event]:
    match change:
        case DeliveryNote():
            yield events.NoteKnown(change.delivery, change.sku, change.quantity)
        case Review():
            yield events.Reviewed(change.item, change.why)
        case CancelLost():
            yield events.CancelRaceLost(change.order)
        case _:
            return


def _of_movement(movement: Movement) -> Iterator[Event]:
    yield events.Moved(movement)
    order = movement.reason.rpartition("/")[0]
    if movement.kind == HOLD:
        yield events.Held(order, movement.sku)
    elif movement.kind == SELL and movement.held:
        yield events.Committed(order, movement.sku)
    elif movement.kind == RELEASE:
        yield events.Released(order, movement.sku)
    elif movement.kind == RESTOCK:
        yield events.Restocked(order, movement.sku, movement.site, movement.serial)
    elif movement.kind == TRANSFER:
        yield events.Transferred(movement.site, movement.to, movement.serial, movement.sku, movement.quantity)


def _of_order(site: str, order: Order, before: str) -> Iterator[Event]:
    if not before:
        lines = tuple((line.sku, line.quantity, line.price) for line in order.lines)
        yield events.OrderPlaced(order.id, order.customer, order.request, lines, order.total, site)
    elif before != order.state:
        yield events.OrderState(order.id, order.n, before, order.state)
