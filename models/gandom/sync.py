"""Sync: anti-entropy between sites. Both directions are the same code, and every message may be lost or come twice.

Each site tells the others its version vector, every `sync` and when it is behind; whoever has more sends what is
missing, in order per site. What was just written is sent at once, and if that is lost the next vector shows it.
"""

from typing import TYPE_CHECKING

from models.gandom.draft import Draft
from models.gandom.events import InTouch, OutOfTouch
from models.gandom.ledger import LedgerEntry, Vector
from models.gandom.messages import Batch, Hello

if TYPE_CHECKING:
    from models.gandom.site import Site

BATCH_MAX = 64


class Sync:
    """One site's end of it."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self._peers = [name for name in site.sites if name != site.name]
        self._heard = {name: site.elapsed() for name in self._peers}
        self._away: set[str] = set()

    def tick(self) -> None:
        """Tell everybody what this site has."""
        hello = Hello(self._site.ledger.vector)
        for peer in self._peers:
            self._site.send(peer, hello)
            if peer not in self._away and not self.is_in_touch(peer):
                self._away.add(peer)
                self._site.emit(OutOfTouch(self._site.name, peer))

    def is_in_touch(self, peer: str) -> bool:
        """Whether a peer was heard of lately."""
        return self._site.elapsed() - self._heard[peer] <= self._site.settings.contact

    def push(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Send what was just written to everybody."""
        self._site.broadcast(self._peers, Batch(entries))

    def hello(self, source: str, hello: Hello) -> None:
        """A peer says what it has: send what it lacks; if it has more, say what this site has."""
        self._hear(source)
        missing = self.missing(hello.vector)
        if missing:
            self._site.send(source, Batch(tuple(missing[:BATCH_MAX]), len(missing) > BATCH_MAX))
        own = dict(self._site.ledger.vector)
        if not hello.answer and any(serial > own[site] for site, serial in hello.vector):
            self._site.send(source, Hello(self._site.ledger.vector, answer=True))

    def missing(self, vector: Vector) -> list[LedgerEntry]:
        """What a peer with this vector lacks."""
        return self._site.ledger.beyond(vector)

    def batch(self, source: str, batch: Batch) -> None:
        """Take in what follows what is here, in one transaction."""
        self._hear(source)
        site = self._site
        draft = Draft(site)
        known = dict(site.ledger.vector)
        for entry in batch.entries:
            if entry.serial <= known[entry.site]:
                site.escrow.repeated(entry)
            elif entry.serial == known[entry.site] + 1:
                known[entry.site] += 1
                draft.add(entry)
        if draft.changes:
            site.commit(draft)
        if batch.more:
            site.send(source, Hello(site.ledger.vector))

    def _hear(self, source: str) -> None:
        self._heard[source] = self._site.elapsed()
        if source in self._away:
            self._away.discard(source)
            self._site.emit(InTouch(self._site.name, source))
