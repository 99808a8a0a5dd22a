"""Liveness of the serverless layer where askers may leave: what nobody waits for any more is not owed."""

from collections.abc import Sequence

from models import tyche
from models.stack.events import AskerBegan, AskerLeft
from sim import Check, Emitted, Event, RunRecord, System, Verdict

NONE = 0


class PreloadLiveness(Check):
    """The layer's own promise. To it, whoever leaves or begins anew has taken what there is: nothing."""

    name = "liveness"

    def __init__(self, own: Check) -> None:
        self._own = own
        self._asked: dict[str, tuple[str, str]] = {}
        """Request -> asker and function, of those that are open."""

    @property
    def watches(self) -> Sequence[type[Event]]:  # type: ignore[override]
        """What the layer's promise watches, and who leaves."""
        return (*self._own.watches, AskerBegan, AskerLeft)

    @property
    def violated(self) -> bool:
        """Whether the layer's is."""
        return self._own.violated

    def observe(self, emitted: Emitted) -> None:
        """Show it, and what it means that somebody has left."""
        event = emitted.event
        if isinstance(event, AskerBegan):
            for request in [name for name, (asker, _) in self._asked.items() if asker == emitted.node]:
                self._leave(emitted, request)
        elif isinstance(event, AskerLeft):
            self._leave(emitted, event.request)
        else:
            if isinstance(event, tyche.Asked):
                self._asked[event.request] = emitted.node, event.function
            elif isinstance(event, tyche.Taken):
                self._asked.pop(event.request, None)
            self._own.observe(emitted)

    def _leave(self, emitted: Emitted, request: str) -> None:
        _, function = self._asked.pop(request, ("", ""))
        self._own.observe(emitted._replace(event=tyche.Taken(request, function, NONE)))

    def conclude(self, record: RunRecord) -> Verdict:
        """The layer's verdict."""
        return self._own.conclude(record)


def preload_liveness(system: System) -> Check:
    """Of one run."""
    return PreloadLiveness(tyche.MODEL.checks["liveness"](system))
