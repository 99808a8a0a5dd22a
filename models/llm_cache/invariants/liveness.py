"""What must happen once all has healed: every request gets its last word in time, a good one, and load is shared."""

from models.llm_cache.events import Asked, EngineStarted, Got, Loaded
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import SECOND, Check, Emitted, Event, RunRecord, Verdict, show_ns

GRACE = 3 * SECOND
"""Requests asked so long after the last fault find routers and engines that know each other."""
BALANCED = ("session", "least_loaded")
"""Policies that bound the load of an engine. The others trade it for what is cached."""
EXCUSED = ("version_gone", "too_large")


class Liveness(Check):
    """Requests get their last word `answer_within` after they were asked, or after the storm; and after it no failure.

    Under a policy that bounds loads no engine stays far above the mean for `even_within` while another one idles.
    """

    name = "liveness"
    watches: tuple[type[Event], ...] = (Asked, Got, EngineStarted, Loaded)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        self._settings = settings
        if settings.policy not in BALANCED:
            self.watches = (Asked, Got)
        self._open: dict[str, int] = {}
        self._ended: list[tuple[str, int, int, Got]] = []
        self._models: dict[str, str] = {}
        self._loads: dict[str, int] = {}
        self._high: dict[str, int] = {}
        self._uneven: list[tuple[int, int, str]] = []

    def observe(self, emitted: Emitted) -> None:
        """Keep what took long or went wrong."""
        event = emitted.event
        if isinstance(event, Asked):
            self._open[event.request] = emitted.t_ns
        elif isinstance(event, Got):
            asked = self._open.pop(event.request, emitted.t_ns)
            late = emitted.t_ns - asked > self._settings.answer_within
            if late or event.state not in ("DONE", "CANCELED"):
                self._ended.append((event.request, asked, emitted.t_ns, event))
        elif isinstance(event, EngineStarted):
            self._models[emitted.node] = event.model
            self._loads[emitted.node] = 0
        elif isinstance(event, Loaded):
            self._load(emitted, event)

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed."""
        within = self._settings.answer_within
        if record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the run has no settle phase", "liveness")
        if record.settle_ns + within > record.end_ns:
            said = f"the claim needs a settle phase of {show_ns(within)}, this one is shorter"
            return Verdict(self.name, "unknown", said, "liveness")
        for sentence, at_ns in (*self._late(record), *self._failed(record), *self._lopsided(record)):
            return Verdict(self.name, "fail", sentence, "liveness", at_ns=at_ns)
        return Verdict(self.name, "pass", f"every request got its last word within {show_ns(within)}", "liveness")

    def _late(self, record: RunRecord) -> list[tuple[str, int]]:
        never = [(request, asked, record.end_ns) for request, asked in self._open.items()]
        ended = [(request, asked, at) for request, asked, at, _ in self._ended]
        found = []
        for request, asked, until in [*ended, *never]:
            due = max(asked, record.settle_ns) + self._settings.answer_within
            if due < until:
                when = f"got its last word at {show_ns(until)}" if until < record.end_ns else "never got a last word"
                found.append((f"{request}, asked at {show_ns(asked)}, {when}, due at {show_ns(due)}", due))
        return found

    def _failed(self, record: RunRecord) -> list[tuple[str, int]]:
        return [
            (f"{request}, asked at {show_ns(asked)} after all had healed, failed: {event.why}", at)
            for request, asked, at, event in self._ended
            if event.state == "FAILED" and asked > record.settle_ns + GRACE and event.why not in EXCUSED
        ]

    def _lopsided(self, record: RunRecord) -> list[tuple[str, int]]:
        return [
            (f"{node} was far above the mean load from {show_ns(since)} to {show_ns(at)} while another idled", at)
            for since, at, node in self._uneven
            if not any(span.covers(since, at) for span in record.faults)
        ]

    def _load(self, emitted: Emitted, event: Loaded) -> None:
        node, loads = emitted.node, self._loads
        loads[node] = event.queued + event.running
        own = [load for name, load in loads.items() if self._models[name] == self._models[node]]
        high = loads[node] * 100 * len(own) > self._settings.bound * sum(own) + 100 * len(own)
        if not high or min(own):
            self._high.pop(node, None)
            return
        since = self._high.setdefault(node, emitted.t_ns)
        if emitted.t_ns - since > self._settings.even_within:
            self._uneven.append((since, emitted.t_ns, node))
            del self._high[node]
