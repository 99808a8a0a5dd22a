"""One part of a history: the operations on one object, which are decided apart from all others (locality).

Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects" (1990), theorem 1.
"""

from collections.abc import Container, Hashable, Iterable
from dataclasses import replace

from sim.checks.columns import FAIL, OK, UNKNOWN
from sim.checks.history import OPEN, History, Op

Class = tuple[int, ...]
"""Codes of verb, key, argument, result and outcome: operations of one class differ in nothing but their time."""


class Part:
    """Operations of one object as parallel lists in order of call, without those that surely did not happen.

    `ret` is OPEN where `maybe` says that the outcome is unknown; `result` is None there. `op(i)` is operation i whole.
    `memo` keeps what was read from the part, for whoever reads it again.
    """

    __slots__ = ("arg", "call", "history", "maybe", "memo", "name", "result", "ret", "rows", "verb")

    def __init__(self, history: History, rows: Iterable[int], name: Hashable = None) -> None:
        of, values, verbs = history.columns, history.values.list, history.verbs.list
        self.history = history
        self.name = name
        self.memo: dict[Hashable, object] = {}
        self.rows = rows = [row for row in rows if of.outcome[row] != FAIL]
        self.call = [of.call[row] for row in rows]
        self.ret = [of.ret[row] for row in rows]
        self.verb = [str(verbs[of.f[row]]) for row in rows]
        self.arg = [values[of.arg[row]] for row in rows]
        self.result = [None if (code := of.result[row]) < 0 else values[code] for row in rows]
        self.maybe = [of.outcome[row] == UNKNOWN for row in rows]

    @classmethod
    def of(cls, ops: Iterable[Op], name: Hashable = None) -> "Part":
        """The part that consists of these operations; raises HistoryError if they cannot have happened."""
        history = History(sorted(ops, key=lambda op: op.call))
        return cls(history, range(len(history)), name)

    def __len__(self) -> int:
        return len(self.rows)

    def op(self, i: int) -> Op:
        """Operation i as a whole."""
        op = self.history.op(self.rows[i])
        opened = self.maybe[i] and op.outcome == "ok"
        return replace(op, ret=OPEN, ret_ns=None, result=None, outcome="unknown") if opened else op

    @property
    def ops(self) -> list[Op]:
        """All of them."""
        return [self.op(i) for i in range(len(self))]

    def classes(self) -> list[Class]:
        """The class of each operation."""
        of, maybe = self.history.columns, self.maybe
        return [
            (of.f[row], of.key[row], of.arg[row], *((-1, UNKNOWN) if maybe[i] else (of.result[row], OK)))
            for i, row in enumerate(self.rows)
        ]

    def keep(self, kept: Iterable[int], opened: Container[int] = ()) -> "Part":
        """The part without all other operations; those in `opened` never returned."""
        part = Part.__new__(Part)
        kept = list(kept)
        part.history, part.name, part.memo = self.history, self.name, {}
        part.rows = [self.rows[i] for i in kept]
        part.call = [self.call[i] for i in kept]
        part.verb = [self.verb[i] for i in kept]
        part.arg = [self.arg[i] for i in kept]
        part.maybe = [self.maybe[i] or i in opened for i in kept]
        part.ret = [OPEN if i in opened else self.ret[i] for i in kept]
        part.result = [None if i in opened else self.result[i] for i in kept]
        return part

    def cut(self, event: int) -> "Part":
        """The part up to an event: what was called later is gone, what was open then never returned."""
        kept = [i for i, call in enumerate(self.call) if call <= event]
        return self.keep(kept, {i: None for i in kept if self.ret[i] > event})

    def peak(self) -> int:
        """The most operations that were open at once."""
        edges = sorted([(call, 1) for call in self.call] + [(ret, -1) for ret in self.ret if ret < OPEN])
        most = now = 0
        for _, change in edges:
            now += change
            most = max(most, now)
        return most
