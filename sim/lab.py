"""The verbs of the command for notebooks: sweep, shrink, explain and mutants, over runs, scenarios and their files.

Each gives a frozen result that shows itself, says on standard error how far it is, and after an interrupt gives what
is done so far. `sim.run` and `sim.load` belong to them; all are names of `sim`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from sim.explore.explain import Explanation
from sim.explore.explain import explain as explain_seed
from sim.explore.feed import Order
from sim.explore.grounds import chosen_mutants, grounds_of
from sim.explore.matrix import Matrix, Plan
from sim.explore.mutants import measure
from sim.explore.shrink import shrink as shrink_seed
from sim.explore.shrunk import Budget, Shrunk
from sim.explore.sweep import Sweep
from sim.explore.sweep import sweep as sweep_order
from sim.model import find_model
from sim.result import Run
from sim.scenario.loader import Loaded, load
from sim.scenario.overrides import points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.progress import ProgressLine

FEW = 32
"""So many runs are made in this process; a pool of processes takes a second to start."""

Subject = Run | Loaded | str | Path
"""What can be run again: a run, a scenario, or its file"""


def sweep(
    scenario: Loaded | str | Path,
    seeds: int | range = 100,
    *,
    vary: Mapping[str, Sequence[object]] | None = None,
    jobs: int | None = None,
    coverage: bool = False,
    until_failure: bool = False,
    quiet: bool = False,
) -> Sweep:
    """Run a scenario under many seeds: a number of them, from 1 on, or a range.

    `vary` crosses the seeds with values of the scenario: ``{"network.loss": ["0%", "1%"]}``. `jobs`: so many processes
    (default: as many as there are processors, or this one alone for a few runs). With `coverage` the rows hold features
    of behaviour. Nothing is written to disk. Raises ScenarioErrors, CrewError or WorkerProblem.
    """
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    wanted = range(1, seeds + 1) if isinstance(seeds, int) else seeds
    axes = [[f"{path}={_written(value)}" for value in values] for path, values in (vary or {}).items()]
    at = tuple((*point, *more) for point in points(loaded.scenario) for more in product(*axes))
    order = Order(loaded, wanted, at, until_failure=until_failure, folders=_folders(loaded), covered=coverage)
    with _progress(quiet) as line, _without_main():
        from reports.sweeps import progress_line

        return sweep_order(order, _crew(jobs, len(wanted) * len(at)), None, lambda one: line.show(progress_line(one)))


def shrink(
    subject: Subject,
    seed: int | None = None,
    *,
    check: str | None = None,
    runs: int = 500,
    seconds: float = 50.0,
    jobs: int | None = 1,
    quiet: bool = False,
) -> Shrunk:
    """The smallest scenario that fails as this run does, or as this scenario does under `seed`.

    By its first failure, or that of `check`; with at most so many `runs` and `seconds`. Raises NothingToShrink if it
    does not fail.
    """
    loaded, number = _loaded(subject, seed)
    with _progress(quiet) as line, _without_main():
        return shrink_seed(
            loaded, number, check=check, executor=_crew(jobs, runs), budget=Budget(runs, seconds),
            folders=_folders(loaded), on_step=line.show,
        )  # fmt: skip


def explain(
    subject: Subject,
    seed: int | None = None,
    *,
    check: str | None = None,
    versus: int | None = None,
    seeds: int = 0,
    runs: int = 1000,
    seconds: float = 300.0,
    jobs: int | None = 1,
) -> Explanation:
    """Which faults a failing run needs, and how it came about.

    `versus`: compare with the same plan under this seed. `seeds`: take each needed fault away under so many further
    seeds as well. Raises NothingToShrink if it does not fail.
    """
    loaded, number = _loaded(subject, seed)
    budget, folders = Budget(runs, seconds), _folders(loaded)
    with _without_main():
        return explain_seed(
            loaded, number, check=check, versus=versus, seeds=seeds, executor=_crew(jobs, runs), budget=budget,
            folders=folders,
        )  # fmt: skip


def mutants(
    model: str,
    names: Sequence[str] = (),
    *,
    repeat: int = 10,
    seeds: int = 200,
    reference: int = 20,
    scenarios: Sequence[str] = (),
    jobs: int | None = None,
    quiet: bool = False,
) -> Matrix:
    """Which planted bugs of a model are found, by which check, in how many seeds; and whether the reference is silent.

    `repeat` repetitions of at most `seeds` seeds each; the reference runs under at least `reference`. `names`: only
    these mutants. `scenarios`: on these files too. Raises UnknownModel, and KeyError for a mutant that there is not.
    """
    chosen = chosen_mutants(find_model(model), names)
    grounds = [(model, one, ground) for one in chosen for ground in grounds_of(model, one, swarm=False, more=scenarios)]
    crew = _crew(jobs, len(grounds) * repeat + reference)
    with _progress(quiet) as line, _without_main():
        return measure(grounds, Plan(repeat, seeds, reference), crew, (str(Path.cwd()),), on_progress=line.show)


def _loaded(subject: Subject, seed: int | None) -> tuple[Loaded, int]:
    """The scenario and the seed of whatever is meant."""
    if isinstance(subject, Run):
        if subject.loaded is None:
            raise ValueError(
                f"{subject.scenario} seed {subject.seed} does not know its scenario, so it cannot run again"
            )
        return subject.loaded, subject.seed if seed is None else seed
    loaded = subject if isinstance(subject, Loaded) else load(subject)
    return loaded, loaded.scenario.seed if seed is None else seed


def _written(value: object) -> str:
    """A value as JSON, which is YAML too; text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


def _crew(jobs: int | None, runs: int) -> str:
    if jobs is None:
        return "serial" if runs <= FEW else "process"
    return "serial" if jobs == 1 else f"process:{jobs}"


def _folders(loaded: Loaded) -> tuple[str, ...]:
    """Where workers look for a model of the user's own."""
    return (str(Path(loaded.path).resolve().parent), str(Path.cwd()))


@contextmanager
def _without_main() -> "Iterator[None]":
    """Let no worker run the script that asks: it would begin to sweep itself. Workers need nothing of it."""
    main = sys.modules["__main__"]
    hidden: dict[str, object] = {name: vars(main)[name] for name in ("__file__", "__spec__") if name in vars(main)}
    for name in hidden:
        setattr(main, name, None)
    try:
        yield
    finally:
        vars(main).update(hidden)


@contextmanager
def _progress(quiet: bool) -> "Iterator[ProgressLine]":
    from reports.progress import ProgressLine

    line = ProgressLine(quiet=quiet)
    try:
        yield line
    finally:
        line.clear()
