"""Promises to the world outside: every order is announced once, every box is received once."""

from models.gandom.events import Announced, Arrived, Entry, FeedBegun, FileSent, NoteKnown
from models.gandom.invariants.told import LEDGER_EVENTS, Told
from models.gandom.ledger import RECEIVE, Movement
from sim import SECOND, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

PROMPT, BACKLOG = 2 * SECOND, 10 * SECOND
"""A tab rings so soon after an entry, and is through with what it missed so soon after everything healed."""


class AnnouncedEach(Invariant):
    """Every tab that is linked in settle has rung for every placed order, once in its life; feeds have no gaps."""

    name = "announced-each"
    watches = (Entry, Announced, FeedBegun)
    claim = "every tab rang once for every order"

    def __init__(self, admins: tuple[str, ...], slack_ns: int) -> None:
        super().__init__()
        self._admins = admins
        self._slack_ns = slack_ns
        self._entries: dict[str, list[tuple[Entry, int]]] = {}
        self._rings: dict[tuple[str, int, int], str] = {}
        self._rung: dict[tuple[str, int, str], int] = {}
        self._first: dict[tuple[str, str], int] = {}
        self._begun: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count rings where they are heard."""
        event = emitted.event
        if isinstance(event, Entry):
            self._take_entry(emitted, event)
        elif isinstance(event, FeedBegun):
            place = event.admin, event.site
            self._begun[place] = max(event.after, self._begun.get(place, 0))
        elif isinstance(event, Announced):
            self._take_ring(emitted, event)

    def _take_entry(self, emitted: Emitted, event: Entry) -> None:
        known = self._entries.setdefault(event.site, [])
        if event.n == len(known) + 1:
            known.append((event, emitted.t_ns))
        elif event.n > len(known) + 1:
            self.contradict(emitted, f"entry {event.n} of {event.site} follows {len(known)}: {when(emitted)}")
        elif known[event.n - 1][0] != event:
            self.contradict(emitted, f"entry {event.n} of {event.site} was {known[event.n - 1][0]!r}, now {event!r}")

    def _take_ring(self, emitted: Emitted, event: Announced) -> None:
        ring = event.admin, event.life, event.ring
        first = self._rings.setdefault(ring, event.order)
        if first != event.order:
            self.contradict(emitted, f"ring {event.ring} of {event.admin} was for {first}, now for {event.order}")
        rung = self._rung.setdefault((event.admin, event.life, event.order), event.ring)
        if rung != event.ring:
            said = f"{event.admin} announced {event.order} as ring {rung} and again as ring {event.ring}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
        self._first.setdefault((event.admin, event.order), emitted.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for orders that a tab never rang for, or too late."""
        if self._found is None and record.settle_ns < record.end_ns:
            for admin in self._admins:
                if admin not in record.down:
                    self._judge(admin, record)
        return super().conclude(record)

    def _judge(self, admin: str, record: RunRecord) -> None:
        for site, entries in self._entries.items():
            for entry, t_ns in entries:
                is_excused = entry.what != "placed" or entry.n <= self._begun.get((admin, site), 0)
                due = max(t_ns + PROMPT, record.settle_ns + BACKLOG) + self._slack_ns
                rung = self._first.get((admin, entry.order))
                if is_excused or due > record.end_ns or (rung is not None and rung <= due):
                    continue
                said = f"{admin} had not announced {entry.order}, entry {entry.n} of {site} at {show_ns(t_ns)}"
                self._found = Verdict(self.name, "fail", f"{said}, by {show_ns(due)}", at_ns=due)
                return


class ScanOnce(Invariant):
    """What is received is what really arrived: each box, each line of a file, and no more than the note says."""

    name = "scan-once"
    watches = (*LEDGER_EVENTS, Arrived, NoteKnown, FileSent)
    claim = "what was received had arrived, each box once"

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._arrived: dict[str, tuple[str, int]] = {}
        self._notes: dict[tuple[str, str], int] = {}
        self._loose: dict[tuple[str, str], int] = {}
        self._received: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what a site books with the boxes at its door."""
        event = emitted.event
        if isinstance(event, Arrived):
            self._arrived[f"label/{event.delivery}/{event.label}"] = event.sku, event.quantity
        elif isinstance(event, NoteKnown):
            self._notes[event.delivery, event.sku] = event.quantity
        elif isinstance(event, FileSent):
            for number, sku, quantity in event.lines:
                self._arrived[f"file/{event.digest}/{number}"] = sku, quantity
        entry = self._told.see(emitted)
        if isinstance(entry, Movement) and entry.kind == RECEIVE:
            self._receive(emitted, entry)

    def _receive(self, emitted: Emitted, entry: Movement) -> None:
        kind, _, rest = entry.reason.partition("/")
        if kind == "loose":
            self._receive_loose(emitted, entry, rest.partition("/")[0])
            return
        total = self._received[entry.reason] = self._received.get(entry.reason, 0) + entry.quantity
        opening = (entry.sku, entry.quantity if kind == "opening" else 0)
        expected = self._arrived.get(entry.reason, opening)
        if (entry.sku, total) != expected:
            sku, quantity = expected
            said = f"{total} of {entry.sku} were received as {entry.reason}, where {quantity} of {sku} arrived"
            self.contradict(emitted, f"{said}: {when(emitted)}")

    def _receive_loose(self, emitted: Emitted, entry: Movement, delivery: str) -> None:
        place = delivery, entry.sku
        total = self._loose[place] = self._loose.get(place, 0) + entry.quantity
        noted = self._notes.get(place, 0)
        if total > noted:
            said = f"{total} of {entry.sku} were received from {delivery}, whose note says {noted}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
