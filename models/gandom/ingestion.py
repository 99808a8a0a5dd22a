"""Ingestion: scans of deliveries and suppliers' files become movements, each box and each line once."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.draft import Draft
from models.gandom.ledger import RECEIVE
from models.gandom.messages import CONFLICT_409, Imported, ImportFile, Noted, NoteDelivery, Scan, ScanAnswer
from models.gandom.records import DeliveryNote, Review
from models.patterns import CONFLICT, Entry
from sim import Caller

if TYPE_CHECKING:
    from models.gandom.site import Site

_encode = msgspec.msgpack.Encoder().encode


class Ingestion:
    """What one site received."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self._notes: dict[tuple[str, str], int] = {}
        self._loose: dict[tuple[str, str], int] = {}  # received without labels, by delivery and sku
        self.reviews: set[str] = set()

    def put(self, change: DeliveryNote | Review) -> None:
        """Take in what was written."""
        if isinstance(change, Review):
            self.reviews.add(change.item)
        else:
            self._notes[change.delivery, change.sku] = change.quantity

    def count_loose(self, reason: str, sku: str, quantity: int) -> None:
        """A receive movement: count it if its box had no label."""
        kind, delivery, _ = (*reason.split("/", 2), "", "")[:3]
        if kind == "loose":
            self._loose[delivery, sku] = self._loose.get((delivery, sku), 0) + quantity

    def note(self, caller: Caller, note: NoteDelivery) -> Noted | None:
        """A delivery note is entered; the same one again changes nothing, another content is refused."""
        site = self._site
        wrong = site.pricing.wrong(((note.sku, note.quantity),))
        known = self._notes.get((note.delivery, note.sku))
        if wrong or known not in (None, note.quantity):
            site.refuse(caller, wrong or CONFLICT_409)
            return None
        if known is None:
            draft = Draft(site)
            draft.add(DeliveryNote(note.delivery, note.sku, note.quantity))
            site.commit(draft)
        return Noted()

    def scan(self, caller: Caller, scan: Scan) -> ScanAnswer | None:
        """Take a scan in; the same (device, serial) gets the same answer."""
        site = self._site
        key = self.key(scan)
        known = site.keys.begin(key, _encode(scan))
        if isinstance(known, Entry):
            return msgspec.msgpack.decode(known.answer, type=ScanAnswer)
        if known == CONFLICT:
            site.refuse(caller, CONFLICT_409)
            return None
        wrong = site.pricing.wrong(((scan.sku, scan.quantity),))
        if wrong:
            site.keys.drop(key)
            site.refuse(caller, wrong)
            return None
        draft = Draft(site)
        answer = self._receive(draft, scan)
        draft.add(site.keys.entry(key, _encode(answer)))
        site.commit(draft)
        return answer

    def key(self, scan: Scan) -> str:
        """What tells scans apart."""
        return f"{scan.device}/{scan.serial}"

    def reason(self, scan: Scan) -> str:
        """What tells boxes apart: their label over all devices; without one, the scan."""
        if scan.label:
            return f"label/{scan.delivery}/{scan.label}"
        return f"loose/{scan.delivery}/{self.key(scan)}"

    def _receive(self, draft: Draft, scan: Scan) -> ScanAnswer:
        reason = self.reason(scan)
        if self._site.ledger.has(RECEIVE, reason):
            return ScanAnswer("known", 0)
        free = scan.quantity if scan.label else self._left(scan)
        quantity = min(scan.quantity, free)
        if quantity > 0:
            draft.move(scan.sku, RECEIVE, quantity, reason)
        if quantity < scan.quantity:
            draft.add(Review(reason, f"{scan.quantity - quantity} of {scan.sku} are not on the delivery note"))
            return ScanAnswer("review", quantity)
        return ScanAnswer("received", quantity)

    def _left(self, scan: Scan) -> int:
        """What the delivery note says, less what came of it without labels."""
        place = scan.delivery, scan.sku
        return self._notes.get(place, 0) - self._loose.get(place, 0)

    def load(self, caller: Caller, file: ImportFile) -> Imported | None:
        """Take a supplier's file in: bad lines wait for a person, the rest goes on; known lines change nothing."""
        site = self._site
        if not file.lines:
            site.refuse(caller, "the file has no lines")
            return None
        draft = Draft(site)
        bad = 0
        for number, (sku, text) in enumerate(file.lines):
            reason = f"file/{file.digest}/{number}"
            quantity = int(text) if text.isascii() and text.isdigit() else 0
            if site.pricing.wrong(((sku, quantity),)):
                bad += 1
                if reason not in self.reviews:
                    draft.add(Review(reason, f"{text!r} of {sku!r}"))
            elif not site.ledger.has(RECEIVE, reason):
                draft.move(sku, RECEIVE, quantity, reason)
        if draft.changes:
            site.commit(draft)
        return Imported(len(file.lines) - bad, bad)
