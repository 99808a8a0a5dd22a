"""Strategies compared on mutants: the same bugs, the same scenarios, who needs fewer runs? Never a matter of taste."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import combinations

from sim.explore.executors import hire
from sim.explore.grounds import Ground
from sim.explore.matrix import Plan
from sim.explore.search import search
from sim.explore.searching.strategy import Unsuited
from sim.explore.statistics import Interval, Wait, holm, log_rank, median_interval, median_wait, survival
from sim.explore.worker import taking_turns
from sim.identity import own_models
from sim.model import Mutant
from sim.scenario.loader import load_text


@dataclass(frozen=True)
class Hunted:
    """One strategy on one mutant: the waits of its repetitions, and the CPU seconds of all of them.

    `problem` says why the strategy could not search there; then there are no waits. `said` is what the strategy says of
    its first repetition.
    """

    mutant: str
    ground: str
    strategy: str
    waits: tuple[Wait, ...]
    cpu_s: float
    problem: str = ""
    said: str = ""

    @property
    def curve(self) -> list[tuple[int, float]]:
        """Kaplan and Meier's share of repetitions that had not found it after n runs."""
        return survival(self.waits)

    @property
    def median(self) -> int | None:
        """Runs until half of the repetitions had found it."""
        return median_wait(self.waits)

    @property
    def interval(self) -> Interval:
        """The 95% interval of the median."""
        return median_interval(self.waits)


@dataclass(frozen=True)
class Comparison:
    """Two strategies on one mutant: the log-rank p-value, and that after correction for all comparisons (Holm)."""

    mutant: str
    one: str
    other: str
    p: float
    corrected: float


@dataclass(frozen=True)
class _Job:
    text: str
    path: str
    overrides: tuple[str, ...]
    strategy: str
    first: int
    limit: int
    until: tuple[str, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True)
class _Repetition:
    """What one repetition came to; `wait` is None if the strategy could not search there, and `said` says why."""

    wait: Wait | None
    cpu_s: float
    said: str


_Call = tuple[_Job, "Future[_Repetition]"]


def hunt(
    grounds: Sequence[tuple[str, Mutant, Ground]],
    strategies: Sequence[str],
    plan: Plan,
    executor: str,
    folders: tuple[str, ...] = (),
) -> tuple[list[Hunted], list[Comparison]]:
    """Every strategy on every mutant, `plan.repeat` times from seeds of its own, at most `plan.limit` runs each."""
    modules = tuple(sorted({name for _, _, one in grounds for name in own_models(one.loaded.scenario)}))
    crew = hire(executor, modules)
    try:
        flying: list[tuple[tuple[str, str, str], list[_Call]]] = []
        for _, mutant, ground in grounds:
            for strategy in strategies:
                jobs = _jobs(mutant, ground, strategy, plan, folders)
                calls = [(job, crew.submit(_hunt, job)) for job in jobs]
                flying.append(((mutant.name, ground.name, strategy), calls))
        found = []
        for (mutant_name, ground_name, strategy), calls in flying:
            settled = [crew.settle(future, _hunt, job) for job, future in calls]
            results = [one for one in settled if one is not None]
            found.append(_summed(mutant_name, ground_name, strategy, results))
    finally:
        crew.close(wait=False)
    return found, _compared(found)


def _summed(mutant: str, ground: str, strategy: str, results: Sequence[_Repetition]) -> Hunted:
    waits = tuple(one.wait for one in results if one.wait is not None)
    said = next((one.said for one in results), "")
    problem = "" if waits else said or "every repetition lost its worker"
    return Hunted(mutant, ground, strategy, waits, sum(one.cpu_s for one in results), problem, "" if problem else said)


def _jobs(mutant: Mutant, ground: Ground, strategy: str, plan: Plan, folders: tuple[str, ...]) -> list[_Job]:
    loaded = ground.planted(mutant.name)
    return [
        _Job(
            loaded.text, loaded.path, loaded.overrides, strategy, 1 + number * plan.limit, plan.limit, mutant.breaks,
            folders,
        )
        for number in range(plan.repeat)
    ]  # fmt: skip


def _hunt(job: _Job) -> _Repetition:
    """One repetition, in a worker, alone."""
    with taking_turns(job.folders):
        loaded = load_text(job.text, job.path, job.overrides)
        try:
            found = search(loaded, job.strategy, job.limit, first=job.first, until=job.until)
        except Unsuited as error:
            return _Repetition(None, 0.0, str(error))
    hit = any(one.kind.check in job.until for one in found.finds)
    return _Repetition(Wait(found.runs, hit), found.cpu_s, found.said)


def _compared(found: Sequence[Hunted]) -> list[Comparison]:
    by_place: dict[tuple[str, str], list[Hunted]] = {}
    for one in (one for one in found if one.waits):
        by_place.setdefault((one.mutant, one.ground), []).append(one)
    pairs = [pair for group in by_place.values() for pair in combinations(group, 2)]
    p_values = [log_rank(one.waits, other.waits) for one, other in pairs]
    corrected = holm(p_values) if p_values else []
    return [
        Comparison(one.mutant, one.strategy, other.strategy, p, better)
        for (one, other), p, better in zip(pairs, p_values, corrected, strict=True)
    ]
