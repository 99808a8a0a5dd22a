"""Promises about stock: nothing is sold that is not there, rights add up, a movement counts once, all sites agree."""

from models.gandom.events import EditAccepted, Shortened, Synced
from models.gandom.invariants.told import LEDGER_EVENTS, Told
from models.gandom.ledger import HOLD, SELL, TRANSFER, Movement
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class NoOversell(Invariant):
    """At each hold or sale, over all sites and partitions: held + sold <= received + adjusted + restocked - wasted."""

    name = "no-oversell"
    watches = LEDGER_EVENTS
    claim = "no site held or sold what was not there"

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._free: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Add up what moved."""
        entry = self._told.see(emitted)
        if not isinstance(entry, Movement):
            return
        self._free[entry.sku] = self._free.get(entry.sku, 0) + entry.effect
        if entry.kind in (HOLD, SELL) and entry.effect and self._free[entry.sku] < 0:
            missing = -self._free[entry.sku]
            what = f"{entry.kind} of {entry.quantity} {entry.sku} ({entry.reason})"
            self.contradict(emitted, f"{what} by {when(emitted)}: {missing} of them were not there")


class RightsSum(Invariant):
    """Rights of all sites and those on their way are the stock that is free to sell; nobody's are negative."""

    name = "rights-sum"
    watches = (*LEDGER_EVENTS, Synced)
    claim = "rights and transfers in flight were the free stock, none negative"

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._rights: dict[str, dict[str, int]] = {}
        self._free: dict[str, int] = {}
        self._in_flight: dict[str, list[Movement]] = {}  # by the site that they go to

    def observe(self, emitted: Emitted) -> None:
        """Compare what a site counts with the ledger."""
        entry = self._told.see(emitted)
        if isinstance(entry, Movement):
            self._free[entry.sku] = self._free.get(entry.sku, 0) + entry.effect
            if entry.kind == TRANSFER:
                self._in_flight.setdefault(entry.to, []).append(entry)
        event = emitted.event
        if isinstance(event, Synced) and self._told.knows(event.vector):
            self._land(event)
            for sku, rights in event.rights:
                self._judge(emitted, event, sku, rights)

    def _land(self, event: Synced) -> None:
        """Transfers that the site has, as it says, are in flight no more."""
        self._rights[event.site] = dict(event.rights)
        seen = dict(event.vector)
        flying = self._in_flight.get(event.site, ())
        self._in_flight[event.site] = [one for one in flying if seen.get(one.site, 0) < one.serial]

    def _judge(self, emitted: Emitted, event: Synced, sku: str, rights: int) -> None:
        expected = self._told.rights_at(event.site, sku, event.vector)
        if rights < 0:
            self.contradict(emitted, f"{when(emitted)} has {rights} rights of {sku}")
        elif rights != expected:
            said = f"{when(emitted)} counts {rights} rights of {sku}"
            self.contradict(emitted, f"{said}; by the ledger it has {expected}")
        elif not self.violated:
            self._add_up(emitted, sku)

    def _add_up(self, emitted: Emitted, sku: str) -> None:
        """The formula over all sites."""
        rights = sum(of_site.get(sku, 0) for of_site in self._rights.values())
        in_flight = sum(one.quantity for flying in self._in_flight.values() for one in flying if one.sku == sku)
        free = self._free.get(sku, 0)
        if rights + in_flight != free:
            parts = f"{rights} rights of {sku} and {in_flight} on their way"
            self.contradict(emitted, f"when {when(emitted)} spoke there were {parts}, but {free} are free to sell")


class MovedOnce(Invariant):
    """A movement's id has one content and counts once: stock is the fold of the ledger, at every site."""

    name = "moved-once"
    watches = (*LEDGER_EVENTS, Synced)
    claim = "every site's stock was the sum of its movements"

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def observe(self, emitted: Emitted) -> None:
        """Compare the sums that a site tells with the ledger."""
        self._told.see(emitted)
        if self._told.contradiction:
            self.contradict(emitted, self._told.contradiction)
        event = emitted.event
        if not isinstance(event, Synced) or self.violated:
            return
        if not self._told.knows(event.vector):
            self.contradict(emitted, f"{when(emitted)} has entries that nobody wrote: {event.vector}")
            return
        for sku, stock in event.stock:
            expected = self._told.sum_at("free", sku, event.vector)
            if stock != expected:
                said = f"{when(emitted)} says that {stock} of {sku} are free to sell"
                self.contradict(emitted, f"{said}; its movements come to {expected}")


class Converged(Invariant):
    """Once everything is healed all sites have everything, and agree; no edit that was accepted is missing."""

    name = "converged"
    watches = (*LEDGER_EVENTS, Synced, EditAccepted, Shortened)
    claim = "all sites came to the same ledger, with every edit in it"

    def __init__(self, told: Told, within_ns: int) -> None:
        super().__init__()
        self._told = told
        self._within_ns = within_ns
        self._had: dict[str, dict[str, list[int]]] = {}  # site, origin -> when it had each serial
        self._edits: dict[str, Emitted] = {}
        self._short: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep who had what when."""
        self._told.see(emitted)
        event = emitted.event
        if isinstance(event, Synced):
            of_site = self._had.setdefault(event.site, {})
            for origin, serial in event.vector:
                times = of_site.setdefault(origin, [])
                times.extend([emitted.t_ns] * (serial - len(times)))
            if self._told.knows(event.vector) and event.states != self._told.marks_at(event.vector):
                self.contradict(emitted, f"{when(emitted)} has other states of orders than its entries tell")
        elif isinstance(event, EditAccepted):
            self._edits.setdefault(event.edit, emitted)
        elif isinstance(event, Shortened):
            self._short.setdefault(event.count, event.left)

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for what somebody lacks, and for edits without their movement."""
        if self._found is None:
            self._find_lost_edit()
        if self._found is None and record.settle_ns < record.end_ns:
            self._find_laggard(record)
        return super().conclude(record)

    def _find_lost_edit(self) -> None:
        moved = {
            (entry.site, entry.reason): entry.quantity
            for entries in self._told.entries.values()
            for entry in entries
            if isinstance(entry, Movement)
        }
        for emitted in self._edits.values():
            edit = emitted.event
            assert isinstance(edit, EditAccepted)
            wanted = edit.n - self._told.sum_at("shelf", edit.sku, edit.vector)
            found = moved.get((edit.site, edit.edit), 0) - self._short.get(edit.edit, 0)
            if wanted != found or wanted != edit.quantity:
                said = f"{when(emitted)} accepted {edit.n} of {edit.sku} ({edit.edit}), a change by {wanted}"
                self.contradict(emitted, f"{said}; the ledger has {found}")

    def _find_laggard(self, record: RunRecord) -> None:
        """The first entry that a site did not have in time."""
        sites = [site for site in self._had if site not in record.down]
        for origin, times in self._told.told_at.items():
            for serial, t_ns in enumerate(times, start=1):
                due = max(t_ns, record.settle_ns) + self._within_ns
                if due > record.end_ns:
                    break
                late = next((site for site in sites if not self._has_in_time(site, origin, serial, due)), None)
                if late is not None:
                    entry = f"entry {serial} of {origin}, written at {show_ns(t_ns)}"
                    said = f"{late} did not have {entry}, by {show_ns(due)}"
                    self._found = Verdict(self.name, "fail", said, at_ns=due)
                    return

    def _has_in_time(self, site: str, origin: str, serial: int, due: int) -> bool:
        times = self._had[site].get(origin, [])
        return len(times) >= serial and times[serial - 1] <= due
