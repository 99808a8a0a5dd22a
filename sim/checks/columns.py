"""The columns of a history: compact arrays of integers, which numpy can read without copying them."""

from array import array
from typing import NamedTuple

from sim.world.operations import Outcome

OUTCOMES: tuple[Outcome, ...] = ("ok", "fail", "unknown")
OK, FAIL, UNKNOWN = range(3)
"""How an operation ended, as its code in the column `outcome`."""


class Row(NamedTuple):
    """The numbers of one operation that need no table."""

    op: int
    process: int
    call: int
    ret: int
    outcome: int
    call_ns: int
    ret_ns: int
    epoch: int
    record: int


class Columns:
    """One array for each property of an operation, all of one length, in order of call.

    | column | item | meaning |
    |---|---|---|
    | op, process | int64 | number of the operation; logical single-threaded process |
    | client, f, key, arg, result | int32 | codes of the history's tables; a result of -1 is not known |
    | call, ret | int64 | event index; `ret` is OPEN if it never returned |
    | outcome | int8 | OK, FAIL or UNKNOWN |
    | call_ns, ret_ns | int64 | virtual time; `ret_ns` is -1 if it never returned |
    | epoch, record | int32, int64 | stretch between two changes of faults; record of the call in the trace |
    """

    __slots__ = (
        "arg", "call", "call_ns", "client", "epoch", "f", "key", "op", "outcome", "process", "record", "result",
        "ret", "ret_ns",
    )  # fmt: skip

    def __init__(self) -> None:
        self.op, self.process = array("q"), array("q")
        self.client, self.f, self.key, self.arg, self.result = (array("i") for _ in range(5))
        self.call, self.ret = array("q"), array("q")
        self.outcome = array("b")
        self.call_ns, self.ret_ns = array("q"), array("q")
        self.epoch, self.record = array("i"), array("q")

    def add(self, row: Row, client: int, f: int, key: int, arg: int, result: int) -> None:
        """Append one operation."""
        self.op.append(row.op)
        self.process.append(row.process)
        self.call.append(row.call)
        self.ret.append(row.ret)
        self.outcome.append(row.outcome)
        self.call_ns.append(row.call_ns)
        self.ret_ns.append(row.ret_ns)
        self.epoch.append(row.epoch)
        self.record.append(row.record)
        self.client.append(client)
        self.f.append(f)
        self.key.append(key)
        self.arg.append(arg)
        self.result.append(result)
