"""Search: run what a strategy proposes, generation after generation, until something is found or no runs are left."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sim.explore.executors import Crew, hire
from sim.explore.failure import Failure
from sim.explore.row import Row, lost_row
from sim.explore.searching.strategies import strategy as make_strategy
from sim.explore.searching.strategy import Strategy
from sim.explore.shrinking.case import Case, case_of
from sim.explore.worker import Task, perform
from sim.identity import identity, own_models
from sim.scenario.loader import Loaded


@dataclass(frozen=True)
class Find:
    """The first case that failed in one way, and after how many runs."""

    kind: Failure
    case: Case
    row: Row
    run: int


@dataclass(frozen=True)
class Search:
    """What a search came to. `new` holds for each run how many features it showed first; `cpu_s` what the runs took.

    `said` is what the strategy has to say: a bound, or how far it came.
    """

    strategy: str
    runs: int
    finds: tuple[Find, ...]
    features: int
    new: tuple[int, ...]
    cpu_s: float
    interrupted: bool = False
    said: str = ""


def search(
    loaded: Loaded,
    strategy: str,
    runs: int,
    *,
    first: int = 1,
    until: Sequence[str] | None = None,
    executor: str = "serial",
    folders: tuple[str, ...] = (),
    on_progress: Callable[[str], None] = lambda _: None,
) -> Search:
    """Search a scenario with a strategy such as `coverage` or `delays:2`, at most so many runs, from seed `first` on.

    It ends with the first failure of a check in `until`; an empty one means any failure, None that none ends it. Raises
    ValueError for a strategy that there is not, Unsuited for one that cannot search this scenario.
    """
    modules = own_models(loaded.scenario)
    chosen = make_strategy(strategy, case_of(loaded, first), first)
    crew = hire(executor, modules)
    searching = _Searching(chosen, crew, modules, folders, on_progress)
    interrupted = False
    try:
        searching.run(runs, until)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        crew.close(wait=False)
    return searching.result(strategy, interrupted=interrupted)


class _Searching:
    """A search under way."""

    def __init__(
        self,
        strategy: Strategy,
        crew: Crew,
        modules: tuple[str, ...],
        folders: tuple[str, ...],
        on_progress: Callable[[str], None],
    ) -> None:
        self._strategy = strategy
        self._crew = crew
        self._modules = modules
        self._folders = folders
        self._on_progress = on_progress
        self._seen: set[int] = set()
        self._new: list[int] = []
        self._finds: dict[Failure, Find] = {}
        self._cpu_s = 0.0

    def run(self, runs: int, until: Sequence[str] | None) -> None:
        """Generation after generation; what is found ends it in order of the proposals."""
        while len(self._new) < runs:
            proposals = self._strategy.propose()[: runs - len(self._new)]
            if not proposals:
                return
            rows: list[tuple[Case, Row]] = []
            for case, row in self._rows(proposals):
                rows.append((case, row))
                if self._take(case, row, until):
                    return
            self._strategy.learn(rows)
            said = f"{len(self._new):,} runs  {len(self._seen):,} features  {len(self._finds)} kinds of failure"
            self._on_progress(said)

    def _rows(self, proposals: list[Case]) -> Iterator[tuple[Case, Row]]:
        """Each proposal with its row, in order; as many as there are workers are under way at a time."""
        waiting, ahead = iter(proposals), max(1, self._crew.workers)
        flying = [(case, self._crew.submit(perform, self._task(case))) for case in islice(waiting, ahead)]
        while flying:
            case, future = flying.pop(0)
            batch = self._crew.settle(future, perform, self._task(case))
            found = batch.rows if batch is not None else (lost_row((), case.seed, "alone"),)
            yield case, found[0] if found else Row((), case.seed, "unknown", detail="the plan makes no sense")
            flying += [(one, self._crew.submit(perform, self._task(one))) for one in islice(waiting, 1)]

    def _task(self, case: Case) -> Task:
        return Task(
            case.text, case.path, (), (), (case.seed,), identity(self._modules), self._modules, self._folders,
            covered=True,
        )  # fmt: skip

    def _take(self, case: Case, row: Row, until: Sequence[str] | None) -> bool:
        """Count a run; whether it ends the search."""
        fresh = set(row.features) - self._seen
        self._seen |= fresh
        self._new.append(len(fresh))
        self._cpu_s += row.cpu_s
        for kind in row.failures:
            self._finds.setdefault(kind, Find(kind, case, row, len(self._new)))
        return until is not None and any(not until or kind.check in until for kind in row.failures)

    def result(self, strategy: str, *, interrupted: bool) -> Search:
        """What it came to."""
        finds = tuple(sorted(self._finds.values(), key=lambda one: one.run))
        new, said = tuple(self._new), self._strategy.says()
        return Search(strategy, len(new), finds, len(self._seen), new, self._cpu_s, interrupted, said)
