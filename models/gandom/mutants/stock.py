"""Bugs of stock: sums that are overwritten, rights that are guessed, syncs that skip."""

from models.gandom.checkout import Checkout
from models.gandom.counts import Counts
from models.gandom.draft import Draft
from models.gandom.escrow import ASKED, Escrow
from models.gandom.ingestion import Ingestion
from models.gandom.ledger import TRANSFER, Ledger, LedgerEntry, Movement, Vector
from models.gandom.messages import Edit, Scan
from models.gandom.reservation import Reservations, Seen
from models.gandom.sync import Sync


class CheckThenTake(Reservations):
    """Decides by what it read when the request came."""

    def available(self, sku: str, seen: Seen) -> int:
        """The read of before, without a condition on the write."""
        return seen[sku]


class SetsAbsolute(Counts):
    """The form overwrites the number."""

    def adjust(self, draft: Draft, edit: Edit, quantity: int) -> None:  # noqa: ARG002 - a difference is not known here
        """Set the stock, and write no movement."""
        self._site.ledger.free[edit.sku] = edit.n


class ScanAdds(Ingestion):
    """Every scan that comes adds."""

    def reason(self, scan: Scan) -> str:
        """A box is whatever comes in."""
        return f"{super().reason(scan)}#{self._site.transactions}"

    def key(self, scan: Scan) -> str:
        """Nothing is known again."""
        return f"{super().key(scan)}#{self._site.transactions}"


class CounterSync(Escrow):
    """A PN-counter: increments and decrements are merged, and everybody sells from the merged sum."""

    def rights(self, sku: str) -> int:
        """What is free as far as this site has heard."""
        return self._site.ledger.free.get(sku, 0)


class LastWriter(Ledger):
    """The stock of a sku is what the last write, by its writer's clock, left."""

    def sum_up(self, movement: Movement) -> None:
        """Later wins, earlier is dropped."""
        of_sku = [one for one in self.arrivals if isinstance(one, Movement) and one.sku == movement.sku]
        newest = max(of_sku, key=lambda one: (one.at, one.site))
        self.free[movement.sku] = newest.balance
        self.promised[movement.sku] = sum(one.promised for one in of_sku)


class TakerCounts(Escrow):
    """The asker credits itself when it asks."""

    def counts_at(self, moment: str) -> bool:
        """What was asked for will surely come."""
        return moment == ASKED


class TransferTwice(Escrow):
    """A transfer is credited whenever it is received."""

    def repeated(self, entry: LedgerEntry) -> None:
        """It came again: add again."""
        if isinstance(entry, Movement) and entry.kind == TRANSFER and entry.to == self._site.name:
            self._add(entry.sku, entry.quantity)


class SyncByCount(Sync):
    """A peer is sent what lies beyond the number of entries that it has."""

    def missing(self, vector: Vector) -> list[LedgerEntry]:
        """By count, in the order in which they arrived here."""
        return self._site.ledger.arrivals[sum(serial for _, serial in vector) :]


class NoRequestId(Checkout):
    """Each POST is a new order."""

    def key(self, place: object) -> str:  # noqa: ARG002 - the request's id is not looked at
        """Nothing is known again."""
        return f"post-{self._site.transactions}"
