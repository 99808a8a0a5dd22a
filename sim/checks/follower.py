"""Follows the history of a run as it happens, and knows of the first violation when it can be known.

A call counts once its end is known, so the follower is behind the run by the operations that are open: by their timeout
at most. It carries the just-in-time frontier of every key from event to event and forgets the past. What it says is
what a check of the whole history would say; when its work grows beyond a limit it gives up, and the check afterwards
decides.
"""

from collections import deque
from collections.abc import Hashable, Iterable

from sim.checks.frontier import Possible
from sim.checks.history import OPEN, Op
from sim.checks.specs.spec import Spec, State
from sim.checks.values import Values, typed
from sim.world.operations import OperationRow

_LIMIT = 200_000


class LiveObject:
    """A specification whose operations come one after another; operations that step alike have one class."""

    def __init__(self, spec: Spec) -> None:
        self.classes: list[int] = []
        self.reads: list[bool] = []
        self._spec = spec
        self._ops: list[Op] = []
        self._numbers: dict[Hashable, int] = {}
        self._states = Values([spec.initial()])
        self._steps: list[dict[int, tuple[int, ...]]] = []

    def add(self, op: Op) -> int:
        """Take in an operation; returns its number."""
        key = (op.f, typed(op.key), typed(op.arg), typed(op.result), op.outcome) if self._spec.plain else op.op
        kind = self._numbers.setdefault(key, len(self._numbers))
        if kind == len(self._ops):
            self._ops.append(op)
            self.reads.append(self._spec.read_only(op))
            self._steps.append({})
        self.classes.append(kind)
        return len(self.classes) - 1

    def step(self, code: int, kind: int) -> tuple[int, ...]:
        """The states that an operation of class `kind` can lead to."""
        found = self._steps[kind].get(code)
        if found is None:
            state: State = self._states[code]
            after = map(self._states.code, self._spec.step(state, self._ops[kind]))
            found = self._steps[kind][code] = tuple(dict.fromkeys(after))
        return found


class Follower:
    """All keys of one history under way. `violated` once a return came that no order explains."""

    def __init__(self, spec: Spec, limit: int = _LIMIT) -> None:
        self.violated = False
        self._spec = spec
        self._left = limit
        self._events: deque[tuple[OperationRow, bool]] = deque()
        self._objects: dict[Hashable, tuple[LiveObject, Possible]] = {}
        self._open: dict[int, int] = {}

    @staticmethod
    def can_follow(spec: Spec) -> bool:
        """Whether the specification needs to know nothing of a history beforehand."""
        kind = type(spec)
        return spec.by_key and kind.fitted is Spec.fitted and kind.prepared is Spec.prepared

    def take(self, row: OperationRow, *, returned: bool) -> None:
        """An operation was called, or ended."""
        if self._left <= 0 or self.violated:
            return
        if not returned or row.outcome == "ok":
            self._events.append((row, returned))
        while self._events and self._events[0][0].outcome is not None and not self.violated:
            self._play(*self._events.popleft())

    def _play(self, row: OperationRow, returned: bool) -> None:
        if row.outcome == "fail":
            return
        key = typed(row.key)
        if key not in self._objects:
            new = LiveObject(self._spec)
            self._objects[key] = (new, Possible(new))
        live, possible = self._objects[key]
        if not returned:
            self._open[row.op] = live.add(_op(row))
            possible.call(self._open[row.op], maybe=row.outcome == "unknown")
        else:
            self._spend(possible.ret(self._open.pop(row.op)))
            self.violated = not possible and self._left > 0

    def _spend(self, steps: Iterable[None]) -> None:
        for _ in steps:
            self._left -= 1


def _op(row: OperationRow) -> Op:
    outcome = row.outcome or "unknown"
    ret = OPEN if row.ret is None else row.ret
    result = None if outcome == "unknown" else row.result
    client, times = row.client, (row.call, ret, row.call_ns, row.ret_ns, row.record)
    return Op(row.op, 0, client, row.f, row.key, row.arg, result, outcome, *times)
