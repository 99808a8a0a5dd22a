"""Promises about documents: their states, their attempts, one effect each, and nothing between READY and DEAD."""

from models.smartsearch.ingestion import events as e
from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.embedding import pack
from models.smartsearch.ingestion.messages import CONFLICT, DEAD, PENDING, PROCESSING, READY, RETRY_WAIT
from models.smartsearch.ingestion.tables import digest_of
from models.smartsearch.invariants.copies import COPY_EVENTS, Copies
from models.smartsearch.invariants.ledger import DB_EVENTS, Ledger
from models.smartsearch.invariants.reference import Reference
from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when

LEGAL = {
    "": (PENDING,),
    PENDING: (PROCESSING, DEAD),
    PROCESSING: (READY, RETRY_WAIT, DEAD, PENDING, PROCESSING),
    RETRY_WAIT: (PENDING, PROCESSING, DEAD),
    DEAD: (PENDING,),
    READY: (),
}
"""State -> what may follow. PROCESSING after PROCESSING: claimed anew, once its lease had run out."""


class LegalState(Invariant):
    """Jobs move as they may, and the attempt rises by one at each claim and at nothing else."""

    name = "legal-state"
    claim = "every document moved as it may, one attempt for each claim"
    watches = (e.Moved, e.Claimed)

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0
        self._attempts: dict[int, int] = {}
        self._states: dict[tuple[int, int], str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the state and the attempt before."""
        event = emitted.event
        assert isinstance(event, (e.Moved, e.Claimed)), "these two are watched"
        if event.n <= self._seen:
            return
        self._seen = event.n
        if isinstance(event, e.Moved):
            self._move(emitted, event)
        else:
            self._claim(emitted, event)

    def _move(self, emitted: Emitted, event: e.Moved) -> None:
        before = self._states.get((event.doc, event.job), "")
        self._states[event.doc, event.job] = event.now
        if event.now not in LEGAL[before]:
            said = f"document {event.doc} goes from {before or 'nothing'} to {event.now}"
            self.contradict(emitted, f"{said} ({when(emitted)})")

    def _claim(self, emitted: Emitted, event: e.Claimed) -> None:
        before = self._attempts.get(event.doc, 0)
        self._attempts[event.doc] = event.attempt
        if event.attempt != before + 1:
            said = f"document {event.doc} is claimed as attempt {event.attempt}"
            self.contradict(emitted, f"{said}, and the claim before was {before} ({when(emitted)})")


class FenceHolds(Invariant):
    """READY and DEAD carry the highest attempt that was claimed of the document so far."""

    name = "fence-holds"
    claim = "no attempt that had been replaced ended a document's work"
    watches = (e.Claimed, e.Ready, e.Dead)

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0
        self._newest: dict[int, tuple[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the newest claim."""
        event = emitted.event
        assert isinstance(event, (e.Claimed, e.Ready, e.Dead)), "these three are watched"
        if event.n <= self._seen:
            return
        self._seen = event.n
        newest = self._newest.get(event.doc)
        if isinstance(event, e.Claimed):
            self._newest[event.doc] = event.attempt, emitted
        elif newest is not None and event.attempt != newest[0]:
            what = "READY" if isinstance(event, e.Ready) else "DEAD"
            said = f"document {event.doc} is {what} by attempt {event.attempt} ({when(emitted)})"
            self.contradict(emitted, f"{said}, though attempt {newest[0]} was claimed by {when(newest[1])}")


class OneDocument(Invariant):
    """One document per tenant and request id; another text under it is always refused, the same text never."""

    name = "one-document"
    claim = "every request id stood for one text"
    watches = (e.Accepted,)

    def __init__(self) -> None:
        super().__init__()
        self._accepted: dict[str, e.Accepted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what was accepted under the same request."""
        event = emitted.event
        assert isinstance(event, e.Accepted), "this one is watched"
        first = self._accepted.setdefault(f"{event.tenant}/{event.request}", event)
        if first.doc != event.doc:
            said = f"{event.tenant}'s request {event.request} is document {first.doc} and document {event.doc}"
            self.contradict(emitted, f"{said} ({when(emitted)})")

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare what clients were answered."""
        if self._found is not None:
            return self._found
        for op in record.history:
            first = self._accepted.get(str(op.key))
            if op.f != "submit" or op.outcome != "ok":
                continue
            same = first is not None and digest_of(first.text).hex() == op.arg
            if (op.result == CONFLICT) == same or (op.result != CONFLICT and op.result != getattr(first, "doc", None)):
                said = f"{op.client} submitted {'the same' if same else 'another'} text as {op.key}"
                return Verdict(self.name, "fail", f"{said} and was answered {op.result}", at_ns=op.ret_ns)
        return Verdict(self.name, "pass", self.claim)


class ReadyOrDead(Invariant):
    """No document is both; there is a dead letter for each time that one became DEAD, and for no other reason."""

    name = "ready-or-dead"
    claim = "dead letters were those of dead documents"
    watches = (e.Dead, e.DeadLetter, e.Ready)

    def __init__(self) -> None:
        super().__init__()
        self._dead: dict[tuple[int, int], int] = {}
        self._letters: dict[tuple[int, int], int] = {}
        self._seen = 0

    def observe(self, emitted: Emitted) -> None:
        """A letter follows its death at once."""
        event = emitted.event
        assert isinstance(event, (e.Dead, e.DeadLetter, e.Ready)), "these three are watched"
        if event.n <= self._seen:
            return
        self._seen = event.n
        key = event.doc, event.attempt
        if isinstance(event, e.Dead):
            self._dead[key] = self._dead.get(key, 0) + 1
        elif isinstance(event, e.DeadLetter):
            self._letters[key] = self._letters.get(key, 0) + 1
            if self._letters[key] > self._dead.get(key, 0):
                said = f"a dead letter says that document {event.doc} was given up at attempt {event.attempt}"
                self.contradict(emitted, f"{said}, and it was not ({when(emitted)})")
        elif key in self._dead:
            said = f"document {event.doc} becomes READY by attempt {event.attempt}, at which it had become DEAD"
            self.contradict(emitted, f"{said} ({when(emitted)})")


class EffectOnce(Invariant):
    """Every document is made searchable once, whatever the log holds of it, and by the chunks of the accepted text.

    The log may hold a document many times; replaying it from anywhere finds every effect there already. At the end
    each document that a committed record names is in the database, once.
    """

    name = "effect-once"
    claim = "every document became searchable once"
    watches = (*DB_EVENTS, *COPY_EVENTS)

    def __init__(self, ledger: Ledger, copies: Copies) -> None:
        super().__init__()
        self._ledger = ledger
        self._copies = copies
        self._effects: dict[tuple[int, int], Emitted] = {}
        self._chunker = Chunker()

    def observe(self, emitted: Emitted) -> None:
        """Count what the outside can see: documents made searchable."""
        event = emitted.event
        if isinstance(event, COPY_EVENTS):
            self._copies.see(emitted)
            return
        if not self._ledger.take(emitted) or not isinstance(event, e.Ready):
            return
        first = self._effects.setdefault((event.doc, event.job), emitted)
        if first is not emitted:
            said = f"document {event.doc} is made searchable a second time ({when(emitted)})"
            self.contradict(emitted, f"{said}; the first time was {when(first)}")
        text = self._ledger.stories[event.doc].accepted.text
        staged = self._ledger.staged.get((event.doc, event.attempt), {})
        wanted = [digest_of(chunk) for chunk in self._chunker.chunks(text)]
        if [staged[n].digest for n in sorted(staged)] != wanted:
            said = f"document {event.doc} is READY ({when(emitted)}) with {len(staged)} chunks"
            self.contradict(emitted, f"{said}, which are not the {len(wanted)} of its text")


class DeterministicChunks(Invariant):
    """Chunks and rows are pure functions of text and version: equal bytes in every attempt, process and machine."""

    name = "deterministic-chunks"
    claim = "every staged chunk was the one that its text has"
    watches = DB_EVENTS

    def __init__(self, ledger: Ledger, reference: Reference) -> None:
        super().__init__()
        self._ledger = ledger
        self._reference = reference
        self._first: dict[tuple[int, int, int], tuple[bytes, bytes, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with earlier attempts, and with the reference."""
        event = emitted.event
        if not self._ledger.take(emitted) or not isinstance(event, e.Staged):
            return
        place = event.doc, event.version, event.chunk
        digest, row, before = self._first.setdefault(place, (event.digest, event.row, emitted))
        said = f"chunk {event.chunk} of document {event.doc} (attempt {event.attempt}, {when(emitted)})"
        if (digest, row) != (event.digest, event.row):
            self.contradict(emitted, f"{said} differs from that of {when(before)}")
        text = self._ledger.stories[event.doc].accepted.text
        chunks = self._reference.chunks(event.doc, text)
        if event.chunk >= len(chunks) or digest_of(chunks[event.chunk]) != event.digest:
            self.contradict(emitted, f"{said} is not what its text has there")
        elif pack(self._reference.vectors(event.doc, text, event.version)[event.chunk]) != event.row:
            self.contradict(emitted, f"{said} has another row than its text")


class AttemptsBound(Invariant):
    """Calls of the embedder for a document, between two revives, are at most attempts times chunks."""

    name = "attempts-bound"
    claim = "no document cost more calls than its budget"
    watches = (*DB_EVENTS, e.EmbedCalled)

    def __init__(self, ledger: Ledger, attempts_max: int) -> None:
        super().__init__()
        self._ledger = ledger
        self._attempts_max = attempts_max
        self._chunker = Chunker()
        self._jobs: dict[tuple[int, int], int] = {}  # (document, attempt) -> job
        self._calls: dict[tuple[int, int], int] = {}  # (document, job) -> calls since the last revive

    def observe(self, emitted: Emitted) -> None:
        """Count."""
        event = emitted.event
        if isinstance(event, e.EmbedCalled):
            self._call(emitted, event)
        elif self._ledger.take(emitted):
            if isinstance(event, e.Claimed):
                self._jobs[event.doc, event.attempt] = event.job
            elif isinstance(event, e.Revived):
                self._calls[event.doc, 0] = 0

    def _call(self, emitted: Emitted, event: e.EmbedCalled) -> None:
        key = event.doc, self._jobs.get((event.doc, event.attempt), 0)
        self._calls[key] = calls = self._calls.get(key, 0) + 1
        most = self._attempts_max * len(self._chunker.chunks(self._ledger.stories[event.doc].accepted.text))
        if calls > most:
            said = f"call {calls} of the embedder for document {event.doc} ({when(emitted)})"
            self.contradict(emitted, f"{said}: {self._attempts_max} attempts have at most {most}")
