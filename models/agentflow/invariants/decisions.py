"""Promises about decisions: replay does the same, one decider at a time, one run for a start."""

from models.agentflow import history as h
from models.agentflow.events import Leased, NonDeterminism, Recorded, ReplayDigest
from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when


class ReplayEqual(Invariant):
    """The digest of commands and state at a decision is one value, over all deciders, incarnations and versions.

    Unless `strict`, a replay that notices that the code has changed is no contradiction: it is what it is for.
    """

    name = "replay-equal"
    claim = "every replay came to the same"
    watches = (ReplayDigest, NonDeterminism)

    def __init__(self, *, strict: bool) -> None:
        super().__init__()
        self._strict = strict
        self._digests: dict[tuple[str, int], tuple[bytes, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the first digest of this decision."""
        event = emitted.event
        if isinstance(event, NonDeterminism):
            if self._strict:
                said = f"{when(emitted)} replayed {event.run} over {event.n} events and did {event.found}"
                self.contradict(emitted, f"{said}, where {event.recorded} is recorded")
        elif isinstance(event, ReplayDigest):
            digest, first = self._digests.setdefault((event.run, event.n), (event.digest, emitted))
            if digest != event.digest:
                self.contradict(
                    emitted,
                    f"after {event.n} events {event.run} is {digest.hex()} to {when(first)}, {event.digest.hex()} to "
                    f"{when(emitted)}",
                )


class OneLease(Invariant):
    """Decisions of a run carry rising epochs, and each rests on everything before it."""

    name = "one-lease"
    claim = "one decider at a time decided"
    watches = (Recorded, Leased)

    def __init__(self) -> None:
        super().__init__()
        self._epochs: dict[str, tuple[int, Emitted]] = {}
        self._decided: dict[str, tuple[int, Emitted]] = {}
        self._seen: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare epochs, and a decision's base with its place."""
        event = emitted.event
        if isinstance(event, Leased):
            self._rise(emitted, self._epochs, event.run, event.epoch, "was leased")
        elif isinstance(event, Recorded) and event.n > self._seen.get(event.run, 0):
            self._seen[event.run] = event.n
            decision = event.event
            if isinstance(decision, h.DecisionTaken):
                self._rise(emitted, self._decided, event.run, decision.lease, "was decided")
                if decision.base != event.n - 1:
                    said = f"{when(emitted)} took a decision over {decision.base} events of {event.run}"
                    self.contradict(emitted, f"{said}, which had {event.n - 1}")

    def _rise(self, emitted: Emitted, known: dict[str, tuple[int, Emitted]], run: str, epoch: int, verb: str) -> None:
        last = known.get(run)
        if last is not None and epoch <= last[0]:
            self.contradict(
                emitted, f"{run} {verb} under epoch {epoch} ({when(emitted)}) after epoch {last[0]} ({when(last[1])})"
            )
        known[run] = epoch, emitted


class StartOnce(Invariant):
    """One run for each id that a client gives; the same id with another input is refused."""

    name = "start-once"
    claim = "each start made one run"
    watches = (Recorded,)

    def __init__(self) -> None:
        super().__init__()
        self._runs: dict[str, tuple[str, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the run that this request has made."""
        event = emitted.event
        assert isinstance(event, Recorded), "this one is watched"
        if not isinstance(event.event, h.Started):
            return
        run, first = self._runs.setdefault(event.event.request, (event.run, emitted))
        if run != event.run:
            self.contradict(
                emitted, f"start {event.event.request} made {run} ({when(first)}) and {event.run} ({when(emitted)})"
            )

    def conclude(self, record: RunRecord) -> Verdict:
        """Look at the clients' history too: nobody was granted another input under a known id."""
        for op in record.history:
            if op.f == "start" and op.arg == "other" and op.outcome == "ok" and not self.violated:
                sentence = f"{op.client} was granted {op.key} a second time, with another input"
                return Verdict(self.name, "fail", sentence, at_ns=op.ret_ns)
        return super().conclude(record)
