"""Promises about services: how much they are asked, when they are left alone, and that they are taken up again."""

from models.resumesnap.breaker import CLOSED, HALF_OPEN, OPEN
from models.resumesnap.events import Accepted, BreakerMoved, Called, Ended, Forgotten, Throttled
from models.resumesnap.words import DEGRADED, DONE
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

HEDGES_PERCENT = 5
RETRIES_PERCENT = 10
SPARE = 3
WINDOW = 10 * SECOND
LEGAL = {(CLOSED, OPEN), (OPEN, HALF_OPEN), (HALF_OPEN, OPEN), (HALF_OPEN, CLOSED)}

Place = tuple[str, int, str]
"""A worker's incarnation and a service."""


class Counts:
    """What one worker asked of one service."""

    def __init__(self) -> None:
        self.calls = 0
        self.hedges = 0
        self.firsts: list[int] = []
        self.retries: list[int] = []
        self.state = CLOSED


class LoadBound(Invariant):
    """Retries and hedges are a small share of calls; who is throttled waits; an open breaker lets nothing through."""

    name = "load-bound"
    claim = "no service was asked more than it should be"
    watches = (Called, Throttled, BreakerMoved)

    def __init__(self, grace: int) -> None:
        super().__init__()
        self._grace = grace
        self._counts: dict[Place, Counts] = {}
        self._throttled: dict[tuple[str, str, str], tuple[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count what a worker does."""
        event = emitted.event
        assert isinstance(event, (Called, Throttled, BreakerMoved)), "these are watched"
        counts = self._counts.setdefault((emitted.node, emitted.incarnation, event.service), Counts())
        if isinstance(event, BreakerMoved):
            counts.state = event.after
        elif isinstance(event, Throttled):
            self._throttled[emitted.node, event.service, event.id] = emitted.t_ns + event.wait, emitted
        else:
            self._call(emitted, event, counts)

    def _call(self, emitted: Emitted, event: Called, counts: Counts) -> None:
        said = f"{when(emitted)} called {event.service} for request {event.id} ({event.why})"
        if counts.state == OPEN or (counts.state == HALF_OPEN and event.why != "probe"):
            self.contradict(emitted, f"{said} though its breaker is {counts.state}")
        free_at, throttled = self._throttled.get((emitted.node, event.service, event.id), (0, emitted))
        if emitted.t_ns < free_at:
            self.contradict(
                emitted, f"{said}, {show_ns(free_at - emitted.t_ns)} too soon: {when(throttled)} was asked to wait"
            )
        self._count(emitted, event, counts, said)

    def _count(self, emitted: Emitted, event: Called, counts: Counts, said: str) -> None:
        if event.why == "hedge":
            counts.hedges += 1
            if counts.hedges * 100 > HEDGES_PERCENT * counts.calls + 100:
                self.contradict(emitted, f"{said}: {counts.hedges} of {counts.calls} calls are second ones")
            return
        counts.calls += 1
        if event.why == "first":
            counts.firsts.append(emitted.t_ns)
        elif event.why == "retry":
            counts.retries.append(emitted.t_ns)
            self._bound_retries(emitted, counts, said)

    def _bound_retries(self, emitted: Emitted, counts: Counts, said: str) -> None:
        """In any window: the spare ones, and a share of the calls; twice the window for calls, for both slide."""
        retries = sum(at > emitted.t_ns - WINDOW + self._grace for at in counts.retries)
        firsts = sum(at > emitted.t_ns - 2 * WINDOW for at in counts.firsts)
        probes = counts.calls - len(counts.firsts) - len(counts.retries)
        if retries > SPARE + (firsts + probes) * RETRIES_PERCENT // 100 + 1:
            self.contradict(emitted, f"{said}: {retries} retries to {firsts} calls")


class BreakerLegal(Invariant):
    """Breakers move as they may."""

    name = "breaker-legal"
    claim = "every breaker moved as it may"
    watches = (BreakerMoved,)

    def __init__(self) -> None:
        super().__init__()
        self._states: dict[Place, str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with where it was."""
        event = emitted.event
        assert isinstance(event, BreakerMoved), "this one is watched"
        place = (emitted.node, emitted.incarnation, event.service)
        before = self._states.get(place, CLOSED)
        self._states[place] = event.after
        if before != event.before or (before, event.after) not in LEGAL:
            self.contradict(
                emitted, f"the breaker of {event.service} went from {before} to {event.after} ({when(emitted)})"
            )


class Recovers(Check):
    """Once everything is healed, and breakers had time to close, new requests are done again: 95 of 100."""

    name = "recovers"
    watches = (Accepted, Ended, Forgotten)

    def __init__(self, deadline: int) -> None:
        self._deadline = deadline
        self._accepted: dict[str, tuple[int, int]] = {}
        self._ended: dict[str, str] = {}
        self._of: dict[str, list[str]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when requests came and how they ended."""
        event = emitted.event
        if isinstance(event, Accepted):
            self._accepted.setdefault(event.id, (emitted.t_ns, event.deadline_ns))
            self._of.setdefault(event.user, []).append(event.id)
        elif isinstance(event, Ended):
            self._ended.setdefault(event.id, event.state)
        elif isinstance(event, Forgotten):
            for id_ in self._of.pop(event.user, []):
                if id_ not in self._ended:
                    self._accepted.pop(id_, None)  # its user does not want it any more

    def conclude(self, record: RunRecord) -> Verdict:
        """Count those that came late enough, and had time."""
        since = record.settle_ns + 5 * SECOND + self._deadline
        if since >= record.end_ns or record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the settle phase is too short", "liveness")
        states = [
            self._ended.get(id_, "open")
            for id_, (at, deadline) in self._accepted.items()
            if at >= since and (deadline <= record.end_ns or id_ in self._ended)
        ]
        done = sum(state in (DONE, DEGRADED) for state in states)
        said = f"{done} of {len(states)} requests that came after {show_ns(since)} were done"
        if len(states) >= 5 and done * 100 < 95 * len(states):
            return Verdict(self.name, "fail", said, "liveness", at_ns=record.end_ns)
        return Verdict(self.name, "pass", said, "liveness", work=len(states))
