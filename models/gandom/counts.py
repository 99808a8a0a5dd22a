"""Edits and counts: what a person saw becomes a difference; what is missing is taken back from the newest orders."""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.ledger import ADJUST, OrderNote
from models.gandom.messages import CHANGED, PROMISED, Edit, EditDone, StockAsk, StockSeen, Yield
from models.gandom.order import ACCEPTED, PAID, READY, UNPAID, site_of
from models.gandom.payment import CANCEL
from models.gandom.records import Edited, Shortfall
from sim import Caller

if TYPE_CHECKING:
    from models.gandom.site import Site


class Counts:
    """One site's edits, and the shortfalls that its counts found."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.short: dict[str, Shortfall] = {}
        self.done: dict[str, Edited] = {}

    def put(self, change: Edited | Shortfall) -> None:
        """Take in what was written."""
        if isinstance(change, Edited):
            self.done[change.edit] = change
        elif change.left:
            self.short[change.count] = change
        else:
            self.short.pop(change.count, None)

    def show(self, caller: Caller, ask: StockAsk) -> StockSeen | None:
        """What a form shows."""
        site = self._site
        if ask.sku not in site.pricing.skus:
            site.refuse(caller, f"no sku {ask.sku!r}; there are {', '.join(site.pricing.skus)}")
            return None
        return StockSeen(site.ledger.on_hand(ask.sku), site.ledger.vector)

    def edit(self, caller: Caller, edit: Edit) -> EditDone | None:
        """Set the stock to `n`, as seen from what the person saw; once for each edit."""
        site = self._site
        known = self.done.get(edit.edit)
        if known is not None:
            return EditDone(known.quantity)
        wrong = self._wrong(edit)
        if wrong:
            site.refuse(caller, wrong)
            return None
        quantity = edit.n - site.ledger.on_hand_at(edit.sku, edit.vector)
        if not edit.counted and -quantity > site.escrow.rights(edit.sku):
            site.refuse(caller, PROMISED)
            return None
        draft = Draft(site)
        draft.add(Edited(edit.edit, edit.sku, edit.n, edit.vector, quantity, edit.counted))
        self.adjust(draft, edit, quantity)
        site.commit(draft)
        return EditDone(quantity)

    def _wrong(self, edit: Edit) -> str:
        site = self._site
        if edit.sku not in site.pricing.skus:
            return f"no sku {edit.sku!r}; there are {', '.join(site.pricing.skus)}"
        if edit.n < 0:
            return f"a stock of {edit.n}: expected 0 or more"
        known = dict(site.ledger.vector)
        if any(serial > known.get(name, 0) for name, serial in edit.vector):
            return "the vector shows what this site has not seen"
        return CHANGED if site.ledger.is_newer(site.name, edit.sku, edit.vector) else ""

    def adjust(self, draft: Draft, edit: Edit, quantity: int) -> None:
        """Write the difference, as far as rights go; a count also what is missing beyond them."""
        done = max(quantity, -self._site.escrow.rights(edit.sku))
        if done:
            draft.move(edit.sku, ADJUST, done, edit.edit)
        if done > quantity:
            draft.add(Shortfall(edit.edit, edit.sku, done - quantity))

    def tick(self) -> None:
        """Cover shortfalls: from rights of one's own, from other sites, from the newest orders."""
        for short in tuple(self.short.values()):
            site = self._site
            quantity = min(short.left, site.escrow.rights(short.sku))
            if quantity > 0:
                draft = Draft(site)
                draft.move(short.sku, ADJUST, -quantity, f"{short.count}/{short.left}")
                draft.add(Shortfall(short.count, short.sku, short.left - quantity))
                site.commit(draft)
            elif any(rights.get(short.sku, 0) > 0 for rights in site.ledger.rights.values()):
                site.escrow.want(short.sku, short.left)
            else:
                self._take_back(short.sku)

    def _take_back(self, sku: str) -> None:
        """Close the newest order that is not paid, else the newest that is."""
        site = self._site
        notes = [note for note in site.ledger.notes.values() if any(line[0] == sku for line in note.lines)]
        for states in (UNPAID, (PAID, ACCEPTED, READY)):
            found = [note for note in notes if note.state in states]
            if found:
                newest = max(found, key=lambda note: (note.at, note.order))
                self._ask_to_close(newest)
                return

    def _ask_to_close(self, note: OrderNote) -> None:
        owner = site_of(note.order)
        if owner == self._site.name:
            self.give_up(note.order)
        else:
            self._site.send(owner, Yield(note.order))

    def give_up(self, name: str) -> None:
        """Close an order of this site, because its bread is not there."""
        site = self._site
        order = site.book.find(name)
        if order is None:
            return
        if order.state in UNPAID:
            draft = Draft(site)
            site.payments.close(draft, order, CANCEL)
            site.commit(draft)
        elif order.state in (PAID, ACCEPTED, READY):
            site.payments.reject(order)
