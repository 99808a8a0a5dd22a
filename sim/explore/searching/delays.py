"""Delays: one deterministic order of messages, and every order that differs from it in at most k of them.

Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL 2011. All messages take the least time that the scenario
lets them take; a delayed one takes the most. Orders are tried breadth first, those with one delay before those with
two. A run in which every node saw the same, in the same order, as in a run before it is not taken further: what can
come of it was seen. For small worlds: a run of m messages has m orders with one delay and some m²/2 with two.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sim.explore.row import Row
from sim.explore.searching.strategy import GENERATION, latency_range
from sim.explore.shrinking.case import Case, Data
from sim.world.quantities import show_exact_ns

DELAYS = 2
"""How many delays at most, unless somebody says otherwise."""


@dataclass
class _Branch:
    """A run that was tried: orders with one delay more, of a message from `next` to `last`, are still to try."""

    delayed: tuple[int, ...]
    next: int
    last: int


class Delays:
    """The orders of the plan that one seed draws."""

    def __init__(self, case: Case, first: int, delays: int = DELAYS) -> None:
        self._most = delays
        self._low, self._high = latency_range(case, f"delays:{delays}")
        self._case = Case(case.text, first, case.path)
        self._branches: deque[_Branch] = deque()
        self._begun = False
        self._proposed: list[tuple[int, ...]] = []
        self._seen: set[str] = set()
        self._tried = 0

    def propose(self) -> list[Case]:
        """The deterministic order first, then with one delay more than what was tried."""
        self._proposed = [] if self._begun else [()]
        self._begun = True
        while len(self._proposed) < GENERATION and self._branches:
            branch = self._branches[0]
            if branch.next > branch.last:
                self._branches.popleft()
                continue
            self._proposed.append((*branch.delayed, branch.next))
            branch.next += 1
        return [self._with(delayed) for delayed in self._proposed]

    def _with(self, delayed: tuple[int, ...]) -> Case:
        low, high = show_exact_ns(self._low), show_exact_ns(self._high)
        lasting = show_exact_ns(max(1, self._case.duration_ns - self._case.settle_ns - 1))
        order = {"messages": list(delayed), "takes": low, "late": high}

        def change(data: Data) -> None:
            fault = {"id": "delays", "at": "1ns", "for": lasting, "schedule": {"deviations": order}}
            data["faults"] = [fault, *(data.get("faults") or [])]

        return self._case.changed(change)

    def learn(self, rows: Sequence[tuple[Case, Row]]) -> None:
        """Take further what no run before it has seen."""
        for delayed, (_, row) in zip(self._proposed, rows, strict=False):
            self._tried += 1
            if row.order in self._seen:
                continue
            self._seen.add(row.order)
            if len(delayed) < self._most:
                first = delayed[-1] + 1 if delayed else 1
                self._branches.append(_Branch(delayed, first, row.messages))

    def says(self) -> str:
        """Whether everything was tried, and if not, how far it came."""
        seen = f"{len(self._seen):,} of {self._tried:,} orders were different to their nodes"
        open_ = [branch for branch in self._branches if branch.next <= branch.last]
        if self._begun and not open_:
            return f"exhausted: every order with at most {self._most} delays; {seen}"
        if not open_:
            return "stopped at the first order"
        delays, left = len(open_[0].delayed) + 1, sum(one.last - one.next + 1 for one in open_)
        return f"stopped at {delays} of at most {self._most} delays, with at least {left:,} orders to try; {seen}"
