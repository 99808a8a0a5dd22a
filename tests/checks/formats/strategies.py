"""Random histories and values, for Hypothesis; and what of a history a round trip must give back."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import strategies as st

from sim.checks.history import OPEN, History, Op
from sim.checks.values import typed

Said = tuple[object, object, object]
"""Argument, result if it ends ok, and key of one operation."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
words = st.sampled_from(["write", "add", "enqueue", "dequeue", "acquire", "put-if", "contains", "read", "get"])
keys = st.one_of(texts, st.integers(-(2**70), 2**70))
atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    texts,
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(atoms, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)
rich = st.one_of(
    values,
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False).map(Decimal),
    st.frozensets(st.one_of(texts, st.integers(10, 99)), max_size=4),
)
steps = st.lists(st.tuples(st.sampled_from(["r", "append", "w"]), keys, st.integers()), max_size=3)


@st.composite
def transactions(draw: st.DrawFn) -> Said:
    """A transaction: reads nil at its call, and what they saw."""
    filled = draw(steps)
    asked = tuple((verb, key, None if verb == "r" else value) for verb, key, value in filled)
    seen = tuple((verb, key, (value,) if verb == "r" else value) for verb, key, value in filled)
    return asked, seen, None


@st.composite
def histories(
    draw: st.DrawFn,
    operation: Callable[[str], st.SearchStrategy[Said]],
    verbs: st.SearchStrategy[str],
    ends: tuple[str, ...] = ("ok", "ok", "ok", "fail", "unknown"),
) -> History:
    """Three clients that call and return at random; one whose operation is unknown goes on as another process."""
    open_: dict[int, list[object]] = {}
    rows: list[list[object]] = []
    process = {client: client for client in range(3)}
    index = time = 0
    for client in draw(st.lists(st.integers(0, 2), max_size=14)):
        time += draw(st.integers(0, 5))
        row = open_.pop(client, None)
        if row is None:
            f = draw(verbs)
            arg, result, key = draw(operation(f))
            row = [len(rows), process[client], f, key, arg, result, "unknown", index, OPEN, time, None]
            open_[client] = row
            rows.append(row)
            index += 1
            continue
        row[6] = draw(st.sampled_from(ends))
        if row[6] == "unknown":
            process[client] += 3
            continue
        row[8], row[10] = index, time
        index += 1
    ops = []
    for place, (op, number, verb, key, arg, result, outcome, call, ret, call_ns, ret_ns) in enumerate(rows):
        told = result if outcome == "ok" else None
        ops.append(Op(op, number, f"c{place % 3}", verb, key, arg, told, outcome, call, ret, call_ns, ret_ns))  # type: ignore[arg-type]
    return History(ops)


def essence(history: History, *, times: bool = True) -> list[object]:
    """What must come back: dense event indices, values with their types; clients and times if asked for."""
    events = sorted([op.call for op in history.ops] + [op.ret for op in history.ops if op.ret != OPEN])
    index = {event: place for place, event in enumerate(events)} | {OPEN: OPEN}
    return [
        (
            op.process, op.f, typed(op.key), typed(op.arg), typed(op.result), op.outcome, index[op.call], index[op.ret],
            (op.client, op.call_ns, op.ret_ns) if times else None,
        )
        for op in history.ops
    ]  # fmt: skip
