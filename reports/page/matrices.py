"""The page of a kill matrix: which planted bug is found where, by which check, how soon; those never found first."""

from dataclasses import dataclass

import msgspec

from reports.page.document import Fact, document
from reports.page.run import Command
from reports.page.text import visible
from sim import artefact
from sim.explore.matrix import Cell, Matrix
from sim.explore.statistics import Wait, survival


class Alarm(msgspec.Struct, frozen=True):
    """A run of the reference that failed."""

    seed: int
    check: str
    detail: str


class Reference(msgspec.Struct, frozen=True):
    """The reference on one scenario."""

    scenario: str
    runs: int
    alarms: tuple[Alarm, ...]


class WaitRow(msgspec.Struct, frozen=True):
    """How many runs a repetition took, and whether it found the bug."""

    runs: int
    found: bool


class SmallestPlan(msgspec.Struct, frozen=True):
    """What a kill was shrunk to."""

    faults: int
    kinds: tuple[str, ...]
    nodes: int


class MutantRow(msgspec.Struct, frozen=True):
    """A mutant on a scenario, as `sim mutants --json` prints it."""

    model: str
    id: str
    about: str
    promise: tuple[str, ...]
    scenario: str
    killed: bool
    found_by: dict[str, int]
    median: int | None
    low: float
    high: float | None
    waits: tuple[WaitRow, ...]
    runs: int
    kills: int
    kill_share: float
    kill_low: float
    kill_high: float | None
    other_checks: dict[str, int]
    smallest_plan: SmallestPlan | None = None


class Measured(msgspec.Struct, frozen=True):
    """A whole matrix, as `sim mutants --json` prints it."""

    repeat: int
    limit: int
    interrupted: bool
    survivors: tuple[str, ...]
    mutants: tuple[MutantRow, ...]
    reference: tuple[Reference, ...]


@dataclass(frozen=True)
class Line:
    """A mutant on a scenario for the script: names, runs to find it with interval, its curve of survival."""

    mutant: str
    scenario: str
    killed: bool
    median: int | None
    low: float
    high: float | None
    runs: int
    curve: list[tuple[int, float]]


@dataclass(frozen=True)
class MatrixData:
    """What the script draws."""

    lines: list[Line]
    limit: int


class NoMatrix(Exception):
    """A file that is not what `sim mutants --json` prints; the message says what is wrong with it."""


def matrix_page(matrix: Matrix) -> str:
    """The page of a matrix that was measured in this process."""
    return measured_page(measured(matrix))


def read_matrix(text: bytes) -> Measured:
    """What `sim mutants --json` printed. NoMatrix if it is something else."""
    try:
        return msgspec.json.decode(text, type=Measured)
    except msgspec.MsgspecError as error:
        raise NoMatrix(f"not what sim mutants --json prints: {error}") from None


def measured(matrix: Matrix) -> Measured:
    """A matrix in the words of its JSON."""
    reference = tuple(
        Reference(
            one.ground.loaded.path,
            len(one.rows),
            tuple(Alarm(row.seed, row.check, row.detail) for row in one.alarms),
        )
        for one in matrix.reference
    )
    plan = matrix.plan
    rows = tuple(map(_row, matrix.cells))
    return Measured(plan.repeat, plan.limit, matrix.interrupted, matrix.survivors, rows, reference)


def _row(cell: Cell) -> MutantRow:
    share, interval = cell.share
    small = cell.smallest
    return MutantRow(
        model=cell.model,
        id=cell.mutant.name,
        about=cell.mutant.about,
        promise=cell.mutant.breaks,
        scenario=cell.ground.loaded.path,
        killed=cell.killed,
        found_by=dict(cell.found_by),
        median=cell.median,
        low=cell.interval.low,
        high=cell.interval.high,
        waits=tuple(WaitRow(wait.runs, wait.found) for wait in cell.waits),
        runs=len(cell.rows),
        kills=len(cell.kills),
        kill_share=share,
        kill_low=interval.low,
        kill_high=interval.high,
        other_checks=dict(cell.others),
        smallest_plan=None if small is None else SmallestPlan(small.faults, small.kinds, small.nodes),
    )


