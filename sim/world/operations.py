"""The log of operations that clients call: what the history of the checks is made from.

Every call and every return takes the next index of one dense row of numbers, so no two are ever at the same instant:
operation A came before B exactly when A returned at a lower index than B was called.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Protocol

from sim.world import trace as records
from sim.world.message import Refused, Timeout
from sim.world.trace import Trace

Outcome = Literal["ok", "fail", "unknown"]


class OperationRow:
    """One operation: who called what and how it ended. `ret` is None while it is open or unknown."""

    __slots__ = ("arg", "call", "call_ns", "client", "f", "key", "op", "outcome", "record", "result", "ret", "ret_ns")

    def __init__(self, op: int, client: str, f: str, key: object, arg: object, call: int, call_ns: int, record: int):
        self.op = op
        self.client = client
        self.f = f
        self.key = key
        self.arg = arg
        self.call = call
        self.call_ns = call_ns
        self.record = record
        self.ret: int | None = None
        self.ret_ns: int | None = None
        self.outcome: Outcome | None = None
        self.result: object = None

    def __repr__(self) -> str:
        return f"<{self.client} {self.f} {self.key!r} {self.arg!r} -> {self.outcome} {self.result!r}>"


class Follower(Protocol):
    """Somebody who follows the operations of a run."""

    def __call__(self, row: OperationRow, *, returned: bool) -> None:
        """An operation was called, or has ended."""


class OperationLog:
    """All operations of a run, in order of call. `now` gives world time in ns."""

    def __init__(self, now: Callable[[], int], trace: Trace) -> None:
        self.rows: list[OperationRow] = []
        self._now = now
        self._trace = trace
        self._index = 0
        self._followers: list[Follower] = []

    def follow(self, follower: Follower) -> None:
        """Call `follower(row, returned=...)` whenever an operation was called or has ended. It must disturb nothing."""
        self._followers.append(follower)

    def open(self, client: str, f: str, key: object, arg: object) -> OperationRow:
        """Record a call."""
        now, op = self._now(), len(self.rows)
        record = self._trace.record(now, records.CALL, op, client, f, key, arg)
        row = OperationRow(op, client, f, key, arg, self._index, now, record)
        self._index += 1
        self.rows.append(row)
        for follower in self._followers:
            follower(row, returned=False)
        return row

    def close(self, row: OperationRow, outcome: Outcome, result: object = None) -> None:
        """Record how it ended, once. An unknown operation gets no return: it stays open for ever."""
        assert row.outcome is None, f"operation {row!r} has ended already"
        row.outcome = outcome
        row.result = result
        now = self._now()
        self._trace.record(now, records.RETURN, row.op, row.client, outcome, result)
        if outcome != "unknown":
            row.ret = self._index
            self._index += 1
            row.ret_ns = now
        for follower in self._followers:
            follower(row, returned=True)


class Operation:
    """One operation from inside a client's story, as a context manager.

    Leaving it on `Refused` records fail, on `Timeout` unknown, without a word unknown; the two exceptions stop here, so
    that a story goes on: read `outcome` to know which it was. A crash of the client leaves the operation unknown.
    """

    __slots__ = ("_log", "_row")

    def __init__(self, log: OperationLog, client: str, f: str, key: object, arg: object) -> None:
        self._log = log
        self._row = log.open(client, f, key, arg)

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it is open."""
        return self._row.outcome

    def ok(self, result: object = None) -> None:
        """It happened, and this came back."""
        self._log.close(self._row, "ok", result)

    def fail(self) -> None:
        """It surely did not happen."""
        self._log.close(self._row, "fail")

    def unknown(self) -> None:
        """It may have happened, or may still."""
        self._log.close(self._row, "unknown")

    def __enter__(self) -> "Operation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self._row.outcome is None:
            self._log.close(self._row, "fail" if isinstance(error, Refused) else "unknown")
        return isinstance(error, (Refused, Timeout))
