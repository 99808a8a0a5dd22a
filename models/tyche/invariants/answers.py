"""Answers: the same with and without preloading, and taken once."""

from models.tyche.events import Asked, Served, Taken
from models.tyche.function import result_of
from models.tyche.settings import Settings
from sim import Emitted
from sim.invariants import Invariant, when


class AnswerSame(Invariant):
    """Every answer is the function's of the request; each request is asked once and its answer taken once."""

    name = "answer-same"
    claim = "every answer was that of a run without preloading, and was taken once"
    watches = (Asked, Served, Taken)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002
        super().__init__()
        self._open: dict[str, str] = {}
        self._taken: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the pure function."""
        event = emitted.event
        if isinstance(event, Asked):
            self._open[event.request] = event.function
        elif isinstance(event, (Served, Taken)):
            expected = result_of(event.function, event.request)
            if event.result != expected:
                said = f"{event.request} of {event.function} gave {event.result}, {expected} without preloading"
                self.contradict(emitted, f"{said}: {when(emitted)}")
            if isinstance(event, Taken):
                self._take(emitted, event)

    def _take(self, emitted: Emitted, event: Taken) -> None:
        if event.request in self._taken:
            first = when(self._taken[event.request])
            self.contradict(emitted, f"the answer to {event.request} took effect twice: {first} and {when(emitted)}")
        elif self._open.get(event.request) != event.function:
            self.contradict(emitted, f"{when(emitted)} took an answer to {event.request}, which nobody asked")
        self._taken[event.request] = emitted
