"""What must happen once everything is healed: every run comes to its end, and no task lies about."""

from models.agentflow import history as h
from models.agentflow.events import Recorded
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import when


class Liveness(Check):
    """Every run that began before everything healed is over within `patience` ns of it; later ones, of their begin."""

    name = "liveness"
    watches = (Recorded,)

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._started: dict[str, Emitted] = {}
        self._ended: dict[str, int] = {}
        self._last: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when runs began and ended, and what they did last."""
        event = emitted.event
        assert isinstance(event, Recorded), "this one is watched"
        self._started.setdefault(event.run, emitted)
        self._last[event.run] = emitted
        if isinstance(event.event, h.TERMINAL):
            self._ended.setdefault(event.run, emitted.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed; one that is too short for the claim decides nothing."""
        if record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the run has no settle phase", "liveness")
        if record.settle_ns + self._patience > record.end_ns:
            said = f"the claim needs a settle phase of {show_ns(self._patience)}, this one is shorter"
            return Verdict(self.name, "unknown", said, "liveness")
        for run, started in self._started.items():
            due = max(record.settle_ns, started.t_ns) + self._patience
            if due <= record.end_ns and self._ended.get(run, due + 1) > due:
                return Verdict(self.name, "fail", self._say(run, started, due), "liveness", at_ns=due)
        said = f"every run was over within {show_ns(self._patience)} of healing"
        return Verdict(self.name, "pass", said, "liveness", work=len(self._ended))

    def _say(self, run: str, started: Emitted, due: int) -> str:
        last = self._last[run]
        assert isinstance(last.event, Recorded), "only these are kept"
        did = type(last.event.event).__name__
        return f"{run} ({when(started)}) was not over at {show_ns(due)}; the last of it is {did} ({when(last)})"
