"""Escrow: the rights of a site to sell, spent locally and moved by their donor alone.

A bounded counter (Balegas and others, "Extending Eventually Consistent Cloud Databases for Enforcing Numeric
Invariants", 2015; after O'Neil, "The Escrow Transactional Method", 1986): the rights of all sites and those on their
way are the stock that is free to sell, so no site that sells within its own can sell what is not there.
"""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.events import Asked
from models.gandom.ledger import TRANSFER, LedgerEntry, Movement
from models.gandom.messages import RightsAsk

if TYPE_CHECKING:
    from models.gandom.site import Site

ASKED, MOVED = "asked", "moved"
"""Moments of a transfer, as its taker sees it."""


class Escrow:
    """The rights of one site, a cache of its ledger."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.own: dict[str, int] = {}
        self._wanted: dict[str, int] = {}  # what somebody was refused since rights were last asked for

    def rights(self, sku: str) -> int:
        """How many of a sku this site may sell or hold."""
        return self.own.get(sku, 0)

    def fold(self, entry: LedgerEntry) -> None:
        """Take in a new entry, own or received."""
        if not isinstance(entry, Movement):
            return
        if entry.site == self._site.name:
            self._add(entry.sku, -entry.quantity if entry.kind == TRANSFER else entry.effect)
        elif entry.to == self._site.name and self.counts_at(MOVED):
            self._add(entry.sku, entry.quantity)

    def counts_at(self, moment: str) -> bool:
        """When the taker of a transfer counts it: only once it has the donor's movement."""
        return moment == MOVED

    def repeated(self, entry: LedgerEntry) -> None:
        """An entry came that came before: it counts no more."""

    def want(self, sku: str, quantity: int) -> None:
        """Somebody was refused so many."""
        self._wanted[sku] = max(quantity, self._wanted.get(sku, 0))
        self._ask(sku)

    def tick(self) -> None:
        """Ask for what runs low."""
        if self._site.settings.stock == "escrow":
            for sku in self._site.pricing.skus:
                if self.rights(sku) < max(self._site.settings.low, self._wanted.get(sku, 0)):
                    self._ask(sku)

    def _ask(self, sku: str) -> None:
        """Ask the site with most, as far as this one knows. Nobody is asked for what would leave it as poor."""
        site, own = self._site, self.rights(sku)
        others = [name for name in site.sites if name != site.name]
        richest = max(others, key=lambda name: site.ledger.rights[name].get(sku, 0))
        has, wanted = site.ledger.rights[richest].get(sku, 0), self._wanted.pop(sku, 0)
        urgent = wanted > own
        if has < 1 or (not urgent and has < own + 2):
            return
        quantity = max(wanted, site.settings.low) - own
        if quantity > 0:
            site.emit(Asked(site.name, richest, sku, quantity))
            if self.counts_at(ASKED):
                self._add(sku, quantity)
            site.send(richest, RightsAsk(sku, quantity, urgent))

    def asked(self, source: str, ask: RightsAsk) -> None:
        """Another site asks: write a transfer of what can be spared."""
        own = self.rights(ask.sku)
        spare = own if ask.urgent else own // 2
        quantity = min(spare, ask.quantity)
        if quantity > 0:
            draft = Draft(self._site)
            site = self._site
            draft.move(ask.sku, TRANSFER, quantity, f"{source}/{site.transactions}", to=source)
            site.commit(draft)

    def _add(self, sku: str, quantity: int) -> None:
        self.own[sku] = self.own.get(sku, 0) + quantity
