"""An append-only log: append, read of one offset, and tail."""

from collections.abc import Sequence

from sim.checks.found import Found
from sim.checks.history import Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import same
from sim.checks.zones import logs


class AppendLog(Spec):
    """One log per key, with offsets from zero. `append` gives its record's offset, `tail` the number of records.

    `read` takes an offset and gives the record, or None beyond the end.
    """

    name = "append-log"
    verbs = {"append": "(record): its offset", "read": "(offset): the record", "tail": "how many records there are"}
    reads = frozenset(("read", "tail"))
    plain = True
    by_key = True

    def refuse(self, op: Op) -> str:
        """Also an offset that is none."""
        offset = op.f != "read" or type(op.arg) is int
        return super().refuse(op) or ("" if offset else "read with an offset, a whole number")

    def initial(self) -> State:
        """No records."""
        return ()

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The log that follows, or none."""
        assert isinstance(state, tuple), "a log is a tuple of records"
        if op.f == "append":
            right = op.outcome == "unknown" or op.result is None or same(op.result, len(state))
            return ((*state, op.arg),) if right else ()
        if op.outcome == "unknown":
            return (state,)
        if op.f == "tail":
            return (state,) if same(op.result, len(state)) else ()
        assert type(op.arg) is int, f"{op} reads no offset"
        record = state[op.arg] if 0 <= op.arg < len(state) else None
        return (state,) if same(op.result, record) else ()

    def monitor(self, part: Part) -> Found | None:
        """By offset; a search if that gives no order."""
        return logs.decide(part)

    def replay(self, part: Part, order: Sequence[int]) -> str:
        """Without a new log at every step."""
        return logs.replay(part, order)

    def say(self, state: State) -> str:
        """How long it is, and its end."""
        assert isinstance(state, tuple), "a log is a tuple of records"
        return f"{len(state)} records" + (f", the last {state[-1]!r}" if state else "")
