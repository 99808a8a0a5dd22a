"""What becomes of a document from its client to its notification: each effect once, and nothing accepted is lost."""

from dataclasses import dataclass, field

from models import agentflow, smartsearch, veristore
from models.stack.documents_flow import text_key
from models.stack.events import Submitted
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


@dataclass
class Effects:
    """What the outside can see of a document. Times and tellers are of the first."""

    accepted: Emitted
    tenant: str
    digest: str
    ready: Emitted | None = None
    told: dict[str, Emitted] = field(default_factory=dict)
    """Key of the notification -> who sent it."""


def doc_of(key: str) -> int:
    """The document that the key of a document's step is about; 0 if it is none's: ``doc-12.0.1/5``."""
    run = key.partition("/")[0]
    return int(run.removeprefix("doc-").partition(".")[0]) if run.startswith("doc-") else 0


class ExactlyOnce(Invariant):
    """Per accepted document: one version of its text object, one publication, one notification, whatever was sent."""

    name = "exactly-once-end-to-end"
    claim = "every accepted document had each of its effects once, and they stem from its text"
    watches = (
        smartsearch.Accepted, smartsearch.Ready, veristore.ObjectCommitted, agentflow.Effect,
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._documents: dict[int, Effects] = {}
        self._objects: dict[tuple[str, str], tuple[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count effects, each once however often it is told."""
        event = emitted.event
        if isinstance(event, smartsearch.Accepted):
            digest = smartsearch.digest_of(event.text).hex()
            self._documents.setdefault(event.doc, Effects(emitted, event.tenant, digest))
        elif isinstance(event, smartsearch.Ready):
            self._publish(emitted, event)
        elif isinstance(event, agentflow.Effect):
            self._notify(emitted, event)
        elif isinstance(event, veristore.ObjectCommitted):
            self._version(emitted, event)

    def _publish(self, emitted: Emitted, event: smartsearch.Ready) -> None:
        document = self._documents[event.doc]
        first = document.ready
        if first is None or event.job:
            document.ready = emitted
            return
        assert isinstance(first.event, smartsearch.Ready), "only these are kept"
        if first.event.attempt != event.attempt:
            said = f"document {event.doc} was published by attempt {first.event.attempt} ({when(first)})"
            self.contradict(emitted, f"{said} and by attempt {event.attempt} ({when(emitted)})")

    def _notify(self, emitted: Emitted, event: agentflow.Effect) -> None:
        doc = doc_of(event.key)
        document = self._documents.get(doc)
        if document is None:
            self.contradict(emitted, f"{when(emitted)} told of {event.key}, which is no accepted document's")
            return
        document.told.setdefault(event.key, emitted)
        if len(document.told) > 1:
            one, other = list(document.told)[:2]
            said = f"document {doc} was announced twice: under {one} ({when(document.told[one])})"
            self.contradict(emitted, f"{said} and under {other} ({when(emitted)})")
        if document.ready is None:
            self.contradict(emitted, f"document {doc} was announced ({when(emitted)}) before it was published")

    def _version(self, emitted: Emitted, event: veristore.ObjectCommitted) -> None:
        """Texts are named by what they are: there is one version of each, whoever puts it how often."""
        if not event.key.startswith("texts/"):
            return
        version, first = self._objects.setdefault((event.bucket, event.key), (event.version, emitted))
        if version != event.version:
            said = f"{event.bucket}/{event.key} has version {version} ({when(first)})"
            self.contradict(emitted, f"{said} and version {event.version} ({when(emitted)})")

    def conclude(self, record: RunRecord) -> Verdict:
        """What was published long enough before the end has been announced."""
        for doc, document in self._documents.items():
            ready = document.ready
            if ready is None or document.told or record.down or record.settle_ns >= record.end_ns:
                continue
            due = max(ready.t_ns, record.settle_ns) + _SOON
            if due <= record.end_ns and self._found is None:
                said = (
                    f"document {doc} was published ({when(ready)}) and nobody was told until {show_ns(record.end_ns)}"
                )
                return Verdict(self.name, "fail", said, at_ns=due)
        return super().conclude(record)


_SOON = 15_000_000_000


class AcceptedIsKept(Invariant):
    """What a client was told is accepted has its text in the store, then and for ever."""

    name = "accepted-is-kept"
    claim = "the text of every accepted document was in the store before anybody was told"
    watches = (veristore.ObjectCommitted, veristore.ObjectDeleted, smartsearch.Accepted, Submitted)

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[str, str], Emitted] = {}
        self._accepted: dict[tuple[str, str], Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look for the text of what is accepted."""
        event = emitted.event
        if isinstance(event, veristore.ObjectCommitted):
            self._kept.setdefault((event.bucket, event.key), emitted)
        elif isinstance(event, veristore.ObjectDeleted):
            if (event.bucket, event.key) in self._accepted:
                who = self._accepted[event.bucket, event.key]
                self.contradict(emitted, f"{when(emitted)} deleted {event.key}, the text of {when(who)}'s document")
        elif isinstance(event, smartsearch.Accepted):
            place = event.tenant, text_key(smartsearch.digest_of(event.text).hex())
            self._accepted.setdefault(place, emitted)
            if place not in self._kept:
                said = f"document {event.doc} of {event.tenant} was accepted ({when(emitted)})"
                self.contradict(emitted, f"{said} before its text {place[1]} was kept")
