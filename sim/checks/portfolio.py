"""Decides whether a history is linearizable: part by part, by the fastest means that applies, within one budget.

1. For every part a glance: values nobody wrote, sums that do not add up.
2. For every part what is near-linear: sorting by what the system returned, zones and other exact deciders.
3. The rest by search: parts in turn, the cheapest first, in slices that double, depth first and just in time by turns.

Every pass is replayed and every certificate verified before it is believed; if either fails, that is a bug: it raises.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from sim.checks.budget import Budget
from sim.checks.decision import Decision
from sim.checks.found import Found, Status
from sim.checks.frontier import Frontier
from sim.checks.history import History, HistoryError
from sim.checks.part import Part
from sim.checks.search import Search
from sim.checks.specs.spec import Spec, Swept
from sim.checks.split import split

Algorithm = Literal["auto", "zones", "search", "frontier"]

_FIRST_SLICE = 1_000
SWEEP_FROM = 600
"""Histories from this many operations on are decided with numpy; for less, loading and calling it costs more."""


def decide(
    history: History,
    spec: Spec,
    budget: Budget | None = None,
    algorithm: Algorithm = "auto",
    *,
    all_parts: bool = False,
) -> Decision:
    """Decide a history; with `all_parts` go on after the first violation. Deterministic but for the outer belt.

    HistoryError if the specification does not know what was done, or cannot read it.
    """
    budget = budget or Budget()
    _refuse_strange(history, spec)
    history, spec = spec.fitted(history)
    swept = spec.sweep(history) if algorithm in ("auto", "zones") and len(history) >= SWEEP_FROM else None
    parts = split(history, spec) if swept is None else split(history, spec, swept.rest) if swept.rest else []
    return _Portfolio(parts, spec, budget, algorithm, all_parts, swept).decide()


def _refuse_strange(history: History, spec: Spec) -> None:
    strange = [str(verb) for verb in history.verbs if spec.verbs and verb not in spec.verbs]
    if strange:
        raise HistoryError(f"{spec.name} does not know {strange[0]!r}, only {', '.join(spec.verbs)}")


class _Portfolio:
    """The parts of one history on their way to a decision."""

    def __init__(
        self,
        parts: Sequence[Part],
        spec: Spec,
        budget: Budget,
        algorithm: Algorithm,
        all_parts: bool,
        swept: Swept | None = None,
    ) -> None:
        self._parts = parts
        self._spec = spec
        self._budget = budget
        self._algorithm = algorithm
        self._all_parts = all_parts
        self._swept = swept
        self._used: dict[str, None] = {} if swept is None or not swept.passed else {"zones": None}
        self._witnesses: list[tuple[Part, Sequence[int]]] = []
        self._failed: list[tuple[Part, Found]] = []
        self._stopped = ""

    def decide(self) -> Decision:
        """Glance, then the near-linear, then search."""
        waiting: list[tuple[Part, Spec]] = []
        for part in self._parts:
            spec = self._spec.prepared(part)
            name, found = self._at_once(part, spec)
            if found is None:
                waiting.append((part, spec))
            elif self._settle(part, spec, name, found):
                return self._conclude(None)
        return self._conclude(self._search(waiting))

    def _at_once(self, part: Part, spec: Spec) -> tuple[str, Found | None]:
        if self._algorithm in ("search", "frontier"):
            return "", None
        found = self._suspected(part, spec)
        if found is not None:
            return "zones", found
        found = spec.sanity(part)
        if found is not None:
            return "sanity", found
        found = _by_hint(part, spec)
        if found is not None:
            return "order hints", found
        return "zones", spec.monitor(part)

    def _suspected(self, part: Part, spec: Spec) -> Found | None:
        """What is wrong with a part, told by those of its operations that are suspected."""
        if self._swept is None:
            return None
        rows = self._swept.suspects.get(part.history.keys.find(part.name), [])
        found = spec.monitor(Part(part.history, rows, part.name)) if rows else None
        if found is None or found.certificate is None:
            return None
        places = [bisect_left(part.rows, row) for row in rows]
        return replace(found, certificate=found.certificate.moved(places))

    def _search(self, waiting: list[tuple[Part, Spec]]) -> tuple[Part, Found] | None:
        """Search the parts in turn; the first one that is left undecided, if any is."""
        waiting.sort(key=lambda one: len(one[0]) * one[0].peak())
        racing = [_Race(part, spec, self._algorithm) for part, spec in waiting]
        limit = _FIRST_SLICE
        while racing and self._algorithm != "zones":
            going: list[_Race] = []
            for race in racing:
                found = race.run(min(limit, self._budget.left), self._budget)
                if found is None:
                    going.append(race)
                elif self._settle(race.part, race.spec, race.name, found):
                    return None
                self._stopped = self._budget.struck()
                if self._stopped or not self._budget.left:
                    going += racing[racing.index(race) + 1 :]
                    return None if not going else (going[0].part, going[0].unknown())
            racing, limit = going, limit * 2
        return (racing[0].part, racing[0].unknown()) if racing else None

    def _settle(self, part: Part, spec: Spec, name: str, found: Found) -> bool:
        """Believe a decision after its proof; True if it ends everything."""
        self._used[name] = None
        if found.status == "pass":
            wrong = "" if found.replayed else spec.replay(part, found.order)
            assert not wrong, f"{name} passed a history, but its witness does not replay: {wrong}"
            self._witnesses.append((part, found.order))
            return False
        if found.certificate is not None:
            wrong = spec.verify(dict(enumerate(part.ops)), found.certificate)
            assert not wrong, f"{name} failed a history, but its certificate ({found.certificate}) is no proof: {wrong}"
        self._failed.append((part, found))
        return not self._all_parts

    def _conclude(self, undecided: tuple[Part, Found] | None) -> Decision:
        status: Status = "fail" if self._failed else "unknown" if undecided is not None else "pass"
        part, found = self._failed[0] if self._failed else undecided or (None, None)
        algorithm = ", ".join(self._used) or "search"
        at_once = 0 if self._swept is None else self._swept.passed
        return Decision(
            status, part, self._spec if part is None else self._spec.prepared(part), found,
            len(self._witnesses) + at_once, len(self._parts) + at_once, algorithm, self._budget.spent, self._stopped,
            tuple(self._witnesses), tuple(self._failed),
        )  # fmt: skip


class _Race:
    """Both searches of one part, by turns."""

    def __init__(self, part: Part, spec: Spec, algorithm: Algorithm) -> None:
        self.part = part
        self.spec = spec
        self.name = "search"
        self._algorithm = algorithm
        self._members: dict[str, Search | Frontier] = {}
        self._turns = self._take_turns()

    def run(self, limit: int, budget: Budget) -> Found | None:
        """The next member goes on for a while."""
        self.name = next(self._turns)
        if self.name not in self._members:
            make = Search if self.name == "search" else Frontier
            self._members[self.name] = make(self.part, self.spec)
        return self._members[self.name].run(limit, budget)

    def unknown(self) -> Found:
        """How far it got."""
        return Found("unknown", furthest=max((member.furthest for member in self._members.values()), default=-1))

    def _take_turns(self) -> Iterator[str]:
        while True:
            if self._algorithm != "frontier":
                yield "search"
            if self._algorithm != "search":
                yield "frontier"


def _by_hint(part: Part, spec: Spec) -> Found | None:
    """Sort by what the system returned; success is a pass, failure means nothing."""
    if type(spec).order_hint is Spec.order_hint:
        return None
    hints: list[tuple[int, int]] = []
    for place, op in enumerate(part.ops):
        hint = spec.order_hint(op)
        if hint is None and op.outcome == "ok":
            return None
        if hint is not None:
            hints.append((hint, place))
    order = [place for _, place in sorted(hints)]
    return None if spec.replay(part, order) else Found("pass", order)


def only_part(part: Part, spec: Spec, budget: Budget | None = None, algorithm: Algorithm = "auto") -> Found:
    """Decide one part by itself."""
    decision = _Portfolio([part], spec, budget or Budget(), algorithm, False).decide()
    if decision.status == "pass":
        return Found("pass", decision.witnesses[0][1])
    assert decision.found is not None, "what is not passed was found something about"
    return decision.found
