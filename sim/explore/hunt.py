"""Strategies compared on mutants: the same bugs, the same scenarios, who needs fewer runs? Never a matter of taste."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import combinations

from sim.explore.executors import hire
from sim.explore.grounds import Ground
from sim.explore.matrix import Plan
from sim.explore.search import search
from sim.explore.statistics import Interval, Wait, holm, log_rank, median_interval, median_wait
from sim.explore.worker import taking_turns
from sim.identity import own_models
from sim.model import Mutant
from sim.scenario.loader import load_text


@dataclass(frozen=True)
class Hunted:
    """One strategy on one mutant: the waits of its repetitions, and the CPU seconds of all of them."""

    mutant: str
    ground: str
    strategy: str
    waits: tuple[Wait, ...]
    cpu_s: float

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


_Call = tuple[_Job, "Future[tuple[Wait, float]]"]


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
            waits = tuple(wait for wait, _ in results)
            found.append(Hunted(mutant_name, ground_name, strategy, waits, sum(cpu for _, cpu in results)))
    finally:
        crew.close(wait=False)
    return found, _compared(found)


def _jobs(mutant: Mutant, ground: Ground, strategy: str, plan: Plan, folders: tuple[str, ...]) -> list[_Job]:
    loaded = ground.planted(mutant.name)
    return [
        _Job(
            loaded.text, loaded.path, loaded.overrides, strategy, 1 + number * plan.limit, plan.limit, mutant.breaks,
            folders,
        )
        for number in range(plan.repeat)
    ]  # fmt: skip


def _hunt(job: _Job) -> tuple[Wait, float]:
    """One repetition, in a worker, alone."""
    with taking_turns(job.folders):
        loaded = load_text(job.text, job.path, job.overrides)
        found = search(loaded, job.strategy, job.limit, first=job.first, until=job.until)
    hit = any(one.kind.check in job.until for one in found.finds)
    return Wait(found.runs, hit), found.cpu_s


def _compared(found: Sequence[Hunted]) -> list[Comparison]:
    by_place: dict[tuple[str, str], list[Hunted]] = {}
    for one in found:
        by_place.setdefault((one.mutant, one.ground), []).append(one)
    pairs = [pair for group in by_place.values() for pair in combinations(group, 2)]
    p_values = [log_rank(one.waits, other.waits) for one, other in pairs]
    corrected = holm(p_values) if p_values else []
    return [
        Comparison(one.mutant, one.strategy, other.strategy, p, better)
        for (one, other), p, better in zip(pairs, p_values, corrected, strict=True)
    ]
