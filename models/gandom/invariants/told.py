"""What all sites have told of their ledgers, folded once for every check of a run that asks."""

from models.gandom.events import Moved, NoteWritten
from models.gandom.ledger import MASK, TRANSFER, LedgerEntry, Movement, Vector
from sim import Emitted

LEDGER_EVENTS = (Moved, NoteWritten)

Sums = dict[tuple[str, str], int]
"""(what, sku) -> sum; `what` is free, shelf, own, or the site that rights went to."""


class Told:
    """Entries by site and serial, and for every prefix of a site's entries their sums: a vector is a few look-ups."""

    def __init__(self) -> None:
        self.entries: dict[str, list[LedgerEntry]] = {}
        self.told_at: dict[str, list[int]] = {}
        self.contradiction = ""
        self.fresh: LedgerEntry | None = None
        self._sums: dict[str, list[Sums]] = {}
        self._marks: dict[str, list[int]] = {}
        self._record = -1

    def see(self, emitted: Emitted) -> LedgerEntry | None:
        """Take in an event; the entry that it tells of if that is new. Several checks may show the same event."""
        if emitted.record == self._record:
            return self.fresh
        self._record = emitted.record
        self.fresh = None
        event = emitted.event
        if isinstance(event, Moved):
            self._take(event.movement, emitted.t_ns)
        elif isinstance(event, NoteWritten):
            self._take(event.note, emitted.t_ns)
        return self.fresh

    def _take(self, entry: LedgerEntry, t_ns: int) -> None:
        known = self.entries.setdefault(entry.site, [])
        if entry.serial <= len(known):
            if known[entry.serial - 1] != entry:
                self.contradiction = f"{entry.site} {entry.serial} is {known[entry.serial - 1]!r}, and now {entry!r}"
        elif entry.serial > len(known) + 1:
            self.contradiction = f"{entry.site} tells {entry.serial} after {len(known)}"
        else:
            known.append(entry)
            self.told_at.setdefault(entry.site, []).append(t_ns)
            self._sum_up(entry)
            self.fresh = entry

    def _sum_up(self, entry: LedgerEntry) -> None:
        prefixes = self._sums.setdefault(entry.site, [{}])
        marks = self._marks.setdefault(entry.site, [0])
        if not isinstance(entry, Movement):
            prefixes.append(prefixes[-1])
            marks.append(marks[-1] + entry.mark & MASK)
            return
        sums = dict(prefixes[-1])
        own = -entry.quantity if entry.kind == TRANSFER else entry.effect
        parts = {"free": entry.effect, "shelf": entry.effect + entry.promised, "own": own}
        if entry.kind == TRANSFER:
            parts[entry.to] = entry.quantity
        for what, quantity in parts.items():
            sums[what, entry.sku] = sums.get((what, entry.sku), 0) + quantity
        prefixes.append(sums)
        marks.append(marks[-1])

    def knows(self, vector: Vector) -> bool:
        """Whether all entries of a vector were told."""
        return all(serial <= len(self.entries.get(site, ())) for site, serial in vector)

    def sum_at(self, what: str, sku: str, vector: Vector) -> int:
        """The sum over the entries of a vector."""
        return sum(self._sums[site][serial].get((what, sku), 0) for site, serial in vector if serial)

    def rights_at(self, site: str, sku: str, vector: Vector) -> int:
        """The rights of a site that has these entries."""
        return sum(
            self._sums[name][serial].get(("own" if name == site else site, sku), 0) for name, serial in vector if serial
        )

    def marks_at(self, vector: Vector) -> int:
        """The digest of the states of all orders, by the entries of a vector."""
        return sum(self._marks[site][serial] for site, serial in vector if serial) & MASK
