"""What calls may cost, and when they may still be made: amplification is capped, nobody works for one who has left."""

from collections import deque

from models.stack.backpressure import SHARE_PPM, WINDOW
from models.stack.events import Answered, Asked, PortCalled
from sim import SECOND, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

GRACE = 1 * SECOND
"""What no hop can know: how long the message took that told it how much time was left."""
MILLION = 1_000_000
GENERATIONS_MAX = 3


class DeadlineKept(Invariant):
    """No call below a client's question starts after its time is over, and no answer comes later than that.

    What a message waited for on its way, or at a node that stood still, no hop can know: time in which a fault was on
    is not counted.
    """

    name = "deadline-kept"
    claim = "nothing was done for an operation whose time was over"
    watches = (Asked, PortCalled, Answered)

    def __init__(self) -> None:
        super().__init__()
        self._due: dict[str, tuple[int, Emitted]] = {}
        self._late: list[tuple[int, Emitted, Emitted]] = []

    def observe(self, emitted: Emitted) -> None:
        """Compare with when the operation had to be over."""
        event = emitted.event
        if isinstance(event, Asked):
            self._due[event.operation] = emitted.t_ns + event.time, emitted
            return
        assert isinstance(event, (PortCalled, Answered)), "these are watched"
        due, asked = self._due.get(event.operation, (None, emitted))
        if due is not None and emitted.t_ns > due + GRACE:
            self._late.append((due, asked, emitted))

    def conclude(self, record: RunRecord) -> Verdict:
        """The first that was late with nothing to excuse it."""
        for due, asked, late in self._late:
            if late.t_ns - _faulty(record, asked.t_ns, late.t_ns) > due + GRACE:
                self._tell(due, asked, late)
        return super().conclude(record)

    def _tell(self, due: int, asked: Emitted, late: Emitted) -> None:
        event = late.event
        assert isinstance(event, (PortCalled, Answered)), "only these are kept"
        what = "was answered" if isinstance(event, Answered) else f"made a call at {event.port} (key {event.key})"
        said = f"{event.operation}, asked for by {when(asked)}, had to be over at {show_ns(due)}"
        self.contradict(late, f"{said} and {what} at {show_ns(late.t_ns)}")


def _faulty(record: RunRecord, begin: int, end: int) -> int:
    """How long any fault was on between two times, in ns."""
    total, upto = 0, begin
    for span in sorted(record.faults, key=lambda one: one.since_ns):
        until = end if span.until_ns is None else min(end, span.until_ns)
        total += max(0, until - max(upto, span.since_ns))
        upto = max(upto, until)
    return total


def longest_quiet(record: RunRecord, begin: int, end: int) -> int:
    """The longest time between two times, in ns, in which no fault was on."""
    longest, upto = 0, begin
    for span in sorted(record.faults, key=lambda one: one.since_ns):
        longest = max(longest, min(end, span.since_ns) - upto)
        upto = max(upto, end if span.until_ns is None else span.until_ns)
    return max(longest, end - upto)


class CappedAmplification(Invariant):
    """Calls that repeat a key are few: over ten seconds a tenth of the others at that port, and one of each caller.

    Of a client's own doing is what it asks for twice. And no question is generated more than three times.
    """

    name = "capped-amplification"
    claim = "what was tried again stayed within a tenth of what was asked for"
    watches = (Asked, PortCalled)

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str, int] = {}
        self._calls: dict[tuple[str, str, str], int] = {}
        self._callers: dict[str, None] = {}
        self._first: dict[str, deque[int]] = {}
        self._again: dict[str, deque[int]] = {}
        self._generated: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count."""
        event = emitted.event
        self._callers[emitted.node] = None
        if isinstance(event, Asked):
            self._asked[event.operation] = self._asked.get(event.operation, 0) + 1
        elif isinstance(event, PortCalled):
            self._call(emitted, event)

    def _call(self, emitted: Emitted, event: PortCalled) -> None:
        key = event.port, event.verb, event.key
        count = self._calls[key] = self._calls.get(key, 0) + 1
        first = self._first.setdefault(event.port, deque())
        again = self._again.setdefault(event.port, deque())
        for times in (first, again):
            while times and times[0] <= emitted.t_ns - WINDOW:
                times.popleft()
        if count <= max(1, self._asked.get(event.operation, 1)):
            first.append(emitted.t_ns)
        else:
            again.append(emitted.t_ns)
            self._judge(emitted, event, len(first), len(again))
        if event.port == "inference":
            self._generate(emitted, event)

    def _judge(self, emitted: Emitted, event: PortCalled, first: int, again: int) -> None:
        most = len(self._callers) + first * SHARE_PPM // MILLION
        if again > most:
            said = f"{again} calls at {event.port} within {show_ns(WINDOW)} of {show_ns(emitted.t_ns)} repeated one"
            self.contradict(emitted, f"{said}; {first} did not, so {most} may; the last has key {event.key}")

    def _generate(self, emitted: Emitted, event: PortCalled) -> None:
        made = self._generated[event.operation] = self._generated.get(event.operation, 0) + 1
        if made > GENERATIONS_MAX:
            said = f"{event.operation} had {made} calls at inference ({when(emitted)})"
            self.contradict(emitted, f"{said}, more than {GENERATIONS_MAX}")


class Goodput(Invariant):
    """After everything healed, and some patience, nearly all that clients ask for is done in time, and it stays so.

    A trigger that is gone while the overload feeds itself would show here (Bronson and others, "Metastable Failures in
    Distributed Systems", HotOS 2021).
    """

    name = "goodput"
    claim = "goodput was back"
    watches = ()

    def __init__(self, patience: int, longest: int) -> None:
        super().__init__()
        self._patience = patience
        self._longest = longest

    def conclude(self, record: RunRecord) -> Verdict:
        """Judge windows of ten seconds, or what there is."""
        begin = record.settle_ns + self._patience
        if record.settle_ns >= record.end_ns or record.down:
            return Verdict(self.name, "pass", "nothing is claimed: not everything heals", "liveness")
        if begin + WINDOW > record.end_ns:
            needed = show_ns(begin + WINDOW - record.settle_ns)
            return Verdict(self.name, "unknown", f"the claim needs a settle phase of {needed}", "liveness")
        while begin + WINDOW <= record.end_ns:
            why = self._slow(record, begin, begin + WINDOW)
            if why:
                return Verdict(self.name, "fail", why, "liveness", at_ns=begin + WINDOW)
            begin += WINDOW
        return Verdict(self.name, "pass", f"{self.claim} within {show_ns(self._patience)} of healing", "liveness")

    def _slow(self, record: RunRecord, begin: int, end: int) -> str:
        """Why the operations of a window are too few; what the end of the run cuts short counts for nothing."""
        asked = done = 0
        for op in record.history:
            if begin <= op.call_ns < end and (op.outcome != "unknown" or op.call_ns + self._longest <= record.end_ns):
                asked += 1
                done += op.outcome == "ok"
        if done * 10 >= asked * 9:
            return ""
        return f"of {asked} operations begun between {show_ns(begin)} and {show_ns(end)} only {done} were done in time"
