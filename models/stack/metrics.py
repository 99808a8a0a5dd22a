"""Where operations spent their time, and what they cost: folds over emitted events, for tables and pictures.

They decide nothing. A document is in one layer's hands at any moment: whoever was told last to do something about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models import agentflow, smartsearch
from models.stack.events import Answered, Asked, HandedOver, PortCalled, Retrieved, TextFetched
from models.stack.gauges import Gauge
from models.veristore import ObjectStored
from sim import Emitted

HANDS = ("smartsearch", "agentflow", "veristore", "embedder", "serving")
"""In whose hands a document or a question can be; the embedder is SmartSearch's, and the engine of vectors."""

OF_STEPS = {"publish": "smartsearch", "retrieve": "smartsearch"}
"""Steps that are one call to a layer; what is called at a port is told by the call."""

PORTS = {"objects": "veristore", "inference": "serving", "jobs": "veriflow"}


@dataclass(frozen=True)
class Stretch:
    """In whose hands something was, from when to when (ns)."""

    hands: str
    begin: int
    end: int


@dataclass
class Journey:
    """A document from being asked for to searchable, or a question to its answer. `end` is None if it is not there."""

    name: str
    begin: int
    end: int | None = None
    stretches: list[Stretch] = field(default_factory=list)
    _hands: str = "smartsearch"
    _since: int = -1

    def pass_to(self, hands: str, t_ns: int) -> None:
        """From now on it is somebody else's turn."""
        since = self.begin if self._since < 0 else self._since
        if self.end is None and (hands != self._hands or not hands):
            if t_ns > since:
                self.stretches.append(Stretch(self._hands, since, t_ns))
            self._hands, self._since = hands, t_ns

    def arrive(self, t_ns: int) -> None:
        """It is there."""
        self.pass_to("", t_ns)
        self.end = t_ns if self.end is None else self.end

    @property
    def took(self) -> int:
        """How long it took, in ns; 0 if it is not there."""
        return 0 if self.end is None else self.end - self.begin

    def shares(self) -> dict[str, int]:
        """Hands -> for how long, in ns."""
        found = dict.fromkeys(HANDS, 0)
        for one in self.stretches:
            found[one.hands] += one.end - one.begin
        return found


class _Travel:
    """Follows every document and question by its names."""

    def __init__(self) -> None:
        self.all: list[Journey] = []
        self._of: dict[str, Journey] = {}
        self._steps: dict[tuple[str, int], str] = {}

    def take(self, one: Emitted) -> None:
        """Add one event."""
        event, t_ns = one.event, one.t_ns
        if isinstance(event, Asked) and event.verb in ("Submit", "ask"):
            self._begin(event, t_ns)
        elif isinstance(event, smartsearch.Accepted):
            self._accept(event, t_ns)
        elif isinstance(event, HandedOver):
            self._of[event.run] = self._journey(f"document {event.doc}")
            self._pass(event.run, "agentflow", t_ns)
        elif isinstance(event, (PortCalled, Retrieved, TextFetched, ObjectStored, smartsearch.EmbedCalled)):
            self._work(event, t_ns)
        elif isinstance(event, agentflow.Recorded):
            self._record(event, t_ns)
        elif isinstance(event, agentflow.Attempted):
            self._pass(event.run, OF_STEPS.get(self._steps.get((event.run, event.step), ""), "agentflow"), t_ns)
        elif isinstance(event, smartsearch.Moved) and event.now == "PENDING":
            self._pass(f"document {event.doc}", "smartsearch", t_ns)
        elif isinstance(event, smartsearch.Ready):
            self._arrive(f"document {event.doc}", t_ns)
        elif isinstance(event, Answered):
            self._arrive(event.operation, t_ns)

    def _begin(self, event: Asked, t_ns: int) -> None:
        if event.operation not in self._of:
            journey = self._of[event.operation] = Journey(event.operation, t_ns)
            self.all.append(journey)
            if event.verb == "ask":
                journey.pass_to("agentflow", t_ns)

    def _accept(self, event: smartsearch.Accepted, t_ns: int) -> None:
        journey = self._of.get(f"{event.tenant}/{event.request}")
        if journey is not None and f"document {event.doc}" not in self._of:
            journey.name = f"document {event.doc}"
            self._of[journey.name] = journey
            journey.pass_to("smartsearch", t_ns)

    def _work(self, event: object, t_ns: int) -> None:
        if isinstance(event, PortCalled):
            operation = event.operation.replace("doc-", "document ", 1)
            self._pass(operation, PORTS.get(event.port, "agentflow"), t_ns)
        elif isinstance(event, smartsearch.EmbedCalled):
            self._pass(f"document {event.doc}", "embedder", t_ns)
        elif isinstance(event, TextFetched):
            self._pass(event.run, "agentflow", t_ns)
        elif isinstance(event, Retrieved):
            self._pass(event.operation, "agentflow", t_ns)
        elif isinstance(event, ObjectStored) and event.key.startswith("vectors/"):
            self._pass(f"document {event.key.split('/')[1]}", "agentflow", t_ns)

    def _record(self, event: agentflow.Recorded, t_ns: int) -> None:
        said = event.event
        if isinstance(said, agentflow.StepScheduled):
            self._steps[event.run, said.id] = said.name
        elif type(said).__name__ in ("StepCompleted", "StepFailed", "StepTimedOut"):
            self._pass(event.run, "agentflow", t_ns)

    def _journey(self, name: str) -> Journey:
        return self._of.get(name) or Journey(name, 0)

    def _pass(self, name: str, hands: str, t_ns: int) -> None:
        if name in self._of:
            self._of[name].pass_to(hands, t_ns)

    def _arrive(self, name: str, t_ns: int) -> None:
        if name in self._of:
            self._of[name].arrive(t_ns)


