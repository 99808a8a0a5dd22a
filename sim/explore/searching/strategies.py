"""The strategies by name: seeds in order, swarms, priorities, bounded delays, and what coverage leads to."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sim.explore.row import Row
from sim.explore.searching.delays import Delays
from sim.explore.searching.mutation import mutated
from sim.explore.searching.priorities import Priorities
from sim.explore.searching.strategy import GENERATION, Strategy
from sim.explore.shrinking.case import Case, Data
from sim.scenario.plan import draw_plan
from sim.scenario.translate import near
from sim.world.streams import Stream

NUMBER_MAX = 9
"""The largest depth and the largest number of delays."""


class Random:
    """The scenario as it is, under one seed after another from `first` on."""

    def __init__(self, case: Case, first: int) -> None:
        self._case = case
        self._next = first

    def propose(self) -> list[Case]:
        """The next seeds."""
        seeds = range(self._next, self._next + GENERATION)
        self._next = seeds.stop
        return [self._of(seed) for seed in seeds]

    def _of(self, seed: int) -> Case:
        return Case(self._case.text, seed, self._case.path)

    def learn(self, rows: Sequence[tuple[Case, Row]]) -> None:
        """Nothing: seeds are independent."""

    def says(self) -> str:
        """Nothing more."""
        return ""


class Swarm(Random):
    """Each kind of fault on or off by a coin for each seed, listed ones too (Groce and others, ISSTA 2012)."""

    def _of(self, seed: int) -> Case:
        coins = Stream(seed, "swarm", "search")
        case = Case(self._case.text, seed, self._case.path)

        def change(data: Data) -> None:
            faults = data.get("faults") or []
            data["faults"] = [fault for fault in faults if coins.below(2)]
            if data.get("nemesis"):
                data["nemesis"]["swarm"] = True

        return case.changed(change)


@dataclass
class _Known:
    """A case that showed something new, and how much is expected of changing it."""

    case: Case
    features: tuple[int, ...]
    uses: int = 0


@dataclass
class Coverage:
    """Changes plans that showed something new: those with the rarest features most, less with each use in vain.

    The first generation is random. A case joins the corpus if its run has a feature that none had before.
    """

    case: Case
    first: int
    _corpus: list[_Known] = field(default_factory=list)
    _seen: Counter[int] = field(default_factory=Counter)
    _generation: int = 0
    _parents: list[_Known | None] = field(default_factory=list)

    def propose(self) -> list[Case]:
        """Seeds of its own in the first generation, then changed plans, and always a few new seeds."""
        stream = Stream(self.first, "search", self._generation)
        self._generation += 1
        proposals: list[Case] = []
        self._parents = []
        for number in range(GENERATION):
            own = stream.child(number)
            fresh = not self._corpus or number % 4 == 0
            parent = None if fresh else self._draw(own)
            self._parents.append(parent)
            seed = self.first + (self._generation - 1) * GENERATION + number
            proposals.append(_planned(self.case, seed) if parent is None else self._changed(parent, own))
        return proposals

    def _draw(self, stream: Stream) -> _Known:
        """One of the corpus, as likely as its energy."""
        weights = {place: self._energy(known) for place, known in enumerate(self._corpus)}
        return self._corpus[stream.weighted(weights)]

    def _energy(self, known: _Known) -> int:
        """The rarity of its features, halved for each use that showed nothing."""
        rarity = sum((Fraction(1, self._seen[feature]) for feature in known.features), Fraction())
        return max(1, int(rarity * 1000) >> min(known.uses, 30))

    def _changed(self, parent: _Known, stream: Stream) -> Case:
        other = self._corpus[stream.below(len(self._corpus))]
        case = parent.case
        storm_ns = case.duration_ns - case.settle_ns
        return case.with_faults(mutated(case.faults, other.case.faults, storm_ns, stream))

    def learn(self, rows: Sequence[tuple[Case, Row]]) -> None:
        """Take what is new into the corpus, in order of the proposals."""
        for (case, row), parent in zip(rows, self._parents, strict=False):
            new = [feature for feature in row.features if feature not in self._seen]
            self._seen.update(row.features)
            if new:
                self._corpus.append(_Known(case, row.features))
            elif parent is not None:
                parent.uses += 1

    def says(self) -> str:
        """How many cases were worth changing."""
        return f"{len(self._corpus):,} cases in the corpus"


def _planned(case: Case, seed: int) -> Case:
    """The case with the plan that a seed draws written out, so that it can be changed."""
    own = Case(case.text, seed, case.path).with_choices()
    scenario = own.load().scenario
    plan = draw_plan(scenario, seed, sum(entry.nodes for entry in scenario.systems.values()))
    return own.of({**{key: one for key, one in own.data.items() if key != "nemesis"}, "faults": plan.as_entries()})


STRATEGIES: dict[str, Callable[[Case, int], Strategy]] = {
    "random": Random,
    "swarm": Swarm,
    "priorities": Priorities,
    "delays": Delays,
    "coverage": Coverage,
}
"""Name -> how to make it: of the case to search, and the first seed."""
_NUMBERED: dict[str, Callable[[Case, int, int], Strategy]] = {"priorities": Priorities, "delays": Delays}


def strategy(spec: str, case: Case, first: int) -> Strategy:
    """The strategy that `spec` names: one of STRATEGIES, or `priorities:4`, `delays:1`. Unsuited for some scenarios."""
    name, _, number = checked(spec).partition(":")
    return _NUMBERED[name](case, first, int(number)) if number else STRATEGIES[name](case, first)


def checked(spec: str) -> str:
    """The same text if it names a strategy; ValueError says what is wrong with it."""
    name, colon, number = spec.partition(":")
    if name not in STRATEGIES:
        raise ValueError(f"no strategy named {name!r}{near(name, tuple(STRATEGIES))}")
    if colon and name not in _NUMBERED:
        raise ValueError(f"strategy {name} takes no number, found {spec!r}")
    if colon and not re.fullmatch(rf"[1-{NUMBER_MAX}]", number):
        raise ValueError(f"strategy {spec!r}: expected a number from 1 to {NUMBER_MAX}, such as {name}:2")
    return spec
