"""Promises about tickets: one plan at a time for each function, and one end for each."""

from models.tyche.events import (
    DEAD,
    DROPPED,
    EXPIRED,
    KILLED,
    LOADING,
    LOST,
    PLANNED,
    RESIDENT,
    USED,
    ContainerState,
    ControllerStarted,
    LoadState,
    Predicted,
    Sent,
    WorkerStarted,
)
from models.tyche.invariants.doubtful import Doubtful
from models.tyche.settings import Settings
from sim import SECOND, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

Key = tuple[str, int, int]
ENDS = (USED, DROPPED, KILLED, LOST)
_NEXT = {
    PLANNED: (LOADING, DROPPED, LOST),
    LOADING: (RESIDENT, DROPPED, KILLED, LOST, USED),
    RESIDENT: (USED, DROPPED, KILLED, LOST),
}


def ticket(event: LoadState | Predicted | Sent) -> Key:
    """Which ticket an event is about."""
    return event.function, event.incarnation, event.n


def named(key: Key) -> str:
    """A ticket in words."""
    return f"ticket {key[1]}.{key[2]} of {key[0]}"


class EndsOnce(Doubtful):
    """Each ticket ends in one of USED, DROPPED, KILLED, LOST, once; nothing stays resident a second past its time."""

    name = "ends-once"
    claim = "every ticket ended once, in time, and nothing was left loaded without one"
    watches = (Predicted, LoadState, ContainerState, WorkerStarted, ControllerStarted)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._drift = settings.clock_drift_max
        self._loads = {one.name: one.as_function().load_ns for one in settings.functions}
        self._states: dict[Key, str] = {}
        self._drop_at: dict[Key, tuple[int, int]] = {}  # when it was planned, when it has to go
        self._inside: dict[str, dict[Key, Emitted]] = {}  # container -> tickets that lie in it
        self._containers: dict[str, str] = {}
        self._incarnation = 0

    def observe(self, emitted: Emitted) -> None:
        """Follow every ticket."""
        event = emitted.event
        if isinstance(event, Predicted):
            if event.drop_after >= 0:
                self._drop_at[ticket(event)] = (emitted.t_ns, emitted.t_ns + event.drop_after)
            self._states[ticket(event)] = PLANNED
        elif isinstance(event, LoadState):
            self._moved(emitted, event)
        elif isinstance(event, ContainerState):
            self._containers[event.container] = emitted.node
            if event.target in (DEAD, EXPIRED):
                for key in self._inside.pop(event.container, {}):
                    said = f"container {event.container} is {event.target}, and {named(key)} still lies in it"
                    self.contradict(emitted, f"{said}: {when(emitted)}")
        elif isinstance(event, WorkerStarted):
            self._lost(emitted.node)

    def _moved(self, emitted: Emitted, event: LoadState) -> None:
        key = ticket(event)
        state = self._states.get(key, PLANNED)
        if state in ENDS or event.source != state or event.target not in _NEXT[state]:
            said = f"{named(key)} was {state} and went from {event.source} to {event.target}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
            return
        self._states[key] = event.target
        inside = self._inside.setdefault(event.container, {})
        if event.target not in ENDS:
            inside[key] = emitted
            return
        inside.pop(key, None)
        if event.source == RESIDENT and event.target != USED:
            self._late(key, emitted)
        self._drop_at.pop(key, None)

    def _late(self, key: Key, emitted: Emitted) -> None:
        planned, drop_at = self._drop_at.get(key, (0, emitted.t_ns))
        over = emitted.t_ns - drop_at - (drop_at - planned) * self._drift // 1_000_000
        if over > SECOND:
            self.doubt(planned, emitted, f"{named(key)} was resident {show_ns(over)} too long: {when(emitted)}")

    def _lost(self, worker: str) -> None:
        """The worker has started anew: what lay in it is lost with its memory."""
        for container in [one for one, node in self._containers.items() if node == worker]:
            del self._containers[container]
            for key in self._inside.pop(container, {}):
                self._states[key] = LOST
                self._drop_at.pop(key, None)

    def conclude(self, record: RunRecord) -> Verdict:
        """What is still there at the end must have a right to be."""
        for inside in self._inside.values():
            for key, last in inside.items():
                self._left(key, last, record)
        if not record.faults:
            for key, (_, drop_at) in self._drop_at.items():
                if self._states[key] == PLANNED and drop_at + 10 * SECOND < record.end_ns and self._found is None:
                    said = f"{named(key)} had to be over at {show_ns(drop_at)}, and never was"
                    self._found = Verdict(self.name, "fail", said, at_ns=drop_at)
        return super().conclude(record)

    def _left(self, key: Key, last: Emitted, record: RunRecord) -> None:
        """Neither loading for ever, nor resident past its time: looked at after the last fault."""
        calm = max([record.settle_ns, *[span.until_ns or record.end_ns for span in record.faults]], default=0)
        if record.end_ns <= record.settle_ns and record.faults:
            return
        if self._states[key] == LOADING:
            due = max(last.t_ns, calm) + 10 * self._loads[key[0]] + SECOND
        else:
            due = max(self._drop_at.get(key, (0, record.end_ns))[1], calm) + 2 * SECOND
        if due < record.end_ns:
            self.contradict(last, f"{named(key)} is {self._states[key]} since {when(last)}, to the end of the run")


class OneTicket(Invariant):
    """Only the newest ticket of a function is loaded and dropped, and not before its time."""

    name = "one-ticket"
    claim = "no timer of an older ticket did anything"
    watches = (Predicted, Sent)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002
        super().__init__()
        self._newest: dict[str, tuple[Key, int, Predicted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what is done with the newest plan."""
        event = emitted.event
        if isinstance(event, Predicted):
            before = self._newest.get(event.function)
            if before is not None and ticket(event)[1:] <= before[0][1:]:
                self.contradict(emitted, f"{named(ticket(event))} comes after {named(before[0])}: {when(emitted)}")
            self._newest[event.function] = (ticket(event), emitted.t_ns, event)
        elif isinstance(event, Sent) and event.verb in ("load", "unload"):
            self._acted(emitted, event)

    def _acted(self, emitted: Emitted, event: Sent) -> None:
        key, since, plan = self._newest[event.function]
        if ticket(event) != key:
            said = f"{event.verb} for {named(ticket(event))}, but the newest is {named(key)}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
            return
        after = plan.load_after if event.verb == "load" else plan.drop_after
        if emitted.t_ns - since < after * 9 // 10:  # clocks may run up to 5% fast
            said = f"{event.verb} {show_ns(emitted.t_ns - since)} after the arrival, planned for {show_ns(after)}"
            self.contradict(emitted, f"{named(key)}: {said}, {when(emitted)}: the timer is an older one's")
