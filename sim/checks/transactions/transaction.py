"""Transactions on lists: what each one read and appended, and how it ended."""

from collections.abc import Hashable
from dataclasses import dataclass

from sim.checks.history import History, HistoryError, Op
from sim.world.operations import Outcome

List = tuple[Hashable, ...]

Step = tuple[str, Hashable, object]
"""("r", key, list or None if nothing came back) or ("append", key, element)."""

VERB = "txn"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction. Elements are unique within a key; times are event indices and ns, as in a history."""

    op: int
    process: int
    client: str
    steps: tuple[Step, ...]
    outcome: Outcome
    call: int
    ret: int
    call_ns: int
    ret_ns: int | None

    def __str__(self) -> str:
        return ", ".join(map(say_step, self.steps))


def say_step(step: Step) -> str:
    """A step in words: ``append x 3``, ``read y []``."""
    kind, key, value = step
    if kind == "append":
        return f"append {key} {value!r}"
    return f"read {key} {say_list(value)}"


def say_list(value: object) -> str:
    """A list, with its beginning left out if it is long."""
    if not isinstance(value, tuple):
        return "[]" if value is None else repr(value)
    shown = ", ".join(map(repr, value[-6:]))
    return f"[{'…, ' if len(value) > 6 else ''}{shown}]"


def transactions_of(history: History) -> list[Transaction]:
    """The transactions of a history, in order of call: operations `txn` whose argument or result are their steps."""
    return [_transaction(op) for op in history if op.f == VERB]


def _transaction(op: Op) -> Transaction:
    shown = op.result if op.outcome == "ok" and isinstance(op.result, tuple) else op.arg
    if not isinstance(shown, tuple):
        raise HistoryError(f"{op} has no steps, expected (('r', key, list), ('append', key, element), ...)")
    steps = tuple(map(_step, shown))
    return Transaction(op.op, op.process, op.client, steps, op.outcome, op.call, op.ret, op.call_ns, op.ret_ns)


def _step(step: object) -> Step:
    if not isinstance(step, tuple) or len(step) != 3 or step[0] not in ("r", "append"):
        wanted = "('r', key, list) or ('append', key, element)"
        raise HistoryError(f"a transaction has the step {step!r}, expected {wanted}")
    kind, key, value = step
    if kind == "r" and value is not None and not isinstance(value, tuple):
        raise HistoryError(f"a transaction read {value!r} of {key!r}, expected a list")
    return kind, key, value
