"""The history of a run: what every client called and how it ended, in the order in which it happened.

Calls and returns have unique indices, so A came before B exactly when A returned at a lower index than B was called. An
operation of unknown outcome has no return: it may take effect at any time after its call, or never.

A history is a set of columns, sealed: checked once and never changed. `Op` is one row of it, made when asked for.
"""

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.checks.columns import FAIL, OK, OUTCOMES, UNKNOWN, Columns, Row
from sim.checks.values import Values
from sim.world.operations import OperationRow, Outcome

if TYPE_CHECKING:
    from pandas import DataFrame

_NOTES_MAX = 5

OPEN = 2**62
"""The return of an operation that never returned."""


@dataclass(frozen=True, slots=True)
class Op:
    """One operation. `call` and `ret` are event indices, `call_ns` and `ret_ns` virtual times for explanations.

    `process` is a logical single-threaded process: a client goes on as a fresh one after an unknown operation. `epoch`
    numbers the stretch of time between two changes of faults in which it was called, `record` its place in the trace,
    or the line of the file that it was read from.
    """

    op: int
    process: int
    client: str
    f: str
    key: object
    arg: object
    result: object
    outcome: Outcome
    call: int
    ret: int
    call_ns: int
    ret_ns: int | None
    record: int = 0
    epoch: int = 0

    def __str__(self) -> str:
        arg = "" if self.arg is None else f"({self.arg!r})" if not isinstance(self.arg, tuple) else repr(self.arg)
        return f"{self.f}{arg}#{self.op} by {self.client}"


class HistoryError(ValueError):
    """A history that cannot have happened; the message names the operation."""


class History:
    """All operations of a run, in order of call. `columns` hold codes, which the tables turn into values.

    Shapes: every column has one entry for each operation. `notes` are warnings that every verdict repeats.
    """

    __slots__ = ("_ops", "clients", "columns", "keys", "notes", "values", "verbs")

    def __init__(self, ops: Iterable[Op] = ()) -> None:
        self._begin()
        for op in ops:
            ret_ns, outcome = -1 if op.ret_ns is None else op.ret_ns, OUTCOMES.index(op.outcome)
            self._add(
                Row(op.op, op.process, op.call, op.ret, outcome, op.call_ns, ret_ns, op.epoch, op.record),
                op.client, op.f, op.key, op.arg, op.result,
            )  # fmt: skip
        self._seal()

    @classmethod
    def from_log(cls, rows: Iterable[OperationRow], changes: Sequence[int] = ()) -> "History":
        """The history of a run's log: operations still open are unknown; processes are numbered client by client.

        `changes` are the times (ns, ascending) at which a fault began or ended: they bound the epochs.
        """
        history = cls.__new__(cls)
        history._begin()
        rows = list(rows)
        process: dict[str, int] = {}
        for row in rows:
            process.setdefault(row.client, len(process))
        clients = len(process)
        for row in rows:
            outcome = OUTCOMES.index(row.outcome or "unknown")
            ret = OPEN if row.ret is None else row.ret
            ret_ns = -1 if row.ret_ns is None else row.ret_ns
            epoch = bisect_right(changes, row.call_ns)
            history._add(
                Row(row.op, process[row.client], row.call, ret, outcome, row.call_ns, ret_ns, epoch, row.record),
                row.client, row.f, row.key, row.arg, row.result,
            )  # fmt: skip
            if outcome == UNKNOWN:
                process[row.client] += clients
        history._seal()
        return history

    @classmethod
    def from_frame(cls, frame: "DataFrame") -> "History":
        """The history whose `to_frame` this is, or a table of your own with columns named like the fields of Op."""
        names = [name for name in Op.__dataclass_fields__ if name in frame.columns]
        rows = zip(*(frame[name].tolist() for name in names), strict=True)
        return cls(Op(**dict(zip(names, row, strict=True))) for row in rows)

    def _begin(self) -> None:
        self.columns = Columns()
        self.clients, self.verbs, self.keys, self.values = Values(), Values(), Values(), Values()
        self._ops: tuple[Op, ...] | None = None
        self.notes: tuple[str, ...] = ()

    def _add(self, row: Row, client: str, f: str, key: object, arg: object, result: object) -> None:
        code = self.values.code
        answer = -1 if row.outcome == UNKNOWN else code(result)
        self.columns.add(row, self.clients.code(client), self.verbs.code(f), self.keys.code(key), code(arg), answer)

    def _seal(self) -> None:
        _refuse_impossible(self)
        self.notes = _warnings(self)

    def __len__(self) -> int:
        return len(self.columns.call)

    def __iter__(self) -> Iterator[Op]:
        return iter(self.ops)

    @property
    def ops(self) -> tuple[Op, ...]:
        """Every operation as a row."""
        if self._ops is None:
            self._ops = tuple(map(self.op, range(len(self))))
        return self._ops

    def op(self, row: int) -> Op:
        """One operation."""
        of, result, ret_ns = self.columns, self.columns.result[row], self.columns.ret_ns[row]
        return Op(
            of.op[row],
            of.process[row],
            str(self.clients[of.client[row]]),
            str(self.verbs[of.f[row]]),
            self.keys[of.key[row]],
            self.values[of.arg[row]],
            None if result < 0 else self.values[result],
            OUTCOMES[of.outcome[row]],
            of.call[row],
            of.ret[row],
            of.call_ns[row],
            None if ret_ns < 0 else ret_ns,
            of.record[row],
            of.epoch[row],
        )

    def count(self, outcome: Outcome) -> int:
        """How many operations ended so."""
        return self.columns.outcome.count(OUTCOMES.index(outcome))

    def of_clients(self, names: Container[str]) -> "History":
        """The part of the history that these clients made."""
        return History(op for op in self.ops if op.client in names)

    def only(self, key: object) -> list[Op]:
        """The operations on one key."""
        wanted = self.keys.find(key)
        return [self.op(row) for row, code in enumerate(self.columns.key) if code == wanted]

    def without(self, ops: Container[int]) -> "History":
        """The history without the operations of these numbers."""
        return History(op for op in self.ops if op.op not in ops)

    def cut(self, index: int) -> "History":
        """The history up to event `index`, see `cut`."""
        return History(cut(self.ops, index))

    def to_frame(self) -> "DataFrame":
        """A pandas frame with a row for each operation and a column for each field of Op (times in ns)."""
        from pandas import DataFrame

        names = tuple(Op.__dataclass_fields__)
        rows = [tuple(getattr(op, name) for name in names) for op in self.ops]
        return DataFrame(rows, columns=list(names), dtype=object)


