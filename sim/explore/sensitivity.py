"""Sensitivity: how the share of failures changes with what a scenario says, over ranges of several values at once.

A Latin hypercube (McKay, Beckman and Conover, Technometrics 1979): with n samples each range is cut into n strata,
every stratum of every range is used once, and which go together is drawn. So n runs say about each range what n runs of
that range alone would say, and about two together what a grid of them would say roughly.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sim.explore.dispatch import dispatch, refuse_strangers
from sim.explore.executors import hire
from sim.explore.feed import Order
from sim.explore.row import Row
from sim.explore.statistics import Interval, wilson
from sim.explore.sweep import WorkerProblem
from sim.explore.worker import Task
from sim.identity import identity, own_models
from sim.scenario.loader import load_text
from sim.world.quantities import BANDWIDTH, DRIFT, DURATION, PROBABILITY, RATE, SIZE, Kind, show_exact_ns, show_rate
from sim.world.streams import Stream
from sim.world.units import show_ppb

CELLS = 5
"""Cells of a range in a table."""
_DIGITS = 3
_FINE = 1 << 20
_KINDS: tuple[tuple[Kind, Callable[[int], str]], ...] = (
    (DURATION, show_exact_ns),
    (PROBABILITY, show_ppb),
    (RATE, show_rate),
    (SIZE, lambda count: f"{count}B"),
    (BANDWIDTH, lambda count: f"{count}B/s"),
    (DRIFT, lambda ppm: f"{ppm}ppm"),
)


@dataclass(frozen=True)
class Axis:
    """A value of the scenario, by its path, from `low` to `high`, both whole numbers of its unit."""

    path: str
    low: int
    high: int
    show: Callable[[int], str]

    def value(self, stratum: int, strata: int, fine: int) -> int:
        """A value in a stratum, `fine` of a million in; with few digits, as people write it."""
        span = self.high - self.low
        exact = self.low + (span * (stratum * _FINE + fine)) // (strata * _FINE)
        grain = int(10 ** max(0, len(str(span)) - _DIGITS))
        return min(self.high, max(self.low, exact // grain * grain))

    def cell(self, value: int) -> int:
        """Which of its cells a value lies in."""
        return min(CELLS - 1, (value - self.low) * CELLS // max(1, self.high - self.low))

    def border(self, cell: int) -> str:
        """Where a cell begins; that of the last one plus one is the end of the range."""
        return self.show(self.low + (self.high - self.low) * cell // CELLS)


@dataclass(frozen=True)
class Cell:
    """The runs of one cell: those that failed, of those that were decided."""

    failed: int
    decided: int

    @property
    def interval(self) -> Interval:
        """Wilson's interval of the share."""
        return wilson(self.failed, self.decided)


@dataclass(frozen=True)
class Sensitivity:
    """What the samples came to: `samples` hold the values, in order of the axes, beside the run."""

    order: Order
    axes: tuple[Axis, ...]
    samples: tuple[tuple[tuple[int, ...], Row], ...]
    interrupted: bool = False

    def along(self, place: int) -> list[Cell]:
        """The cells of one axis."""
        axis = self.axes[place]
        return [self._cell(lambda at, cell=cell: axis.cell(at[place]) == cell) for cell in range(CELLS)]  # type: ignore[misc]

    def plane(self, one: int, other: int) -> list[list[Cell]]:
        """The cells of two axes, a row for each cell of the first."""
        left, right = self.axes[one], self.axes[other]
        return [
            [
                self._cell(lambda at, i=i, j=j: (left.cell(at[one]), right.cell(at[other])) == (i, j))  # type: ignore[misc]
                for j in range(CELLS)
            ]
            for i in range(CELLS)
        ]

    def _cell(self, inside: Callable[[tuple[int, ...]], bool]) -> Cell:
        rows = [row for at, row in self.samples if inside(at) and row.outcome != "unknown"]
        return Cell(sum(row.failed for row in rows), len(rows))

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Every two axes."""
        return list(combinations(range(len(self.axes)), 2))


def parse_range_axis(text: str) -> Axis:
    """`network.loss=0%..10%`. ValueError says what is wrong with it."""
    path, equals, values = text.partition("=")
    low, dots, high = values.partition("..")
    if not (path and equals and dots and low and high):
        raise ValueError(f"expected PATH=LOW..HIGH such as network.loss=0%..10%, found {text!r}")
    ways: list[tuple[Callable[[object], int], Callable[[int], str]]] = [(kind.parse, show) for kind, show in _KINDS]
    for parse, show in (*ways, (_whole, _shown)):
        try:
            ends = parse(low), parse(high)
        except ValueError:
            continue
        if ends[0] >= ends[1]:
            raise ValueError(f"the range {text!r} ends before it begins")
        return Axis(path, *ends, show)
    raise ValueError(f"{text!r}: expected two numbers of one unit, such as 0%..10%, 50ms..2s or 1..64")


def _whole(text: object) -> int:
    return int(str(text))


def _shown(number: int) -> str:
    return str(number)


def sampled(axes: Sequence[Axis], count: int, seed: int) -> list[tuple[int, ...]]:
    """The points of a Latin hypercube: each stratum of each axis once."""
    columns = []
    for axis in axes:
        stream = Stream(seed, "sensitivity", axis.path)
        strata = stream.shuffled(range(count))
        columns.append([axis.value(stratum, count, stream.below(_FINE)) for stratum in strata])
    return list(zip(*columns, strict=True))


def overrides_of(axes: Sequence[Axis], at: Sequence[int]) -> tuple[str, ...]:
    """A point as what is laid over the scenario."""
    return tuple(f"{axis.path}={axis.show(value)}" for axis, value in zip(axes, at, strict=True))


class _Samples:
    """A task for each sample."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._left = list(tasks)[::-1]

    def next(self) -> Task | None:
        """The next sample."""
        return self._left.pop() if self._left else None

    def put_back(self, task: Task) -> None:
        """A sample that was not run."""
        self._left.append(task)


def sense(
    order: Order, axes: Sequence[Axis], executor: str, on_progress: Callable[[int], None] = lambda _: None
) -> Sensitivity:
    """Run a sample for each seed of the order. Raises what `sweep` raises; ScenarioErrors for values out of bounds."""
    loaded = order.loaded
    points = sampled(axes, len(order.seeds), order.seeds[0])
    for at in _corners(axes):
        load_text(loaded.text, loaded.path, (*loaded.overrides, *overrides_of(axes, at)))  # refuse it now
    modules = own_models(loaded.scenario)
    asker = identity(modules)
    tasks = [
        Task(
            loaded.text, loaded.path, loaded.overrides, overrides_of(axes, at), (seed,), asker, modules, order.folders,
            wall_s=order.wall_s,
        )
        for seed, at in zip(order.seeds, points, strict=True)
    ]  # fmt: skip
    crew, interrupted = hire(executor, modules), False
    rows: dict[int, Row] = {}
    try:
        refuse_strangers(crew, asker)
        for _, batch in dispatch(crew, _Samples(tasks)):
            if batch.problem:
                raise WorkerProblem(batch.problem)
            rows.update((row.seed, row) for row in batch.rows)
            on_progress(len(rows))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        crew.close(wait=False)
    done = [(at, rows[seed]) for seed, at in zip(order.seeds, points, strict=True) if seed in rows]
    return Sensitivity(order, tuple(axes), tuple(done), interrupted)


def _corners(axes: Sequence[Axis]) -> Iterator[tuple[int, ...]]:
    """All lows, all highs: what is out of bounds shows there."""
    yield tuple(axis.low for axis in axes)
    yield tuple(axis.high for axis in axes)
