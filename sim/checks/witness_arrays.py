"""Replays a witness of registers with numpy: `witness.replay` for all keys at once, made from the raw columns."""

from collections.abc import Hashable, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.checks.columns import OK
from sim.checks.history import History

Ints = NDArray[np.int64]


def replay_registers(
    history: History, order: Ints, left_out: list[int], verbs: Mapping[str, str], empty: Hashable
) -> str:
    """What is wrong with `order` (rows, key by key) as a linearization of all keys but `left_out`; empty if nothing is.

    `verbs` says for each verb whether it sees, leaves, erases or swaps.
    """
    of = history.columns
    key, call, ret = _column(of.key)[order], _column(of.call)[order], _column(of.ret)[order]
    outcome = _column(of.outcome)
    due = (outcome == OK) & ~np.isin(_column(of.key), left_out)
    times = np.bincount(order, minlength=len(history))
    if (times > 1).any() or (times[due] == 0).any():
        return "an operation is missing or stands twice"
    if not len(order):
        return ""
    starts = np.concatenate(([True], key[1:] != key[:-1]))
    if int(starts.sum()) != len(np.unique(key)):
        return "the keys are mixed"
    shift = np.cumsum(starts) << 42
    if (np.minimum(ret, 1 << 41) + shift < np.maximum.accumulate(call + shift)).any():
        return "an operation stands behind one that was called after it returned"
    legal = _legal(history, order, starts, verbs, empty)
    return "" if legal.all() else f"{history.op(int(order[np.argmin(legal)]))} is illegal where it stands"


def _legal(
    history: History, order: Ints, starts: NDArray[np.bool_], verbs: Mapping[str, str], empty: Hashable
) -> NDArray[np.bool_]:
    """Whether each operation is legal in the state that those before it leave."""
    of, values = history.columns, history.values
    names = [verbs[str(verb)] for verb in history.verbs]
    does = np.array([("sees", "leaves", "erases", "swaps").index(name) for name in names])[_column(of.f)[order]]
    arg, result = _column(of.arg)[order], _column(of.result)[order]
    more: dict[object, int] = {}

    def code(value: object) -> int:
        found = values.find(value)
        return found if found >= 0 else more.setdefault((type(value), value), -2 - len(more))

    left = np.where(does == 1, arg, code(empty))
    expected = result.copy()
    swaps = np.flatnonzero(does == 3)
    if swaps.size:
        told = values.list
        pairs = [pair for one in arg[swaps].tolist() if isinstance(pair := told[one], tuple)]
        for side, column in ((0, expected), (1, left)):
            wanted = [pair[side] for pair in pairs]
            column[swaps] = [
                code(value) if found < 0 else found
                for value, found in zip(wanted, values.find_all(wanted), strict=True)
            ]
    true = values.find(True)
    swapped = (does == 3) & ((result < 0) | (result == expected) | ((result == true) & (true >= 0)))
    expected = np.where((does == 3) & ~swapped, result, expected)
    changes = (does == 1) | (does == 2) | swapped
    place = np.arange(len(order))
    source = np.concatenate(([-1], np.maximum.accumulate(np.where(changes, place, -1))[:-1]))
    begins = np.maximum.accumulate(np.where(starts, place, 0))
    state = np.where(source >= begins, left[np.maximum(source, 0)], code(empty))
    legal: NDArray[np.bool_] = (does == 1) | (does == 2) | (state == expected)
    return legal


def _column(column: object) -> Ints:
    kind = {"b": np.int8, "i": np.int32, "q": np.int64}[column.typecode]  # type: ignore[attr-defined]
    return np.frombuffer(column, dtype=kind).astype(np.int64)  # type: ignore[call-overload, no-any-return]
