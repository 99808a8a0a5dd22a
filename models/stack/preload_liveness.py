"""Liveness of the serverless layer where askers may leave: what nobody waits for any more is not owed."""

from models import tyche
from models.stack.events import AskerBegan, AskerLeft
from models.stack.own_promise import OwnPromise
from sim import Check, Emitted, System

NONE = 0


class PreloadLiveness(OwnPromise):
    """The layer's own promise. To it, whoever leaves or begins anew has taken what there is: nothing."""

    name = "liveness"
    more = (AskerBegan, AskerLeft)

    def __init__(self, own: Check) -> None:
        super().__init__(own)
        self._asked: dict[str, tuple[str, str]] = {}
        """Request -> asker and function, of those that are open."""

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


def preload_liveness(system: System) -> Check:
    """Of one run."""
    return PreloadLiveness(tyche.MODEL.checks["liveness"](system))
