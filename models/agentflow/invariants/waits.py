"""Promises about what flows wait for: signals and timers."""

from models.agentflow import history as h
from models.agentflow.events import Recorded, SignalsTaken
from sim import Emitted, show_ns
from sim.invariants import Invariant, when


class SignalOnce(Invariant):
    """Each signal is recorded once, and reaches the flow once, in order of receipt."""

    name = "signal-once"
    claim = "every flow took its signals once and in order"
    watches = (Recorded, SignalsTaken)

    def __init__(self) -> None:
        super().__init__()
        self._received: dict[tuple[str, str], list[int]] = {}
        self._seen: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what flows took with what came."""
        event = emitted.event
        if isinstance(event, SignalsTaken):
            self._compare(emitted, event)
        elif isinstance(event, Recorded) and event.n > self._seen.get(event.run, 0):
            self._seen[event.run] = event.n
            signal = event.event
            if isinstance(signal, h.SignalReceived):
                serials = self._received.setdefault((event.run, signal.name), [])
                if signal.serial in serials:
                    said = f"{when(emitted)} recorded signal {signal.name} {signal.serial}"
                    self.contradict(emitted, f"{said} of {event.run} a second time")
                serials.append(signal.serial)

    def _compare(self, emitted: Emitted, event: SignalsTaken) -> None:
        for name in dict.fromkeys(name for name, _ in event.taken):
            taken = [serial for other, serial in event.taken if other == name]
            came = self._received.get((event.run, name), [])
            if taken != came[: len(taken)]:
                self.contradict(
                    emitted, f"{when(emitted)}: the flow of {event.run} took {name} {taken}; what came is {came}"
                )


class TimerTrue(Invariant):
    """A timer fires once, not before it is due by the store's clock, and not longer than `patience` (ns) after it."""

    name = "timer-true"
    claim = "every timer fired once, and in time"
    watches = (Recorded,)

    def __init__(self, patience: int) -> None:
        super().__init__()
        self._patience = patience
        self._due: dict[tuple[str, int], tuple[int, Emitted]] = {}
        self._fired: dict[tuple[str, int], Emitted] = {}
        self._seen: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare the time of firing with that of setting."""
        recorded = emitted.event
        assert isinstance(recorded, Recorded), "this one is watched"
        if recorded.n <= self._seen.get(recorded.run, 0):
            return
        self._seen[recorded.run] = recorded.n
        event = recorded.event
        if isinstance(event, h.TimerStarted):
            due = recorded.at + event.duration
            self._due[recorded.run, event.id] = due, emitted
            if event.due != due:
                said = f"{when(emitted)} set timer {event.id} of {recorded.run} for {show_ns(event.due)}"
                self.contradict(emitted, f"{said}; {show_ns(event.duration)} from then is {show_ns(due)}")
        elif isinstance(event, h.TimerFired):
            self._fire(emitted, recorded, event.id)

    def _fire(self, emitted: Emitted, recorded: Recorded, id_: int) -> None:
        timer = recorded.run, id_
        due, started = self._due.get(timer, (recorded.at, emitted))
        before = self._fired.setdefault(timer, emitted)
        said = f"timer {id_} of {recorded.run} fired ({when(emitted)})"
        if before is not emitted:
            self.contradict(emitted, f"{said} for the second time ({when(before)})")
        elif recorded.at < due:
            early = show_ns(due - recorded.at)
            self.contradict(emitted, f"{said} {early} before it was due ({when(started)} had set it)")
        elif recorded.at > due + self._patience:
            late = show_ns(recorded.at - due)
            self.contradict(emitted, f"{said} {late} after it was due ({when(started)} had set it)")