def cut(ops: Iterable[Op], index: int) -> list[Op]:
    """The history up to event `index`: later calls are gone, what was open then is unknown.

    Linearizability is closed under this: a prefix of a linearizable history is linearizable.
    """
    return [
        op if op.ret <= index else replace(op, ret=OPEN, ret_ns=None, result=None, outcome="unknown")
        for op in ops
        if op.call <= index
    ]


def _refuse_impossible(history: History) -> None:
    of = history.columns
    last: dict[int, int] = {}
    latest = -1
    for row, (process, call, ret) in enumerate(zip(of.process, of.call, of.ret, strict=True)):
        if ret <= call:
            raise HistoryError(f"{history.op(row)} returned at event {ret}, before its call at {call}")
        if call <= latest:
            raise HistoryError(f"{history.op(row)} was called at event {call}, not after the call before it ({latest})")
        if (ret == OPEN) != (of.outcome[row] == UNKNOWN):
            said = "unknown, but has a return" if ret != OPEN else "not unknown, but has no return"
            raise HistoryError(f"{history.op(row)} is {said}")
        latest = call
        before = last.get(process)
        if before is not None and of.ret[before] > call:
            unknown = of.ret[before] == OPEN
            state = "is unknown, after which a process never acts again" if unknown else "was still open"
            raise HistoryError(f"process {process} called {history.op(row)} while {history.op(before)} {state}")
        last[process] = row


def _warnings(history: History) -> tuple[str, ...]:
    """Values of writes recorded as failed that somebody read: a bug, or a timeout wrongly recorded as a failure."""
    of, values = history.columns, history.values
    failed = {
        (of.key[row], values.find(written)): row
        for row, outcome in enumerate(of.outcome)
        if outcome == FAIL and (written := _written(values[of.arg[row]])) is not None
    }
    if not failed:
        return ()
    found = (
        (failed.get((of.key[row], seen)), row)
        for row, outcome in enumerate(of.outcome)
        if outcome == OK
        for seen in _shown(values, of.result[row])
    )
    notes = [
        f"{history.op(row)} returned what {history.op(writer)} wrote, which is recorded as failed"
        for writer, row in found
        if writer is not None
    ]
    more = len(notes) - _NOTES_MAX
    return (*notes[:_NOTES_MAX], *((f"{more:,} more returned what is recorded as failed",) if more > 0 else ()))


def _written(arg: object) -> object:
    return arg[-1] if isinstance(arg, tuple) and arg else arg


def _shown(values: Values, result: int) -> tuple[int, ...]:
    """The codes of what an answer shows: itself, and its elements if it is a list."""
    shown = values[result]
    return (result, *map(values.find, shown)) if isinstance(shown, tuple) else (result,)
