"""Promises about searches: exactly what is READY is found, with the scores of the accepted texts, and no one else's."""

from collections.abc import Iterable

from models.smartsearch.ingestion import events as e
from models.smartsearch.invariants.ledger import DB_EVENTS, Ledger
from models.smartsearch.invariants.reference import Reference
from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when


class ReadyIffFound(Invariant):
    """(a) Each document found is READY, and its score that of its text; (b) nothing better that is READY is missing.

    With a replica of the index (`staleness` above 0) a document may be missing for that long, and may still have the
    score of its version before; while faults are on nobody knows how long, so what is late is judged when all has
    healed. Nothing is ever found early, or with a score that no version of it had.
    """

    name = "ready-iff-found"
    claim = "every search found what was READY, with the scores of the accepted texts"
    watches = (*DB_EVENTS, e.Found)

    def __init__(self, ledger: Ledger, reference: Reference, staleness: int) -> None:
        super().__init__()
        self._ledger = ledger
        self._reference = reference
        self._staleness = staleness
        self._ready: dict[str, dict[int, None]] = {}
        self._late: list[tuple[int, str]] = []

    def observe(self, emitted: Emitted) -> None:
        """Compare a search with brute force over what is READY at this moment."""
        event = emitted.event
        if isinstance(event, e.Found):
            self._compare(emitted, event)
        elif self._ledger.take(emitted) and isinstance(event, e.Ready):
            tenant = self._ledger.stories[event.doc].accepted.tenant
            self._ready.setdefault(tenant, {})[event.doc] = None

    def _versions(self, doc: int, now: int) -> list[int]:
        """The versions that a search may see: the last one, and those that were replaced a moment ago."""
        ready = self._ledger.stories[doc].ready
        if not self._staleness:
            return [ready[-1][1].version]
        ends = [t_ns for t_ns, _ in ready[1:]] + [now + 1]
        return [one.version for (_, one), end in zip(ready, ends, strict=True) if end > now - self._staleness]

    def _compare(self, now: Emitted, found: e.Found) -> None:
        said = f"{found.asker}'s search {found.number} ({when(now)})"
        order = list(zip((-one for one in found.scores), found.documents, strict=True))
        if order != sorted(order) or len(order) > found.k:
            self.contradict(now, f"{said} is not in order: {order}")
        for score, doc in zip(found.scores, found.documents, strict=True):
            right = self._scores(found, doc, now.t_ns) if doc in self._ready.get(found.tenant, {}) else []
            if not right:
                self.contradict(now, f"{said} finds document {doc}, which is not READY")
            elif score not in right:
                self._wrong(
                    now, found, doc, score, f"{said} finds document {doc} with {score}, its text has {right[-1]}"
                )
        self._complete(now, found, said)

    def _wrong(self, now: Emitted, found: e.Found, doc: int, score: int, sentence: str) -> None:
        """A score that is not that of the text now: of a version before, the replica is late; else it is nobody's."""
        before = [one.version for _, one in self._ledger.stories[doc].ready]
        if self._staleness and score in self._of_versions(found, doc, before):
            self._late.append((now.t_ns, sentence))
        else:
            self.contradict(now, sentence)

    def _scores(self, found: e.Found, doc: int, now: int) -> list[int]:
        return self._of_versions(found, doc, self._versions(doc, now))

    def _of_versions(self, found: e.Found, doc: int, versions: list[int]) -> list[int]:
        text = self._ledger.stories[doc].accepted.text
        return [self._reference.score(found.query, doc, text, version) for version in versions]

    def _complete(self, now: Emitted, found: e.Found, said: str) -> None:
        """Nothing that is READY for long enough and comes before the last one found is missing."""
        seen = frozenset(found.documents)
        last = (-found.scores[-1], found.documents[-1]) if len(found.documents) == found.k else None
        for doc in self._settled(found, now.t_ns):
            if doc in seen:
                continue
            worst = min(self._scores(found, doc, now.t_ns))
            if last is None or (-worst, doc) < last:
                sentence = f"{said} misses document {doc} with {worst}, which is READY"
                if self._staleness:
                    self._late.append((now.t_ns, sentence))
                else:
                    self.contradict(now, sentence)

    def _settled(self, found: e.Found, now: int) -> Iterable[int]:
        for doc in self._ready.get(found.tenant, {}):
            if self._ledger.stories[doc].ready[0][0] <= now - self._staleness:
                yield doc

    def conclude(self, record: RunRecord) -> Verdict:
        """Of a replica, what is missing or of before once everything had time to heal."""
        late = [(t_ns, said) for t_ns, said in self._late if t_ns > record.settle_ns + 2 * self._staleness]
        if self._found is None and late and record.settle_ns < record.end_ns:
            return Verdict(self.name, "fail", late[0][1], at_ns=late[0][0])
        return super().conclude(record)


class TenantApart(Invariant):
    """No search and no status shows another tenant's document."""

    name = "tenant-apart"
    claim = "nobody saw another tenant's document"
    watches = (e.Accepted, e.Found, e.StatusSeen)

    def __init__(self) -> None:
        super().__init__()
        self._tenants: dict[int, str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with whose document it is."""
        event = emitted.event
        if isinstance(event, e.Accepted):
            self._tenants[event.doc] = event.tenant
            return
        assert isinstance(event, (e.Found, e.StatusSeen)), "these are watched"
        seen = event.documents if isinstance(event, e.Found) else (event.doc,)
        for doc in seen:
            owner = self._tenants.get(doc)
            if owner != event.tenant:
                said = f"{event.tenant} sees document {doc} of {owner or 'nobody'}"
                self.contradict(emitted, f"{said} ({when(emitted)})")