def measured_page(found: Measured) -> str:
    """The page."""
    alarms = [(one, alarm) for one in found.reference for alarm in one.alarms]
    names = dict.fromkeys(f"{row.model} {row.id}" for row in found.mutants)
    data = MatrixData([_line(row) for row in found.mutants], found.limit)
    return document(
        "mutants",
        data,
        title=f"{len(names) - len(found.survivors)} of {len(names)} mutants found",
        verdict="fail" if found.survivors or alarms else "pass",
        sentence=_sentence(found, len(names), len(alarms)),
        rows=[_shown(row) for row in found.mutants],
        alarms=[
            (visible(one.scenario, 200), str(alarm.seed), visible(alarm.check, 80), visible(alarm.detail, 400))
            for one, alarm in alarms
        ],
        numbers=_numbers(found, len(names), len(alarms)),
        facts=[Fact(name, visible(text, 80)) for name, text in artefact.versions().items()],
    )


@dataclass(frozen=True)
class Shown:
    """A row of the table."""

    mutant: str
    about: str
    scenario: str
    killed: bool
    by: list[str]
    median: str
    interval: str
    chance: str
    others: str
    smallest: str
    command: Command


def _shown(row: MutantRow) -> Shown:
    by = [visible(f"{name} ({count})", 80) for name, count in row.found_by.items()]
    high = "?" if row.high is None else f"{row.high:g}"
    small = row.smallest_plan
    plan = "" if small is None else f"{small.faults} faults, {small.nodes} nodes" if small.faults else "no fault"
    flags = f"--mutant {row.id} --scenario {row.scenario}"
    return Shown(
        visible(f"{row.model} {row.id}", 80), visible(row.about, 300), visible(row.scenario, 200), row.killed, by,
        "" if row.median is None else f"{row.median:,}",
        f"{row.low:g} to {high}" if row.killed else "",
        f"{100 * row.kill_share:.0f}%" if row.killed else f"0 of {row.runs:,}",
        visible(", ".join(f"{name} ({count})" for name, count in row.other_checks.items()), 200), plan,
        Command("Again", visible(f"sim mutants {row.model} {flags}", 400)),
    )  # fmt: skip


def _line(row: MutantRow) -> Line:
    curve = survival([Wait(one.runs, one.found) for one in row.waits])
    name, place = visible(f"{row.model} {row.id}", 80), visible(row.scenario, 200)
    high = row.high
    return Line(name, place, row.killed, row.median, row.low, high, row.runs, curve)


def _sentence(found: Measured, mutants: int, alarms: int) -> str:
    killed = f"{mutants - len(found.survivors)} of {mutants} planted bugs are found"
    never = f"; never: {', '.join(visible(name, 80) for name in found.survivors)}" if found.survivors else ""
    runs = sum(one.runs for one in found.reference)
    silent = f"{alarms:,} false alarms" if alarms else "no false alarm"
    ended = " The measurement was interrupted." if found.interrupted else ""
    return f"{killed}{never}. The reference raised {silent} in {runs:,} runs.{ended}"


def _numbers(found: Measured, mutants: int, alarms: int) -> list[Fact]:
    return [
        Fact("mutants", f"{mutants}", f"on {len({row.scenario for row in found.mutants})} scenarios"),
        Fact("never found", f"{len(found.survivors)}", ""),
        Fact("false alarms", f"{alarms:,}", f"in {sum(one.runs for one in found.reference):,} runs"),
        Fact("runs", f"{sum(row.runs for row in found.mutants):,}", ""),
        Fact("repetitions", f"{found.repeat}", f"of at most {found.limit:,} seeds"),
    ]
