"""The history of a run: what every client called and how it ended, in the order in which it happened.

Calls and returns have dense, unique indices, so A came before B exactly when A returned at a lower index than B was
called. An operation of unknown outcome has no return: it may take effect at any time after its call, or never.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from sim.world.operations import OperationRow, Outcome

OPEN = 2**62
"""The return of an operation that never returned."""


@dataclass(frozen=True, slots=True)
class Op:
    """One operation. `call` and `ret` are event indices, `call_ns` and `ret_ns` virtual times for explanations.

    `process` is a logical single-threaded process: a client goes on as a fresh one after an unknown operation.
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

    def __str__(self) -> str:
        arg = "" if self.arg is None else f"({self.arg!r})" if not isinstance(self.arg, tuple) else repr(self.arg)
        return f"{self.f}{arg}#{self.op} by {self.client}"


class HistoryError(ValueError):
    """A history that cannot have happened; the message names the operation."""


class History:
    """All operations of a run, in order of call, sealed: checked once and never changed."""

    __slots__ = ("notes", "ops")

    def __init__(self, ops: Iterable[Op]) -> None:
        self.ops = tuple(ops)
        _refuse_impossible(self.ops)
        self.notes = _warnings(self.ops)

    @classmethod
    def from_log(cls, rows: Iterable[OperationRow]) -> "History":
        """The history of a run's log: operations still open are unknown; processes are numbered client by client."""
        clients: dict[str, int] = {}
        rows = list(rows)
        for row in rows:
            clients.setdefault(row.client, len(clients))
        process = dict(clients)
        return cls(_op(row, process, len(clients)) for row in rows)

    def __len__(self) -> int:
        return len(self.ops)

    def __iter__(self) -> Iterator[Op]:
        return iter(self.ops)

    def count(self, outcome: Outcome) -> int:
        """How many operations ended so."""
        return sum(op.outcome == outcome for op in self.ops)

    def of_clients(self, names: Container[str]) -> "History":
        """The part of the history that these clients made."""
        return History(op for op in self.ops if op.client in names)

    def keys(self) -> list[object]:
        """The keys in order of first use."""
        return list(dict.fromkeys(op.key for op in self.ops))

    def only(self, key: object) -> list[Op]:
        """The operations on one key."""
        return [op for op in self.ops if op.key == key]


def cut(ops: Iterable[Op], index: int) -> list[Op]:
    """The history up to event `index`: later calls are gone, what was open then is unknown.

    Linearizability is closed under this: a prefix of a linearizable history is linearizable.
    """
    return [
        op if op.ret <= index else replace(op, ret=OPEN, ret_ns=None, result=None, outcome="unknown")
        for op in ops
        if op.call <= index
    ]


def _op(row: OperationRow, process: dict[str, int], clients: int) -> Op:
    outcome: Outcome = row.outcome or "unknown"
    mine = process[row.client]
    if outcome == "unknown":
        process[row.client] += clients
    ret = row.ret if row.ret is not None else OPEN
    return Op(
        row.op, mine, row.client, row.f, row.key, row.arg, row.result, outcome,
        row.call, ret, row.call_ns, row.ret_ns, row.record,
    )  # fmt: skip


def _refuse_impossible(ops: tuple[Op, ...]) -> None:
    last: dict[int, Op] = {}
    for op in ops:
        if op.ret <= op.call:
            raise HistoryError(f"{op} returned at event {op.ret}, before its call at {op.call}")
        before = last.get(op.process)
        if before is not None and before.ret > op.call:
            state = "is unknown, after which a process never acts again" if before.ret == OPEN else "was still open"
            raise HistoryError(f"process {op.process} called {op} while {before} {state}")
        last[op.process] = op


def _warnings(ops: tuple[Op, ...]) -> tuple[str, ...]:
    """Values of writes recorded as failed that somebody read: a bug, or a timeout wrongly recorded as a failure."""
    failed = {
        (op.key, written): op for op in ops if op.outcome == "fail" for written in _values(op) if written is not None
    }
    if not failed:
        return ()
    found = ((failed.get((op.key, op.result)), op) for op in ops if op.outcome == "ok" and _hashable(op.result))
    return tuple(
        f"{reader} returned what {writer} wrote, which is recorded as failed" for writer, reader in found if writer
    )


def _values(op: Op) -> tuple[object, ...]:
    return (op.arg[-1],) if isinstance(op.arg, tuple) and op.arg else (op.arg,) if _hashable(op.arg) else ()


def _hashable(value: object) -> bool:
    return isinstance(value, (str, int, bytes, tuple, type(None)))
