"""What an answer rests on: documents that were there for its tenant, and the prompt that was recorded with it."""

from models import rfid_moe, smartsearch
from models.stack.cache_inference import Cold
from models.stack.events import Answered, PortCalled, Retrieved, TextFetched
from models.stack.expert_inference import REASONS
from sim import Emitted
from sim.invariants import Invariant, when


class AnswerGrounded(Invariant):
    """What is cited was READY and the tenant's when it was retrieved, and the answer is what the prompt gives, cold.

    An answer that says why it is less than was promised may be another one.
    """

    name = "answer-grounded"
    claim = "every answer cited READY documents of its tenant, and was that of its prompt"
    watches = (smartsearch.Accepted, smartsearch.Ready, Retrieved, Answered)

    def __init__(self, cold: Cold) -> None:
        super().__init__()
        self._cold = cold
        self._tenants: dict[int, str] = {}
        self._ready: dict[int, None] = {}
        self._retrieved: dict[str, set[int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what is READY at this moment."""
        event = emitted.event
        if isinstance(event, smartsearch.Accepted):
            self._tenants[event.doc] = event.tenant
        elif isinstance(event, smartsearch.Ready):
            self._ready[event.doc] = None
        elif isinstance(event, Retrieved):
            self._retrieve(emitted, event)
        elif isinstance(event, Answered):
            self._answer(emitted, event)

    def _retrieve(self, emitted: Emitted, event: Retrieved) -> None:
        self._retrieved.setdefault(event.operation, set()).update(event.documents)
        for doc in event.documents:
            if doc not in self._ready or self._tenants.get(doc) != event.tenant:
                said = f"{event.operation} of {event.tenant} retrieved document {doc} ({when(emitted)})"
                self.contradict(emitted, f"{said}, which was not READY or not the tenant's")

    def _answer(self, emitted: Emitted, event: Answered) -> None:
        said = f"the answer to {event.operation} ({when(emitted)})"
        unknown = sorted(set(event.documents) - self._retrieved.get(event.operation, set()))
        if unknown:
            self.contradict(emitted, f"{said} cites document {unknown[0]}, which was not retrieved for it")
        if not event.degraded and event.text != self._cold(event.prompt, event.version):
            self.contradict(emitted, f"{said} is not what its prompt gives, and does not say why")


class TenantApart(Invariant):
    """Nothing of a tenant is touched on behalf of another: every call at a port stays in its tenant's place."""

    name = "tenant-apart-everywhere"
    claim = "every call stayed with its tenant"
    watches = (smartsearch.Accepted, PortCalled, TextFetched, Answered, Retrieved)

    def __init__(self) -> None:
        super().__init__()
        self._tenants: dict[int, str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare tenants."""
        event = emitted.event
        if isinstance(event, smartsearch.Accepted):
            self._tenants[event.doc] = event.tenant
        elif isinstance(event, PortCalled):
            if event.port == "objects" and event.place != event.tenant:
                said = f"{when(emitted)} called for {event.tenant} (key {event.key})"
                self.contradict(emitted, f"{said} and touched objects of {event.place}")
        elif isinstance(event, TextFetched):
            self._compare(emitted, (event.doc,), event.tenant)
        elif isinstance(event, (Answered, Retrieved)):
            self._compare(emitted, event.documents, event.tenant)

    def _compare(self, emitted: Emitted, documents: tuple[int, ...], tenant: str) -> None:
        for doc in documents:
            owner = self._tenants.get(doc)
            if owner != tenant:
                self.contradict(emitted, f"{tenant} is shown document {doc} of {owner or 'nobody'} ({when(emitted)})")


class DegradedTagged(Invariant):
    """An answer says that it is less than was promised, and why, exactly if a layer below had said so.

    What experts said of a try is one reason for each rung of their ladder on which something was lost. A step that was
    tried again may have said several things, of which one is the answer's.
    """

    name = "degraded-tagged"
    claim = "every answer said why it was less than promised, and none said so that was not"
    watches = (Retrieved, rfid_moe.Answered, Answered)

    def __init__(self) -> None:
        super().__init__()
        self._retrievals: dict[str, list[tuple[str, ...]]] = {}
        self._mixtures: dict[str, list[tuple[str, ...]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare the answer with what the layers below said."""
        event = emitted.event
        if isinstance(event, Retrieved):
            self._retrievals.setdefault(event.operation, []).append(event.degraded)
        elif isinstance(event, rfid_moe.Answered):
            if not event.failed:
                said = tuple(REASONS[rung] for rung in event.reasons)
                self._mixtures.setdefault(event.request.partition("/")[0], []).append(said)
        elif isinstance(event, Answered):
            self._judge(emitted, event)

    def _judge(self, emitted: Emitted, event: Answered) -> None:
        mixtures = self._mixtures.get(event.operation, [()])
        known = [(*one, *other) for one in self._retrievals.get(event.operation, []) for other in mixtures]
        if event.degraded not in known:
            said = f"the answer to {event.operation} ({when(emitted)}) gives as reasons {list(event.degraded)}"
            self.contradict(emitted, f"{said}; the layers below gave {[list(one) for one in known]}")
