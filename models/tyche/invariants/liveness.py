"""What must happen once all has healed: every request is answered in time, whoever asked before and after."""

from models.tyche.events import Asked, Taken
from models.tyche.settings import Settings
from sim import Check, Emitted, RunRecord, Verdict, show_ns


class Liveness(Check):
    """Requests asked before the storm's end are answered `serve_within` after it, later ones so long after they came.

    That tables become true, windows refill and nothing stays in LOADING is told by hint-corrected, prediction-sane
    and ends-once.
    """

    name = "liveness"
    watches = (Asked, Taken)

    def __init__(self, settings: Settings) -> None:
        self._within = settings.serve_within
        self._open: dict[str, Emitted] = {}
        self._late: list[tuple[Emitted, int]] = []

    def observe(self, emitted: Emitted) -> None:
        """Keep what took long."""
        event = emitted.event
        if isinstance(event, Asked):
            self._open[event.request] = emitted
        elif isinstance(event, Taken):
            asked = self._open.pop(event.request, None)
            if asked is not None and emitted.t_ns - asked.t_ns > self._within:
                self._late.append((asked, emitted.t_ns))

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed."""
        if record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the run has no settle phase", "liveness")
        if record.settle_ns + self._within > record.end_ns:
            said = f"the claim needs a settle phase of {show_ns(self._within)}, this one is shorter"
            return Verdict(self.name, "unknown", said, "liveness")
        never = [(asked, record.end_ns) for asked in self._open.values()]
        for asked, until in [*self._late, *never]:
            event = asked.event
            assert isinstance(event, Asked), "only these are kept"
            due = max(asked.t_ns, record.settle_ns) + self._within
            if due < until:
                ended = f"answered at {show_ns(until)}" if until < record.end_ns else "never answered"
                said = f"{event.request} of {event.function}, asked at {show_ns(asked.t_ns)}, was {ended}"
                return Verdict(self.name, "fail", f"{said}, due at {show_ns(due)}", "liveness", at_ns=due)
        return Verdict(self.name, "pass", f"every request was answered within {show_ns(self._within)}", "liveness")
