"""What must happen to documents once everything is healed: READY or DEAD, nothing unsent, no garbage, goodput back."""

from typing import Literal

from models.patterns import RetryPolicy
from models.smartsearch.events import HighWatermark, OffsetCommitted, Stopped
from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.embedder import POISONED
from models.smartsearch.ingestion.messages import DEAD, PROCESSING, READY
from models.smartsearch.invariants.ledger import DB_EVENTS, Ledger
from models.smartsearch.invariants.log_liveness import patience as log_patience
from models.smartsearch.layout import Layout
from models.smartsearch.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns

GOODPUT_PERCENT = 90
FEW = 10
LAST = 2 * SECOND


def patience(settings: Settings) -> int:
    """How long documents may take after everything has healed, without the backlog, in ns.

    Log and groups first; then a lease has to run out, a sweep to find it, and the longest backoff to pass.
    """
    policy = RetryPolicy(settings.retry_first, settings.retry_cap)
    backoff = policy.delay(max(1, settings.attempts_max - 1))
    return log_patience(settings) + settings.lease + settings.sweep + backoff + 2 * SECOND


class Liveness(Check):
    """Every document accepted in the storm is READY or DEAD in time; those accepted later are READY soon."""

    name = "liveness"
    watches = (*DB_EVENTS, HighWatermark, OffsetCommitted, Stopped)

    def __init__(self, ledger: Ledger, settings: Settings, layout: Layout) -> None:
        self._ledger = ledger
        self._settings = settings
        self._layout = layout
        self._chunker = Chunker()
        self._marks: dict[int, list[tuple[int, int]]] = {}
        self._commits: dict[int, list[tuple[int, int]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when what was reached."""
        event = emitted.event
        if isinstance(event, HighWatermark):
            self._marks.setdefault(event.partition, []).append((emitted.t_ns, event.offset))
        elif isinstance(event, OffsetCommitted):
            self._commits.setdefault(event.partition, []).append((emitted.t_ns, event.offset))
        elif not isinstance(event, Stopped):
            self._ledger.take(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed; one that is too short decides nothing."""
        healed = record.settle_ns
        if self._settings.only_log:
            return self._say("pass", "there are no documents")
        if healed >= record.end_ns:
            return self._say("pass", "nothing is claimed: the run has no settle phase")
        if record.down:
            return self._say("pass", f"nothing is claimed: {', '.join(record.down)} did not come back")
        due = healed + patience(self._settings) + self._backlog(healed)
        if due > record.end_ns:
            return self._say(
                "unknown", f"the claim needs a settle phase of {show_ns(due - healed)}, this one is shorter"
            )
        why = (
            self._undecided(healed, due)
            or self._unsent(healed, due)
            or self._unread(healed, due)
            or self._garbage(healed, due)
            or self._died(healed, record)
            or self._slow(due, record)
        )
        if why:
            return self._say("fail", why, due)
        return self._say("pass", f"all documents were decided within {show_ns(due - healed)} of healing")

    def _backlog(self, healed: int) -> int:
        """Twice the time that the embedder needs for what was undecided when everything had healed."""
        chunks = 0
        for story in self._ledger.stories.values():
            if story.t_ns <= healed and story.state(healed) not in (READY, DEAD):
                chunks += len(self._chunker.chunks(story.accepted.text))
        return 2 * chunks * (self._settings.embed_mean + self._settings.embed_delay + self._settings.overhead)

    def _undecided(self, healed: int, due: int) -> str:
        for doc, story in self._ledger.stories.items():
            state = story.state(due)
            if story.t_ns <= healed and state not in (READY, DEAD):
                said = f"document {doc}, accepted at {show_ns(story.t_ns)}, is {state} at {show_ns(due)}"
                return f"{said}, though everything healed at {show_ns(healed)}"
        return ""

    def _unsent(self, healed: int, due: int) -> str:
        for row, times in self._ledger.rows.items():
            if times[0] <= healed and (len(times) < 2 or times[1] > due):
                return f"row {row} of the outbox, written at {show_ns(times[0])}, is not sent at {show_ns(due)}"
        return ""

    def _unread(self, healed: int, due: int) -> str:
        for partition in range(self._layout.documents):
            there = max((offset for t_ns, offset in self._marks.get(partition, ()) if t_ns <= healed), default=0)
            read = max((offset for t_ns, offset in self._commits.get(partition, ()) if t_ns <= due), default=0)
            if read < there:
                said = f"the workers have read partition {partition} to {read} at {show_ns(due)}"
                return f"{said}, of {there} records that there were at {show_ns(healed)}"
        return ""

    def _garbage(self, healed: int, due: int) -> str:
        for (doc, attempt), times in self._ledger.garbage.items():
            past = [(t_ns, staged) for t_ns, staged in times if t_ns <= due]
            story = self._ledger.stories[doc]
            live = [one.attempt for t_ns, one in story.ready if t_ns <= due]
            if not past or not past[-1][1] or past[-1][0] > healed or attempt in live[-1:]:
                continue
            if story.state(due) != PROCESSING:
                said = f"chunks of attempt {attempt} of document {doc}, staged at {show_ns(past[-1][0])}"
                return f"{said}, are still there at {show_ns(due)}"
        return ""

    def _died(self, healed: int, record: RunRecord) -> str:
        """A document may only be given up if it is poisoned, or if its attempts failed in the storm."""
        stormy = healed if record.fired else 0
        for doc, story in self._ledger.stories.items():
            dead = [t_ns for t_ns, move in story.moves if move.now == DEAD and move.job == 0]
            if not dead or POISONED in story.accepted.text:
                continue
            if story.t_ns > stormy:
                said = f"document {doc}, accepted at {show_ns(story.t_ns)}, is given up at {show_ns(dead[0])}"
                return f"{said}: nothing is wrong with it, and no fault was on"
        return ""

    def _slow(self, due: int, record: RunRecord) -> str:
        """Goodput is back: documents that come in now are READY soon."""
        wanted = done = 0
        for story in self._ledger.stories.values():
            if due - LAST <= story.t_ns <= record.end_ns - LAST and POISONED not in story.accepted.text:
                wanted += 1
                done += any(t_ns <= record.end_ns for t_ns, _ in story.ready)
        if wanted >= FEW and done * 100 < GOODPUT_PERCENT * wanted:
            return f"only {done} of {wanted} documents accepted from {show_ns(due - LAST)} on became READY"
        return ""

    def _say(self, status: Literal["pass", "fail", "unknown"], detail: str, at_ns: int | None = None) -> Verdict:
        return Verdict(self.name, status, detail, "liveness", at_ns=at_ns)
