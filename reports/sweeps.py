"""What a sweep says on a terminal: which failures, how often, the smallest seed of each, what was never reached."""

from rich.console import Console
from rich.text import Text

from reports.tables import show_table
from sim.explore.commands import reproduce, shrink_it
from sim.explore.residual import Residual
from sim.explore.statistics import Interval, percent
from sim.explore.summary import KindSummary, Summary
from sim.explore.sweep import Progress, Sweep

_POINTS_MAX = 8
_KINDS_MAX = 9
_SHOWN_MAX = 2


def show_sweep(out: Console, sweep: Sweep, summary: Summary, *, verbose: bool = False) -> None:
    """Print a sweep: a table of failures or the bound that none of them gives, then what should be known beside."""
    out.print(Text(_head(sweep, summary), "bold"))
    for line in _facts(sweep, summary):
        out.print(f"  {line}")
    if len(sweep.order.points) > 1:
        _show_points(out, sweep, None if verbose else _POINTS_MAX)
    if summary.kinds:
        _show_kinds(out, summary, None if verbose else _KINDS_MAX)
        _commands(out, sweep, summary, None if verbose else _SHOWN_MAX)
    out.print(_conclusion(summary))


def _head(sweep: Sweep, summary: Summary) -> str:
    name = sweep.order.loaded.scenario.name
    rate = f"{(summary.runs - sweep.reused) / sweep.wall_s:.1f}/s" if sweep.wall_s else ""
    points = len(sweep.order.points)
    said = f"{name}  {summary.runs:,} runs" + (f" at {points} points" if points > 1 else "")
    reused = f", {sweep.reused:,} of them known before" if sweep.reused else ""
    ended = "  INTERRUPTED" if sweep.interrupted else ""
    return f"{said}{reused}  {sweep.wall_s:.1f}s wall, {rate}  {sweep.executor}{ended}"


def _facts(sweep: Sweep, summary: Summary) -> list[str]:
    lines = ["outcomes    " + ", ".join(f"{count:,} {name}" for name, count in summary.outcomes)]
    if summary.fired:
        lines.append("faults      " + ", ".join(f"{count:,} {kind}" for kind, count in summary.fired))
    if summary.never_fired:
        lines.append("never fired " + ", ".join(summary.never_fired))
    if summary.never_reached:
        lines.append("never reached: sometimes " + ", ".join(summary.never_reached))
    lines += _undecided(sweep)
    if summary.residual is not None:
        lines += _residual(summary.residual)
    lines += [f"note        {note}" for note in sweep.notes]
    if sweep.file is not None:
        lines.append(f"rows        {sweep.file}")
    return lines


def _residual(found: Residual) -> list[str]:
    """How much behaviour was seen, and how much may not have been."""
    advice = "flat: another scenario shows more than more seeds" if found.flat else "rising: more seeds show more"
    share = f"{percent(found.new_class)} ({show_interval(found.interval)})"
    next_run = f"the next run is of a new one with {share}, and has {found.new_features:.2g} new features"
    return [
        f"behaviour   {found.features:,} features, at least {found.features_in_all:,.0f} in all; {advice}",
        f"            {found.classes:,} classes in {found.runs:,} runs; {next_run}, under this distribution",
    ]


def _undecided(sweep: Sweep) -> list[str]:
    """Why runs are unknown: each reason once, with the smallest seed."""
    rows = [row for row in sweep.rows if row.outcome == "unknown" and not row.unreached]
    reasons: dict[str, list[int]] = {}
    for row in rows:
        reasons.setdefault(row.detail.partition(":")[0] or "nothing happened", []).append(row.seed)
    details = {row.seed: row.detail for row in reversed(rows)}
    return [f"undecided   {len(seeds):,}: {details[min(seeds)]} (seed {min(seeds)})" for seeds in reasons.values()]


def _show_kinds(out: Console, summary: Summary, most: int | None) -> None:
    body = [
        (
            Text(one.kind.check, "bold red" if one.first else ""),
            f"{one.first:,}",
            f"{one.count:,}",
            percent(one.share),
            show_interval(one.interval),
            str(one.smallest.seed),
            one.kind.sentence,
        )
        for one in summary.kinds[:most]
    ]
    show_table(out, ("fails by", "first", "runs", "share", "95%", "seed", "how"), body, (1, 2, 3, 4, 5))
    _say_hidden(out, len(summary.kinds), len(body), "kinds of failure")


def _say_hidden(out: Console, all_: int, shown: int, what: str) -> None:
    if all_ > shown:
        out.print(f"  ... {all_ - shown} more {what} with -v")


def show_interval(interval: Interval) -> str:
    """A share's interval."""
    return f"{percent(interval.low)} to {percent(interval.high or 0)}"


def _show_points(out: Console, sweep: Sweep, most: int | None) -> None:
    """A line for each point: how many runs, how many failed."""
    body = []
    for point in sweep.order.points[:most]:
        rows = [row for row in sweep.rows if row.point == point]
        failed, unknown = sum(row.failed for row in rows), sum(row.outcome == "unknown" for row in rows)
        body.append((" ".join(point), f"{len(rows):,}", f"{failed:,}", f"{unknown:,}"))
    show_table(out, ("point", "runs", "failed", "unknown"), body, (1, 2, 3))
    _say_hidden(out, len(sweep.order.points), len(body), "points")


def _commands(out: Console, sweep: Sweep, summary: Summary, most: int | None) -> None:
    """For each way to fail first, how to see its smallest seed, and how to make it small."""
    shown: list[KindSummary] = [one for one in summary.kinds if one.first] or list(summary.kinds[:1])
    for one in shown[:most]:
        row = one.smallest
        out.print(Text(f"  {row.detail}"))
        out.print(f"    Reproduce  {reproduce(sweep.order.loaded, row.point, row.seed)}")
        if row.outcome == "violation":
            out.print(f"    Shrink     {shrink_it(sweep.order.loaded, row.point, row.seed)}")


def _conclusion(summary: Summary) -> Text:
    if summary.failed:
        share = f"{summary.failed:,} of {summary.decided:,} failed"
        return Text.assemble(("FAIL", "bold red"), f"  {share}")
    if summary.bound is None:
        return Text.assemble(("??", "yellow"), "  nothing was decided")
    said = f"  0 of {summary.decided:,} failed: with 95% confidence fewer than {percent(summary.bound)} of seeds fail"
    return Text.assemble(("PASS", "green"), said + " under this scenario's distribution")


def progress_line(progress: Progress) -> str:
    """How far, how fast, how many failed, how long still."""
    rate = progress.ran / progress.elapsed_s if progress.elapsed_s else 0.0
    total = "" if progress.total is None else f" of {progress.total:,}"
    kinds = ", ".join(f"{count:,} {check}" for check, count in progress.kinds)
    failed = f"  {progress.failed:,} failed ({kinds})" if progress.failed else ""
    left = ""
    if progress.total is not None and rate:
        left = f"  {(progress.total - progress.done) / rate:.0f}s left"
    return f"{progress.done:,}{total} runs  {rate:.1f}/s{failed}{left}"