def journeys(emitted: Iterable[Emitted]) -> list[Journey]:
    """Every document and question of a run, in the order in which they were asked for."""
    travel = _Travel()
    for one in emitted:
        travel.take(one)
    return travel.all


@dataclass(frozen=True)
class Cost:
    """What was done below for one thing that was asked for above: `value` against its `cap`."""

    name: str
    value: float
    cap: float


def amplification(emitted: Iterable[Emitted]) -> list[Cost]:
    """Calls at each port over those that repeat nothing, and the most that one operation caused at the bottom."""
    calls: dict[str, dict[tuple[str, str], int]] = {}
    most: dict[str, dict[object, int]] = {"embeddings of a chunk": {}, "generations of a question": {}}
    for one in emitted:
        event = one.event
        if isinstance(event, PortCalled):
            keys = calls.setdefault(event.port, {})
            keys[event.verb, event.key] = keys.get((event.verb, event.key), 0) + 1
            if event.port == "inference":
                _count(most["generations of a question"], event.operation)
        elif isinstance(event, smartsearch.EmbedCalled):
            _count(most["embeddings of a chunk"], (event.doc, event.chunk))
    found = [Cost(f"calls at {port}", sum(keys.values()) / len(keys), 1.1) for port, keys in sorted(calls.items())]
    caps = {"embeddings of a chunk": 5.0, "generations of a question": 3.0}
    return [*found, *(Cost(name, max(counts.values()), caps[name]) for name, counts in most.items() if counts)]


def _count(counts: dict[object, int], thing: object) -> None:
    counts[thing] = counts.get(thing, 0) + 1


CALM_NS = 2_000_000_000


def recovery(gauge: Gauge, begin: int, heal: int, end: int) -> int | None:
    """How long after a fault healed a layer had no more to do than in two seconds before it, in ns; None: never."""
    course = gauge[1]
    calm = max((value for t_ns, value in course if begin - CALM_NS <= t_ns < begin), default=_value(course, begin))
    if _value(course, heal) <= calm:
        return 0
    back = next((t_ns for t_ns, value in course if heal < t_ns <= end and value <= calm), None)
    return None if back is None else back - heal


def _value(course: Sequence[tuple[int, int]], t_ns: int) -> int:
    return next((value for at, value in reversed(course) if at <= t_ns), 0)


def recoveries(
    gauges: Mapping[str, Gauge], faults: Sequence[tuple[str, int, int]], end: int
) -> dict[str, dict[str, int | None]]:
    """Layer -> fault (id, begin, heal in ns) -> how long after it healed the layer was as before."""
    return {layer: {name: recovery(one, a, b, end) for name, a, b in faults} for layer, one in gauges.items()}
