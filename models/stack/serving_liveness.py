"""Liveness of LLM serving where askers are workers: what one had asked that crashed is waited for by nobody."""

from collections.abc import Sequence

from models import llm_cache
from models.stack.events import AskerBegan
from sim import Check, Emitted, Event, RunRecord, System, Verdict


class ServingLiveness(Check):
    """The layer's own promise. Whoever begins anew has withdrawn what it had asked before."""

    name = "liveness"

    def __init__(self, own: Check) -> None:
        self._own = own
        self._asked: dict[str, dict[str, None]] = {}
        """What is open, by asker."""

    @property
    def watches(self) -> Sequence[type[Event]]:  # type: ignore[override]
        """What the layer's promise watches, and who begins."""
        return (*self._own.watches, AskerBegan)

    @property
    def violated(self) -> bool:
        """Whether the layer's is."""
        return self._own.violated

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

    def conclude(self, record: RunRecord) -> Verdict:
        """The layer's verdict."""
        return self._own.conclude(record)


def serving_liveness(system: System) -> Check:
    """Of one run."""
    return ServingLiveness(llm_cache.MODEL.checks["liveness"](system))
