"""The page of a sweep: which failures, how often, a cell for every seed, what was never reached and never fired."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.page.clock import steps
from reports.page.document import Fact, document
from reports.page.run import Command
from reports.page.text import visible
from sim import artefact
from sim.explore.commands import reproduce, shrink_it
from sim.explore.feed import Order
from sim.explore.results import Results
from sim.explore.row import Row
from sim.explore.statistics import Wait, median_interval, median_wait, percent, survival, wilson
from sim.explore.summary import KindSummary, Summary, summarise
from sim.explore.sweep import Sweep
from sim.scenario.loader import load_text

OUTCOMES = ("pass", "violation", "unknown", "crashed", "crashed-worker")
CELLS_MAX = 60_000


class NothingSwept(Exception):
    """A results file without a sweep in it; the message says so."""


@dataclass(frozen=True)
class Point:
    """A place in a varied scenario: (path, value) pairs, how its runs ended, the share of failures and its interval.

    `behind` stands behind the seed in the command that runs one of its seeds again.
    """

    axes: list[tuple[str, str]]
    runs: int
    failed: int
    unknown: int
    share: float
    low: float
    high: float
    behind: str


@dataclass(frozen=True)
class Cells:
    """A cell for each run, in order of point and seed: steps of seeds, the point, the outcome, the kind (-1: none)."""

    seed: list[int]
    point: list[int]
    outcome: list[int]
    kind: list[int]


@dataclass(frozen=True)
class KindRow:
    """A way to fail. Shares are of the decided runs."""

    check: str
    sentence: str
    count: int
    first: int
    share: float
    low: float
    high: float
    seed: str
    detail: str
    commands: list[Command]


@dataclass(frozen=True)
class SweepData:
    """What the script draws. `before` and a seed and `behind` of its point are the command of a run.

    survival: (n, share of searches that have found nothing after n runs), from the waits between failures.
    """

    cells: Cells
    points: list[Point]
    outcomes: tuple[str, ...]
    kinds: list[KindRow]
    before: str
    survival: list[tuple[int, float]]
    waits: int
    median: int | None


def sweep_page(sweep: Sweep) -> str:
    """The page of a sweep."""
    summary = summarise(sweep)
    loaded = sweep.order.loaded
    waits = _waits(sweep.rows)
    data = _data(sweep, summary, waits)
    return document(
        "sweep",
        data,
        title=visible(f"sweep of {loaded.scenario.name}: {summary.failed:,} of {summary.decided:,} runs failed"),
        name=visible(loaded.scenario.name),
        about=visible(loaded.scenario.about, 600),
        verdict="fail" if summary.failed else "unknown" if summary.bound is None else "pass",
        sentence=_sentence(summary, waits),
        expected="" if loaded.scenario.expect == "pass" else visible(loaded.scenario.expect, 80),
        kinds=data.kinds,
        numbers=_numbers(sweep, summary),
        lists=_lists(summary),
        undecided=_undecided(sweep.rows),
        notes=[visible(note, 400) for note in sweep.notes],
        left_out=_left_out(sweep, data),
        points=data.points,
        percent=percent,
        facts=[
            Fact("scenario", visible(loaded.path, 200)),
            *([Fact("laid over", visible(" ".join(loaded.overrides), 400))] if loaded.overrides else []),
            *(Fact(name, visible(text, 80)) for name, text in artefact.versions().items()),
        ],
    )


def kept_sweep(file: Path) -> Sweep:
    """The sweep that a results file holds, the newest of several. ResultsError, NothingSwept or ScenarioErrors."""
    results = Results(file)
    try:
        kept = results.newest()
        rows = () if kept is None else tuple(results.rows(kept.key))
    finally:
        results.close()
    if kept is None or not rows:
        raise NothingSwept(f"{file}: it holds no sweep; sim sweep writes one")
    loaded = load_text(kept.text, kept.path, kept.overrides)
    points = tuple(dict.fromkeys(row.point for row in rows))
    seeds = [row.seed for row in rows]
    return Sweep(Order(loaded, range(min(seeds), max(seeds) + 1), points), rows, "", 0.0, file=file)


def _data(sweep: Sweep, summary: Summary, waits: Sequence[Wait]) -> SweepData:
    loaded, rows = sweep.order.loaded, sweep.rows[:CELLS_MAX]
    points = list(dict.fromkeys(row.point for row in sweep.rows))
    places = {point: number for number, point in enumerate(points)}
    kinds = {one.kind: number for number, one in enumerate(summary.kinds)}
    return SweepData(
        cells=Cells(
            steps(row.seed for row in rows),
            [places[row.point] for row in rows],
            [OUTCOMES.index(row.outcome) for row in rows],
            [-1 if row.kind is None else kinds[row.kind] for row in rows],
        ),
        points=[_point(sweep, point) for point in points],
        outcomes=OUTCOMES,
        kinds=[_kind(sweep, one) for one in summary.kinds],
        before=visible(shlex.join(["sim", "run", loaded.path, "--seed"]), 2000),
        survival=survival(waits),
        waits=len(waits),
        median=median_wait(waits),
    )


def _point(sweep: Sweep, point: tuple[str, ...]) -> Point:
    rows = [row for row in sweep.rows if row.point == point]
    failed, unknown = sum(row.failed for row in rows), sum(row.outcome == "unknown" for row in rows)
    decided = sum(row.outcome != "unknown" or row.unreached for row in rows)
    interval = wilson(failed, decided)
    words = [word for one in (*sweep.order.loaded.overrides, *point) for word in ("--set", one)]
    return Point(
        [(visible(path, 60), visible(value, 40)) for path, _, value in (one.partition("=") for one in point)],
        len(rows),
        failed,
        unknown,
        failed / decided if decided else 0.0,
        interval.low,
        1.0 if interval.high is None else interval.high,
        visible(" " + shlex.join(words) if words else "", 2000),
    )


def _kind(sweep: Sweep, one: KindSummary) -> KindRow:
    row, loaded = one.smallest, sweep.order.loaded
    commands = [Command("Reproduce", visible(reproduce(loaded, row.point, row.seed), 2000))]
    if row.outcome == "violation":
        commands.append(Command("Shrink", visible(shrink_it(loaded, row.point, row.seed), 2000)))
    high = 1.0 if one.interval.high is None else one.interval.high
    return KindRow(
        visible(one.kind.check, 80), visible(one.kind.sentence, 300), one.count, one.first, one.share,
        one.interval.low, high, str(row.seed), visible(row.detail, 600), commands,
    )  # fmt: skip


def _waits(rows: Sequence[Row]) -> list[Wait]:
    """Runs from one failure to the next, in order of point and seed; the last wait is cut short."""
    waits, since = [], 0
    for row in rows:
        since += 1
        if row.failed:
            waits.append(Wait(since, True))
            since = 0
    return [*waits, Wait(since, False)] if since else waits


def _sentence(summary: Summary, waits: Sequence[Wait]) -> str:
    if summary.failed:
        interval = wilson(summary.failed, summary.decided)
        share = percent(summary.failed / summary.decided) if summary.decided else "?"
        bounds = f"{percent(interval.low)} to {percent(interval.high or 0)}"
        median, around = median_wait(waits), median_interval(waits)
        high = "more than was run" if around.high is None else f"{around.high:g}"
        found = f" Half of all searches find one within {median} runs ({around.low:g} to {high})."
        wait = "" if median is None else found.replace(" 1 runs", " 1 run")
        ways = f"{len(summary.kinds)} ways" if len(summary.kinds) != 1 else "one way"
        return f"{summary.failed:,} of {summary.decided:,} runs failed: {share} ({bounds} with 95%), in {ways}.{wait}"
    if summary.bound is None:
        return "Nothing was decided."
    return (
        f"None of {summary.decided:,} runs failed: with 95% confidence fewer than {percent(summary.bound)} of seeds do."
    )


def _numbers(sweep: Sweep, summary: Summary) -> list[Fact]:
    seeds = len({row.seed for row in sweep.rows})
    counts = dict(summary.outcomes)
    crashed = counts.get("crashed", 0) + counts.get("crashed-worker", 0)
    points = f"{len(sweep.order.points)} points" if len(sweep.order.points) > 1 else "one point"
    return [
        Fact("runs", f"{summary.runs:,}", f"{seeds:,} seeds, {points}"),
        Fact("failed", f"{summary.failed:,}", f"{crashed:,} of them crashed" if crashed else ""),
        Fact("undecided", f"{counts.get('unknown', 0):,}", ""),
        Fact("events", f"{sum(row.events for row in sweep.rows):,}", ""),
        Fact("operations", f"{sum(row.ok + row.fail + row.unknown for row in sweep.rows):,}", ""),
        Fact("faults fired", f"{sum(count for _, count in summary.fired):,}", ""),
    ]


def _lists(summary: Summary) -> list[Fact]:
    """What fired, and what never did."""
    fired = ", ".join(f"{count:,} {name}" for name, count in summary.fired)
    return [
        Fact("faults that fired", visible(fired or "none", 600)),
        Fact("faults that never fired", visible(", ".join(summary.never_fired) or "none", 600)),
        Fact("never reached", visible(", ".join(f"sometimes {one}" for one in summary.never_reached) or "none", 600)),
    ]


def _undecided(rows: Sequence[Row]) -> list[str]:
    """Why runs are unknown: each reason once, with how many there are and the smallest seed."""
    reasons: dict[str, list[Row]] = {}
    for row in rows:
        if row.outcome == "unknown":
            reasons.setdefault(row.detail.partition(":")[0] or "nothing happened", []).append(row)
    return [
        visible(f"{len(group):,} runs, such as seed {group[0].seed}: {group[0].detail}", 600)
        for group in reasons.values()
    ]


def _left_out(sweep: Sweep, data: SweepData) -> list[str]:
    shown, total = len(data.cells.seed), len(sweep.rows)
    return (
        [] if shown == total else [f"The strip shows the first {shown:,} of {total:,} runs; all else counts every run."]
    )
