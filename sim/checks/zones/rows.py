"""What each operation of a register does, as numpy columns: the same form as `accesses`, for whole histories."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks.columns import FAIL, UNKNOWN
from sim.checks.history import OPEN, History
from sim.checks.values import Values, typed
from sim.checks.zones.accesses import CAS, ERASE, READ, UNLIKE, WRITE

Ints = NDArray[np.int64]

FAR = 1 << 40
"""The return of an operation that never returned, here."""


@dataclass(slots=True)
class Rows:
    """One entry for each operation that says or changes anything: `row` is its row in the history.

    see, leave: codes of the value seen (for UNLIKE: not seen) and left, -1 if none. values: how many codes there are.
    """

    row: Ints
    key: Ints
    kind: Ints
    see: Ints
    leave: Ints
    maybe: NDArray[np.bool_]
    call: Ints
    ret: Ints
    values: int
    empty: int


def read_rows(history: History, kinds: Mapping[str, int], empty: Hashable) -> Rows:
    """The rows of a history. Unknown operations that can change nothing are left out."""
    of = history.columns
    codes = _Codes(history.values)
    empty_code = codes.find(empty)
    outcome = np.frombuffer(of.outcome, dtype=np.int8)
    kind_of = np.array([kinds[str(verb)] for verb in history.verbs], dtype=np.int64)
    kind = kind_of[_ints(of.f)]
    maybe = outcome == UNKNOWN
    chosen = outcome != FAIL
    chosen &= ~(maybe & (kind == READ))
    see = np.where(kind == READ, _ints(of.result), -1)
    leave = np.where(kind == WRITE, _ints(of.arg), -1)
    erases = kind == ERASE
    leave[erases] = empty_code
    kind[erases] = WRITE
    swaps = np.flatnonzero((kind == CAS) & chosen)
    if swaps.size:
        _read_swaps(history, codes, swaps, maybe, (kind, see, leave, chosen))
    row = np.flatnonzero(chosen)
    ret = np.frombuffer(of.ret, dtype=np.int64)[row]
    return Rows(
        row, _ints(of.key)[row], kind[row], see[row], leave[row], maybe[row],
        np.frombuffer(of.call, dtype=np.int64)[row], np.where(ret == OPEN, FAR - 1, ret), codes.count, empty_code,
    )  # fmt: skip


class _Codes:
    """The codes of a history's values, and further ones for values that only stand inside the arguments of swaps."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._more: dict[Hashable, int] = {}

    def find(self, value: object) -> int:
        """The code of a value."""
        code = self._values.find(value)
        return code if code >= 0 else self._more.setdefault(typed(value), len(self._values) + len(self._more))

    def find_all(self, values: list[object]) -> list[int]:
        """The codes of values."""
        found = self._values.find_all(values)
        return [self.find(value) if code < 0 else code for value, code in zip(values, found, strict=True)]

    @property
    def count(self) -> int:
        """How many codes there are."""
        return len(self._values) + len(self._more)


def _read_swaps(
    history: History,
    codes: _Codes,
    swaps: Ints,
    maybe: NDArray[np.bool_],
    out: tuple[Ints, Ints, Ints, NDArray[np.bool_]],
) -> None:
    """Turn swaps into what they did: a swap, a read of what they saw, or UNLIKE what they expected."""
    kind, see, leave, chosen = out
    arg, result = _ints(history.columns.arg)[swaps], _ints(history.columns.result)[swaps]
    distinct, inverse = np.unique(arg, return_inverse=True)
    pairs = [_pair(history, code) for code in distinct.tolist()]
    old, new = (np.array(codes.find_all([pair[side] for pair in pairs]), dtype=np.int64)[inverse] for side in (0, 1))
    true, false = history.values.find(True), history.values.find(False)
    unknown = maybe[swaps]
    did = unknown | (result == old) | ((result == true) & (true >= 0))
    failed = ~unknown & (result == false) & (false >= 0)
    did &= ~failed
    saw = ~did & ~failed
    kind[swaps] = np.where(failed, UNLIKE, np.where(saw | (old == new), READ, CAS))
    see[swaps] = np.where(saw, result, old)
    leave[swaps] = np.where(did & (old != new), new, -1)
    chosen[swaps[unknown & (old == new)]] = False


def _pair(history: History, arg: int) -> tuple[object, ...]:
    pair = history.values[arg]
    assert isinstance(pair, tuple), "a cas has the argument (old, new)"
    return pair


def _ints(column: object) -> Ints:
    return np.frombuffer(column, dtype=np.int32).astype(np.int64)  # type: ignore[call-overload, no-any-return]
