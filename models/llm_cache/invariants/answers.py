"""Answers: those of a cold computation, each token once, all of one version."""

from models.llm_cache import tokens
from models.llm_cache.events import Asked, Delivered, Got, Repeated
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class OutputCold(Invariant):
    """What reaches a client is what a computation from nothing would have said; a whole answer is all of it."""

    name = "output-cold"
    claim = "every answer was that of a cold computation"
    watches = (Asked, Delivered, Got, Repeated)

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__()
        self._size = settings.block_tokens
        self._known = known

    def observe(self, emitted: Emitted) -> None:
        """Compare with the pure function."""
        event = emitted.event
        if isinstance(event, Asked):
            self._known.note(event)
        elif isinstance(event, Delivered):
            self._compare(emitted, event.request, event.position, event.tokens, event.version)
        elif isinstance(event, Repeated):
            self._compare(emitted, event.request, 0, event.tokens, event.version)
        elif isinstance(event, Got) and event.state == "DONE":
            wanted = self._known.asked[event.request].max_new
            if event.count != wanted:
                said = f"{event.request} is done with {event.count} tokens, {wanted} were asked for"
                self.contradict(emitted, f"{said}: {when(emitted)}")

    def _compare(self, emitted: Emitted, request: str, position: int, text: bytes, version: int) -> None:
        if not text:
            return
        count = tokens.count(text)
        cold = tokens.cut(self._known.answer(request, version, self._size), position, position + count)
        if cold != text:
            pairs = enumerate(zip(tokens.numbers(cold), tokens.numbers(text), strict=False))
            first = next((at for at, (own, other) in pairs if own != other), tokens.count(cold))
            said = f"{request} under version {version}: token {position + first} is not that of a cold computation"
            self.contradict(emitted, f"{said}: {when(emitted)}")


class DeliveredOnce(Invariant):
    """A client sees positions 0, 1, 2, ... of each answer once, of one version, and then one last word."""

    name = "delivered-once"
    claim = "every token of every answer was delivered once, in order, of one version, and one last word ended it"
    watches = (Asked, Delivered, Got)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._next: dict[str, tuple[int, int]] = {}
        self._ended: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count positions."""
        event = emitted.event
        if isinstance(event, Asked):
            if event.request in self._next:
                self.contradict(emitted, f"{event.request} was asked for the first time twice: {when(emitted)}")
            self._next[event.request] = (0, 0)
        elif isinstance(event, Delivered):
            self._deliver(emitted, event)
        elif isinstance(event, Got):
            if event.request in self._ended:
                first = when(self._ended[event.request])
                self.contradict(emitted, f"{event.request} got two last words: {first} and {when(emitted)}")
            self._ended[event.request] = emitted

    def _deliver(self, emitted: Emitted, event: Delivered) -> None:
        position, version = self._next[event.request]
        if event.request in self._ended:
            self.contradict(emitted, f"{event.request} went on after its last word: {when(emitted)}")
        if event.position != position:
            said = f"{event.request} was delivered from position {event.position} on, {position} was next"
            self.contradict(emitted, f"{said}: {when(emitted)}")
        if version not in (0, event.version):
            said = f"{event.request} began under version {version} and went on under {event.version}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
        self._next[event.request] = (event.position + tokens.count(event.tokens), event.version)
