"""Liveness of LLM serving where askers are workers: what one had asked that crashed is waited for by nobody."""

from models import llm_cache
from models.stack.events import AskerBegan
from models.stack.own_promise import OwnPromise
from sim import Check, Emitted, System


class ServingLiveness(OwnPromise):
    """The layer's own promise. Whoever begins anew has withdrawn what it had asked before."""

    name = "liveness"
    more = (AskerBegan,)

    def __init__(self, own: Check) -> None:
        super().__init__(own)
        self._asked: dict[str, dict[str, None]] = {}
        """What is open, by asker."""

    def observe(self, emitted: Emitted) -> None:
        """Show it, and what it means that an asker has begun."""
        event = emitted.event
        if isinstance(event, AskerBegan):
            for request in self._asked.pop(emitted.node, {}):
                self._own.observe(emitted._replace(event=llm_cache.Got(request, "CANCELED", "crashed", 0, 0, 0, 0)))
            return
        if isinstance(event, llm_cache.Asked):
            self._asked.setdefault(emitted.node, {})[event.request] = None
        elif isinstance(event, llm_cache.Got):
            self._asked.get(emitted.node, {}).pop(event.request, None)
        self._own.observe(emitted)


def serving_liveness(system: System) -> Check:
    """Of one run."""
    return ServingLiveness(llm_cache.MODEL.checks["liveness"](system))
