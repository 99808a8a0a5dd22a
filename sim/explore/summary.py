"""What a sweep says: how many failed in which way, how sure that is, and what the sweep never reached."""

from collections import Counter
from dataclasses import dataclass

from sim import status
from sim.card import MARKS, card
from sim.explore.commands import reproduce
from sim.explore.failure import Failure
from sim.explore.residual import Residual, residual
from sim.explore.row import Row
from sim.explore.statistics import Interval, percent, rule_of_three, wilson
from sim.explore.sweep import Sweep


@dataclass(frozen=True)
class KindSummary:
    """One way to fail: how many runs did, their share of the decided ones, and the smallest seed with its row.

    A run that fails in several ways counts for each of them; `alone` counts those of which it is the first.
    """

    kind: Failure
    count: int
    first: int
    share: float
    interval: Interval
    smallest: Row


@dataclass(frozen=True)
class Summary:
    """A sweep in numbers. `decided` runs passed or failed; unknown ones count for nothing, except for landmarks.

    A landmark is reached if one run of the sweep reaches it: `never_reached` are those that none did. `bound`: with 95%
    confidence a smaller share of seeds fails, if none did. `never_fired` are kinds of faults that the scenario has,
    `demanded` those among them that it lists itself. `residual` says how much was not seen, if coverage was asked for.
    """

    runs: int
    outcomes: tuple[tuple[str, int], ...]
    decided: int
    kinds: tuple[KindSummary, ...]
    bound: float | None
    never_reached: tuple[str, ...]
    never_fired: tuple[str, ...]
    demanded: tuple[str, ...]
    fired: tuple[tuple[str, int], ...]
    residual: Residual | None = None

    @property
    def failed(self) -> int:
        """How many runs failed."""
        counts = dict(self.outcomes)
        return sum(counts.get(name, 0) for name in ("violation", "crashed", "crashed-worker"))


def summarise(sweep: Sweep) -> Summary:
    """Sum up a sweep."""
    rows = sweep.rows
    outcomes = Counter(row.outcome for row in rows)
    decided = sum(row.outcome != "unknown" or row.unreached for row in rows)
    failed = any(row.failed for row in rows)
    never, demanded = _never_fired(sweep)
    return Summary(
        runs=len(rows),
        outcomes=tuple(sorted(outcomes.items())),
        decided=decided,
        kinds=_kinds(rows, decided),
        bound=None if failed or not decided else rule_of_three(decided),
        never_reached=_never_reached(rows),
        never_fired=never,
        demanded=demanded,
        fired=_fired(rows),
        residual=residual([row.features for row in rows if row.features]) if any(r.features for r in rows) else None,
    )


def _kinds(rows: tuple[Row, ...], decided: int) -> tuple[KindSummary, ...]:
    by_kind: dict[Failure, list[Row]] = {}
    for row in rows:
        for kind in row.failures:
            by_kind.setdefault(kind, []).append(row)
    found = []
    for kind, having in by_kind.items():
        count = len(having)
        first = sum(row.kind == kind for row in having)
        smallest = min(having, key=lambda row: (row.kind != kind, row.seed))
        found.append(KindSummary(kind, count, first, count / decided, wilson(count, decided), smallest))
    return tuple(sorted(found, key=lambda one: (-one.first, -one.count, one.kind)))


def _fired(rows: tuple[Row, ...]) -> tuple[tuple[str, int], ...]:
    fired: Counter[str] = Counter()
    for row in rows:
        fired.update(dict(row.fired))
    return tuple(sorted(fired.items()))


def _never_reached(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Landmarks that the scenario asks for and no run reached."""
    asked = {name for row in rows for name, _ in row.sometimes}
    reached = {name for row in rows for name, count in row.sometimes if count}
    return tuple(sorted(asked - reached))


def _never_fired(sweep: Sweep) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds of faults that fired in no run; and those of them that the scenario lists itself."""
    scenario = sweep.order.loaded.scenario
    listed = {type(entry.fault).verb for entry in scenario.faults}
    drawn = set(scenario.nemesis.kinds) if scenario.nemesis is not None else set()
    fired = {name for row in sweep.rows for name, _ in row.fired}
    if not any(row.fingerprint for row in sweep.rows):
        return (), ()
    never = (listed | drawn) - fired
    return tuple(sorted(never)), tuple(sorted(never & listed))


def status_of(sweep: Sweep, summary: Summary) -> int:
    """What a sweep exits with.

    Where the scenario expects a violation, one run that shows it is enough, and only crashes are worse. Else the worst
    of the runs, and unknown if a fault that the scenario lists fired in none of them.
    """
    if sweep.interrupted:
        return status.INTERRUPTED
    seen = [_status_of_row(row) for row in sweep.rows]
    if sweep.order.loaded.scenario.expect != "pass" and status.CRASHED not in seen and any(r.met for r in sweep.rows):
        return status.PASS
    if summary.demanded or summary.never_reached:
        seen.append(status.UNKNOWN)
    return status.worst(seen)


def _status_of_row(row: Row) -> int:
    if row.outcome in ("crashed", "crashed-worker"):
        return status.CRASHED
    if row.met or row.unreached:
        return status.PASS
    return status.UNKNOWN if row.outcome == "unknown" else status.VIOLATION


def card_of(sweep: Sweep) -> str:
    """A sweep as a small HTML table: the kinds of failure, or the bound that none of them gives."""
    found = summarise(sweep)
    ended = "  INTERRUPTED" if sweep.interrupted else ""
    title = (
        f"{sweep.order.loaded.scenario.name}  {found.runs:,} runs, {found.failed:,} of {found.decided:,} failed{ended}"
    )
    rows = [
        (
            f"{MARKS['fail']} {one.kind.check}",
            one.count,
            f"{percent(one.share)} ({percent(one.interval.low)} to {percent(one.interval.high or 0)})",
            one.smallest.seed,
            reproduce(sweep.order.loaded, one.smallest.point, one.smallest.seed),
        )
        for one in found.kinds
    ]
    notes = [", ".join(f"{count:,} {name}" for name, count in found.outcomes)]
    if found.bound is not None:
        notes.append(f"{MARKS['pass']}: with 95% confidence fewer than {percent(found.bound)} of seeds fail")
    if found.never_reached:
        notes.append("never reached: " + ", ".join(found.never_reached))
    if found.never_fired:
        notes.append("never fired: " + ", ".join(found.never_fired))
    header = ("fails by", "runs", "share (95% interval)", "smallest seed", "see it again")
    return card(title, (), header, rows, (*notes, *sweep.notes))
