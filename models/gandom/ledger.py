"""The ledger: movements of stock, numbered per site, and the sums that follow from them.

Stock is never a number that somebody overwrites: it is the sum of movements, and a movement counts once, whoever
repeats it (Helland, "Life beyond Distributed Transactions", 2007). What is kept beside the entries is a cache of the
sums, rebuilt at every start. States of orders travel in the same log, so that every site knows every order.
"""

from collections.abc import Iterable
from hashlib import blake2b

from sim import Message

Vector = tuple[tuple[str, int], ...]
"""Highest dense serial by site, sorted by name."""

RECEIVE, HOLD, SELL, RELEASE = "receive", "hold", "sell", "release"
RESTOCK, ADJUST, WASTE, TRANSFER = "restock", "adjust", "waste", "transfer"
_SIGN = {RECEIVE: 1, HOLD: -1, SELL: -1, RELEASE: 1, RESTOCK: 1, ADJUST: 1, WASTE: -1, TRANSFER: 0}
MASK = 2**64 - 1


class Movement(Message):
    """Entry `serial` of `site`: `quantity` of a sku moved, because of `reason`.

    `held`: the sale of a line that was held already, which takes nothing twice. `to` is the site that a transfer of
    rights goes to. `at` is the writer's clock (ns) and `balance` what was free to sell at the writer after it, as an
    auditor wants to read it: nobody computes with either.
    """

    site: str
    serial: int
    sku: str
    kind: str
    quantity: int
    reason: str
    held: bool = False
    to: str = ""
    at: int = 0
    balance: int = 0

    @property
    def effect(self) -> int:
        """What it adds to the stock that is free to sell, all sites together."""
        return 0 if self.held else _SIGN[self.kind] * self.quantity

    @property
    def promised(self) -> int:
        """What it adds to the stock that is held for orders and still on the shelf."""
        if self.kind == HOLD:
            return self.quantity
        return -self.quantity if self.kind == RELEASE or self.held else 0


class OrderNote(Message):
    """Entry `serial` of `site`: its order came into `state`, the `n`-th of its states. `at` is when it was placed."""

    site: str
    serial: int
    order: str
    n: int
    state: str
    lines: tuple[tuple[str, int], ...]
    at: int

    @property
    def mark(self) -> int:
        """What it adds to the digest of all states."""
        return int.from_bytes(blake2b(f"{self.order} {self.n} {self.state}".encode(), digest_size=8).digest(), "big")


LedgerEntry = Movement | OrderNote


class Ledger:
    """All entries that a site has, its own and those it received, and the caches of their sums."""

    def __init__(self, sites: Iterable[str]) -> None:
        self.entries: dict[str, list[LedgerEntry]] = {site: [] for site in sites}
        self.arrivals: list[LedgerEntry] = []
        self.free: dict[str, int] = {}
        self.promised: dict[str, int] = {}
        self.rights: dict[str, dict[str, int]] = {site: {} for site in self.entries}
        self.notes: dict[str, OrderNote] = {}
        self.marks = 0
        self._reasons: dict[tuple[str, str], Movement] = {}

    def take(self, entry: LedgerEntry) -> None:
        """Add the next entry of its site."""
        known = self.entries[entry.site]
        assert entry.serial == len(known) + 1, f"{entry.site} {entry.serial} does not follow {len(known)}"
        known.append(entry)
        self.arrivals.append(entry)
        if isinstance(entry, OrderNote):
            self.notes[entry.order] = entry
            self.marks = (self.marks + entry.mark) & MASK
            return
        self._reasons[entry.kind, entry.reason] = entry
        self.sum_up(entry)
        self._share(entry)

    def sum_up(self, movement: Movement) -> None:
        """Add a movement, own or received, to the cache of what is free to sell."""
        self.free[movement.sku] = self.free.get(movement.sku, 0) + movement.effect
        self.promised[movement.sku] = self.promised.get(movement.sku, 0) + movement.promised

    def _share(self, movement: Movement) -> None:
        """Everybody's rights, as far as this site has heard: what tells whom to ask."""
        of_site = self.rights[movement.site]
        moved = -movement.quantity if movement.kind == TRANSFER else movement.effect
        of_site[movement.sku] = of_site.get(movement.sku, 0) + moved
        if movement.kind == TRANSFER:
            target = self.rights[movement.to]
            target[movement.sku] = target.get(movement.sku, 0) + movement.quantity

    @property
    def vector(self) -> Vector:
        """How much it has of each site."""
        return tuple((site, len(entries)) for site, entries in sorted(self.entries.items()))

    def has(self, kind: str, reason: str) -> bool:
        """Whether a movement of this kind was made for this reason: what is done once asks here."""
        return (kind, reason) in self._reasons

    def on_hand(self, sku: str) -> int:
        """What lies on the shelf: free to sell, or held for an order that is not paid."""
        return self.free.get(sku, 0) + self.promised.get(sku, 0)

    def on_hand_at(self, sku: str, vector: Vector) -> int:
        """What lay on the shelf for somebody who had seen the entries of `vector` and no others."""
        seen = (entry for site, serial in vector for entry in self.entries[site][:serial])
        return sum(one.effect + one.promised for one in seen if isinstance(one, Movement) and one.sku == sku)

    def is_newer(self, site: str, sku: str, vector: Vector) -> bool:
        """Whether `site` moved the sku after what `vector` shows of it."""
        return any(isinstance(one, Movement) and one.sku == sku for one in self.entries[site][dict(vector)[site] :])

    def beyond(self, vector: Vector) -> list[LedgerEntry]:
        """All that somebody with this vector lacks, in order per site."""
        known = dict(vector)
        return [entry for site, entries in self.entries.items() for entry in entries[known.get(site, 0) :]]
