"""What a kill matrix holds: for each mutant on each ground who found it, how soon, how surely, in how small a plan."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from sim.card import MARKS, card
from sim.explore.grounds import Ground
from sim.explore.row import Row
from sim.explore.statistics import Interval, Wait, median_interval, median_wait, percent, survival, wilson
from sim.model import Mutant
from sim.world.units import show_ns


@dataclass(frozen=True)
class Plan:
    """What to measure: `repeat` repetitions of at most `limit` seeds each; the reference runs at least `reference`.

    Where `families` is not 0, each killed mutant gets so many seeds without each family of faults.
    """

    repeat: int = 10
    limit: int = 200
    reference: int = 20
    wall_s: float = 120.0
    families: int = 0


@dataclass(frozen=True)
class Smallest:
    """The smallest plan that a kill was shrunk to. `finished` says that no fault of it can be left out."""

    check: str
    faults: int
    kinds: tuple[str, ...]
    nodes: int
    duration_ns: int
    events: int
    finished: bool

    def __str__(self) -> str:
        kinds = Counter(self.kinds)
        said = ", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in sorted(kinds.items()))
        faults = f"{self.faults} fault{'s' * (self.faults > 1)} ({said})" if self.faults else "no fault"
        more = "" if self.finished else " or less"
        nodes = "1 node" if self.nodes == 1 else f"{self.nodes} nodes"
        return f"{faults}{more}, {nodes}, {show_ns(self.duration_ns)}"


@dataclass(frozen=True)
class Cell:
    """One mutant on one ground. `rows` are all its runs, in order of seed; `waits` one for each repetition.

    `without` holds, for each family of faults that was switched off, how long it took to find it then.
    """

    model: str
    mutant: Mutant
    ground: Ground
    waits: tuple[Wait, ...]
    cpu_s: tuple[float, ...]
    rows: tuple[Row, ...] = field(repr=False)
    smallest: Smallest | None = None
    without: tuple[tuple[str, Wait], ...] = ()

    @property
    def needs(self) -> tuple[str, ...] | None:
        """The families without which it was not found; None if that was not measured."""
        return tuple(family for family, wait in self.without if not wait.found) if self.without else None

    @cached_property
    def kills(self) -> tuple[Row, ...]:
        """The runs in which a promised check failed."""
        return tuple(row for row in self.rows if promised(row, self.mutant))

    @property
    def killed(self) -> bool:
        """Whether it was found at all."""
        return bool(self.kills)

    @property
    def found_by(self) -> tuple[tuple[str, int], ...]:
        """(check, kills) by the strongest promised check that failed in each, the most frequent first."""
        counts = Counter(promised(row, self.mutant)[0] for row in self.kills)
        return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    @property
    def others(self) -> tuple[tuple[str, int], ...]:
        """(check, runs) of failures of checks that the mutant is not said to break, and of crashes."""
        counts = Counter(kind.check for row in self.rows for kind in row.failures)
        return tuple(sorted((name, count) for name, count in counts.items() if name not in self.mutant.breaks))

    @property
    def median(self) -> int | None:
        """Runs until half of the repetitions had found it; None if they did not."""
        return median_wait(self.waits)

    @property
    def interval(self) -> Interval:
        """The 95% interval of the median."""
        return median_interval(self.waits)

    @property
    def share(self) -> tuple[float, Interval]:
        """The chance that one run finds it, with its Wilson interval."""
        runs = len(self.rows)
        return (len(self.kills) / runs if runs else 0.0), wilson(len(self.kills), runs)

    @property
    def curve(self) -> list[tuple[int, float]]:
        """Kaplan and Meier's share still undetected after n runs."""
        return survival(self.waits)

    @property
    def cpu_median_s(self) -> float | None:
        """CPU seconds until it was found, median over the repetitions that found it."""
        spent = [cpu for cpu, wait in zip(self.cpu_s, self.waits, strict=True) if wait.found]
        return median(spent) if spent else None


@dataclass(frozen=True)
class Silence:
    """The reference on one ground: how many runs, and those that failed, which are false alarms."""

    ground: Ground
    rows: tuple[Row, ...] = field(repr=False)

    @property
    def alarms(self) -> tuple[Row, ...]:
        """The runs that failed."""
        return tuple(row for row in self.rows if row.failed)


@dataclass(frozen=True)
class Matrix:
    """All cells, those of mutants that were never killed first, then the hardest to find; and the reference's runs."""

    plan: Plan
    cells: tuple[Cell, ...]
    reference: tuple[Silence, ...]
    interrupted: bool = False

    @property
    def survivors(self) -> tuple[str, ...]:
        """Mutants that nothing killed on any ground."""
        killed = {(cell.model, cell.mutant.name) for cell in self.cells if cell.killed}
        every = dict.fromkeys((cell.model, cell.mutant.name) for cell in self.cells)
        return tuple(f"{model} {name}" for model, name in every if (model, name) not in killed)

    def _repr_html_(self) -> str:
        rows = []
        for cell in self.cells:
            share, interval = cell.share
            by = ", ".join(name for name, _ in cell.found_by[:2]) or f"never in {len(cell.rows)} runs"
            mark = MARKS["pass" if cell.killed else "fail"].replace("pass", "found").replace("FAIL", "NEVER FOUND")
            chance = f"{percent(share)} ({percent(interval.low)} to {percent(interval.high or 0)})"
            rows.append(
                (mark, cell.mutant.name, cell.ground.name, by, "-" if cell.median is None else cell.median, chance)
            )
        alarms = sum(len(one.alarms) for one in self.reference)
        runs = sum(len(one.rows) for one in self.reference)
        title = (
            f"{len(rows)} mutants, {len(self.survivors)} never found; {alarms} alarms in {runs:,} runs of the reference"
        )
        header = ("", "mutant", "scenario", "found by", "median runs", "chance a run (95%)")
        return card(title + ("  INTERRUPTED" if self.interrupted else ""), (), header, rows)


def promised(row: Row, mutant: Mutant) -> list[str]:
    """The promised checks that failed in a run, strongest first."""
    failed = {kind.check for kind in row.failures}
    return [check for check in mutant.breaks if check in failed]
