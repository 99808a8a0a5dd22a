"""The store's workers: boxes really arrive, are scanned, some twice; suppliers' files are loaded, some twice."""

from hashlib import blake2b

from models.gandom.events import Arrived, FileSent
from models.gandom.messages import ImportFile, NoteDelivery, Trigger
from models.gandom.people import Desk
from sim import Step

BOXES_MAX = 3


class Warehouse:
    """One worker."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def deliver(self, step: Step) -> None:
        """A delivery arrives and is scanned box by box; boxes without labels come with a note."""
        desk = self._desk
        if not desk.places.scanners:
            return
        delivery, size = desk.serial(), desk.number(step, 1, 4)
        boxes = 1 if desk.is_literal else desk.stream.between(1, BOXES_MAX)
        is_labelled = desk.is_literal or desk.stream.below(3) > 0
        if not is_labelled and not await self._enter_note(step, delivery, size * boxes):
            return
        for box in range(1, boxes + 1):
            label = f"L{box}" if is_labelled else ""
            desk.client.emit(Arrived(delivery, label, step.key, size))
            await self._scan(step, Trigger(delivery, label, step.key, size))

    async def _enter_note(self, step: Step, delivery: str, quantity: int) -> bool:
        desk = self._desk
        with desk.client.operation("note", key=step.key, arg=(delivery, quantity)) as operation:
            await desk.ask(desk.places.office, NoteDelivery(delivery, step.key, quantity))
            operation.ok()
        return operation.outcome == "ok"

    async def _scan(self, step: Step, trigger: Trigger) -> None:
        desk = self._desk
        with desk.client.operation("scan", key=step.key, arg=(trigger.delivery, trigger.label)) as operation:
            await desk.ask(desk.stream.choice(desk.places.scanners), trigger)
            operation.ok()
        if desk.stream.chance(desk.settings.double_scan):
            with desk.client.operation("scan", key=step.key, arg=(trigger.delivery, trigger.label)) as operation:
                await desk.ask(desk.stream.choice(desk.places.scanners), trigger)
                operation.ok()

    async def load(self, step: Step) -> None:
        """A supplier's file, with a bad line now and then; sent twice now and then."""
        desk = self._desk
        good = [(step.key, str(desk.number(step, 1, 3))) for _ in range(2)]
        bad = [("k?", "1"), (step.key, "-2"), (step.key, "a few")]
        lines = [*good, desk.stream.choice(bad)] if desk.stream.below(2) else good
        lines = desk.stream.shuffled(lines)
        digest = blake2b(f"{desk.serial()} {lines}".encode(), digest_size=8).hexdigest()
        right = [(number, sku, int(text)) for number, (sku, text) in enumerate(lines) if (sku, text) in good]
        desk.client.emit(FileSent(digest, tuple(right)))
        with desk.client.operation("load", key=step.key, arg=digest) as operation:
            file = ImportFile(digest, tuple(lines))
            done = await desk.maybe_twice(desk.places.office, file)
            operation.ok((done.good, done.bad))
