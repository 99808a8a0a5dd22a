"""Attribution: which faults of a failing run it needs, by running it again with each of them off and all else equal.

Every fault has streams of its own, so taking one away changes no draw of another: what then differs, it caused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.explore.failure import Failure
from sim.explore.shrinking.case import Case, Data
from sim.explore.shrinking.ddmin import ddmin
from sim.explore.shrinking.trials import Trials
from sim.explore.statistics import Interval, mcnemar, wilson


@dataclass(frozen=True)
class Pairing:
    """What one needed fault changes over other draws of everything else: failures with it and without it.

    `only_with` and `only_without` count seeds in which just one of the two failed; `p` is McNemar's exact p-value.
    """

    fault: str
    seeds: int
    with_it: int
    without_it: int
    only_with: int
    only_without: int

    @property
    def p(self) -> float:
        """The chance of a difference like this if the fault changed nothing."""
        return mcnemar(self.only_with, self.only_without)

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """The shares of failures, with and without."""
        return wilson(self.with_it, self.seeds), wilson(self.without_it, self.seeds)


@dataclass(frozen=True)
class Attribution:
    """The faults of one failing run.

    needed: without any one of them it passes. irrelevant: without any one of them it still fails. `sufficient` says
    that the needed ones alone make it fail; else `added` are further ones with which they do, and if that is one
    fault, `instead` are others of which any one would do as well. `case` is the plan with needed and added ones only.
    """

    kind: Failure
    needed: tuple[Data, ...]
    irrelevant: tuple[Data, ...]
    sufficient: bool
    added: tuple[Data, ...]
    instead: tuple[Data, ...]
    case: Case
    runs: int
    pairings: tuple[Pairing, ...] = ()


def attribute(case: Case, trials: Trials, seeds: int = 0) -> Attribution:
    """Attribute the failure of a concrete case; with `seeds` each needed fault also over so many other draws."""
    faults = case.faults
    fails_without = [trials.would_fail(case.with_faults(faults[:at] + faults[at + 1 :])) for at in range(len(faults))]
    needed = [fault for fault, fails in zip(faults, fails_without, strict=True) if not fails]
    others = [fault for fault, fails in zip(faults, fails_without, strict=True) if fails]
    sufficient = trials.would_fail(_only(case, needed))
    added = [] if sufficient else _added(case, needed, others, trials)
    instead = _instead(case, needed, others, added, trials)
    kept = _only(case, [*needed, *added])
    pairings = tuple(_pair(case, fault, seeds, trials) for fault in needed) if seeds else ()
    irrelevant = tuple(fault for fault in others if fault not in added and fault not in instead)
    return Attribution(
        trials.target, tuple(needed), irrelevant, sufficient, tuple(added), tuple(instead), kept, trials.runs, pairings
    )


def _only(case: Case, faults: Sequence[Data]) -> Case:
    """The case with these of its faults, in its order."""
    return case.with_faults([fault for fault in case.faults if fault in faults])


def _added(case: Case, needed: Sequence[Data], others: Sequence[Data], trials: Trials) -> list[Data]:
    """The smallest part of the others with which the needed ones fail."""

    def first_failing(lists: Sequence[list[Data]]) -> int | None:
        return next((at for at, one in enumerate(lists) if trials.would_fail(_only(case, [*needed, *one]))), None)

    return ddmin(others, first_failing)


def _instead(
    case: Case, needed: Sequence[Data], others: Sequence[Data], added: Sequence[Data], trials: Trials
) -> list[Data]:
    """Faults of which any one would do in place of the one that was added."""
    if len(added) != 1:
        return []
    return [one for one in others if one not in added and trials.would_fail(_only(case, [*needed, one]))]


def _pair(case: Case, fault: Data, seeds: int, trials: Trials) -> Pairing:
    """The same plan with and without a fault under further seeds: everything but the plan is drawn anew."""
    without = case.with_faults([one for one in case.faults if one != fault])
    pairs = [
        (trials.would_fail(_under(case, seed)), trials.would_fail(_under(without, seed)))
        for seed in range(case.seed + 1, case.seed + 1 + seeds)
    ]
    return Pairing(
        str(fault["id"]),
        seeds,
        sum(one for one, _ in pairs),
        sum(other for _, other in pairs),
        sum(one and not other for one, other in pairs),
        sum(other and not one for one, other in pairs),
    )


def _under(case: Case, seed: int) -> Case:
    return Case(case.text, seed, case.path)
